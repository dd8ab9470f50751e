import { spawn, type ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { signalGroup } from '../host/child';
import { which } from '../host/tools';
import type { Isolation, Sandbox, SandboxRequest, SandboxSpawn } from '../ports/isolation';
import { removeTree } from '../files/remove-tree';

/** No isolation but a home and a temporary folder: what `--isolation none` leaves. */
export const NO_ISOLATION: Isolation = {
  kind: 'none',
  seenAt: (folders) => folders,
  open: (request) => Promise.resolve(new PlainSandbox(request, homeOf(request))),
};

/** The best where there are no namespaces: package folders of its own too. */
export class FolderIsolation implements Isolation {
  readonly kind = 'folders';
  /** @param limit what is not kept apart, and how to get it */
  constructor(readonly limit: string) {}

  seenAt(folders: Pick<SandboxRequest, 'home' | 'temporary'>): { readonly home: string; readonly temporary: string } {
    return folders;
  }

  open(request: SandboxRequest): Promise<Sandbox> {
    const { home } = request;
    const python = ownPython(path.join(request.directory, 'python'));
    const bins = [...(python ? [path.join(python, 'bin')] : []), path.join(home, '.local', 'bin')];
    const environment = {
      ...homeOf(request),
      PATH: [...bins, request.environment.PATH].join(path.delimiter),
      PIP_BREAK_SYSTEM_PACKAGES: '1',
      PYTHONUSERBASE: path.join(home, '.local'),
      GEM_HOME: path.join(home, '.gem'),
      GOPATH: path.join(home, 'go'),
      CARGO_HOME: path.join(home, '.cargo'),
      ...((process.env.RUSTUP_HOME ?? process.env.HOME)
        ? { RUSTUP_HOME: process.env.RUSTUP_HOME ?? path.join(process.env.HOME ?? '', '.rustup') }
        : {}),
    };
    return Promise.resolve(new PlainSandbox(request, environment));
  }
}

function homeOf(request: SandboxRequest): Record<string, string> {
  return { HOME: request.home, TMPDIR: request.temporary, ...request.environment };
}

/** A virtual environment: `pip install` goes into it, and what the machine's Python has is there too. Undefined without Python. */
function ownPython(directory: string): string | undefined {
  const python = which('python3');
  if (!python) return undefined;
  const made = spawnSync(python, ['-m', 'venv', '--without-pip', '--system-site-packages', directory], {
    stdio: 'ignore',
  });
  if (made.status !== 0) return undefined;
  const program = path.join(directory, 'bin', 'python');
  for (const name of ['pip', 'pip3'])
    fs.writeFileSync(path.join(directory, 'bin', name), `#!/bin/sh\nexec '${program}' -m pip "$@"\n`, { mode: 0o755 });
  return directory;
}

/** Processes of this machine like any other, each the leader of a group. */
class PlainSandbox implements Sandbox {
  private readonly started = new Set<ChildProcess>();

  constructor(
    private readonly request: SandboxRequest,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  spawn(file: string, args: readonly string[], { cwd, stdio, user }: SandboxSpawn): ChildProcess {
    const child = spawn(file, args, {
      cwd,
      env: this.environment,
      stdio,
      detached: true,
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
    this.started.add(child);
    child.once('close', () => {
      if (!lives(child)) this.started.delete(child);
    });
    return child;
  }

  signal(child: ChildProcess, signal: NodeJS.Signals): void {
    if (child.pid !== undefined) signalGroup(child.pid, signal);
  }

  /** Others could be started before the last one is stopped, and what runs here sees this machine's files anyway. */
  pause(): Promise<void> {
    return Promise.resolve();
  }

  resume(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    for (const child of this.started) if (lives(child)) this.signal(child, 'SIGKILL');
    await removeTree(this.request.directory);
  }
}

/** Whether anything of a process group still runs. */
function lives(child: ChildProcess): boolean {
  if (child.pid === undefined) return false;
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
