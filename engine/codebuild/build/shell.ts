import { type ShellProgram } from '../project/image';
import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ownTurn } from '../../files/turns';
import { rememberProcess } from '../../host/build-processes';
import type { Sandbox } from '../../ports/isolation';
import type { MaskedLog } from './masked-log';
import type { RunAs } from '../project/run-as';

/** How a command ended. */
export type CommandOutcome = {
  readonly exitCode: number;
  readonly seconds: number;
  readonly ended: 'exited' | 'timed out' | 'stopped';
};

/** A command whose variables could not be written fails: half of them would be a syntax error of the next one. 74 is EX_IOERR of sysexits.h. */
const NOT_KEPT = `{ echo 'cannot keep the variables of this command for the next one: its file takes nothing (No space left on device?)' >&2; [ "$CODEBUILD_LAST_EXIT" != 0 ] || CODEBUILD_LAST_EXIT=74; }`;
/** Milliseconds between SIGTERM and SIGKILL for a build that ignores the first. CodeBuild ends the whole container. */
const GRACE = 1000;
/** Milliseconds in which the output of a command that has ended may still come; what comes later is of a process in the background. */
const LINGER = 250;

/**
 * The shell of one build: one script a command; directory and variables are carried over through files, as CodeBuild's agent does. Whatever a
 * command leaves in the background lives until the build ends, as it would in the build's container.
 */
export class BuildShell {
  private readonly folders: ShellFolders;
  private readonly environmentFile: string;
  private readonly directoryFile: string;
  private readonly settings = new Map<string, string>();
  private readonly background = new Set<ChildProcess>();
  /** What the next script does first: variables that were set, a way back to the source. */
  private pending: string[] = [];
  private count = 0;
  private paused = false;

  /** @param directory the build's folder; {@link makeShellFolders} has made the shell's in it, and the sandbox sees them */
  constructor(
    directory: string,
    private readonly shell: ShellProgram,
    private readonly source: string,
    private readonly sandbox: Sandbox,
  ) {
    this.folders = makeShellFolders(directory);
    this.environmentFile = path.join(this.folders.state, 'env.sh');
    this.directoryFile = path.join(this.folders.state, 'dir.txt');
    fs.writeFileSync(this.environmentFile, '', { mode: 0o600 });
    fs.writeFileSync(this.directoryFile, `${source}\n`, { mode: 0o600 });
  }

  /** Sets a variable for the commands that follow, in every version of the buildspec. */
  set(name: string, value: string): void {
    this.settings.set(name, value);
    this.pending.push(`printf '%s\\n' ${quoted(assignment(name, value))} >> ${quoted(this.environmentFile)}`);
  }

  /** Back to the source directory with only the first variables: what buildspec 0.1 does before every command. */
  reset(): void {
    const lines = [...this.settings].map(([name, value]) => quoted(assignment(name, value)));
    this.pending = [
      `printf '%s\\n' ${lines.join(' ') || "''"} > ${quoted(this.environmentFile)}`,
      `printf '%s\\n' ${quoted(this.source)} > ${quoted(this.directoryFile)}`,
    ];
  }

  /** Runs one command. Never throws for what the command does. */
  async run(
    command: string,
    log: MaskedLog,
    options: { readonly deadline: number; readonly signal: AbortSignal; readonly user?: RunAs },
  ): Promise<CommandOutcome> {
    await ownTurn();
    const script = this.write(`${++this.count}.sh`, this.script(command), options.user);
    const started = process.hrtime.bigint();
    const seconds = (): number => Number(process.hrtime.bigint() - started) / 1e9;
    return new Promise((done) => {
      const { sandbox } = this;
      const child = sandbox.spawn(this.shell.file, [...this.shell.args, script], {
        cwd: this.source,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(options.user ? { user: options.user } : {}),
      });
      if (child.pid !== undefined) rememberProcess(this.folders.scripts, child.pid);
      let ended: CommandOutcome['ended'] = 'exited';
      let kill: NodeJS.Timeout | undefined;
      const end = (why: 'timed out' | 'stopped'): void => {
        if (ended !== 'exited' || child.pid === undefined) return;
        ended = why;
        sandbox.signal(child, 'SIGTERM');
        kill = setTimeout(() => sandbox.signal(child, 'SIGKILL'), GRACE);
      };
      const stop = (): void => end('stopped');
      const timer = setTimeout(
        () => end('timed out'),
        Math.max(0, Math.min(options.deadline - performance.now(), 2 ** 31 - 1)),
      );
      options.signal.addEventListener('abort', stop, { once: true });
      if (options.signal.aborted) stop();
      let finished = false;
      const finish = (exitCode: number): void => {
        if (finished) return;
        finished = true;
        clearTimeout(timer);
        clearTimeout(kill);
        options.signal.removeEventListener('abort', stop);
        if (ended !== 'exited') sandbox.signal(child, 'SIGKILL');
        log.flush();
        fs.rmSync(script, { force: true });
        done({ exitCode, seconds: seconds(), ended });
      };
      child.stdout?.on('data', (chunk: Buffer) => log.write(chunk));
      child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
      child.once('error', (error) => {
        log.write(Buffer.from(`${error.message}\n`));
        finish(127);
      });
      this.background.add(child);
      // Not `close` alone: a process that the command left in the background may hold the pipe until the build ends.
      child.once('exit', (code, signal) => {
        const exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
        const wait = setTimeout(() => finish(exitCode), LINGER);
        child.once('close', () => {
          clearTimeout(wait);
          this.background.delete(child);
          finish(exitCode);
        });
      });
    });
  }

  /** Stops what the commands left in the background: its files are read now. It runs again while a text is expanded or a variable read. */
  async pause(): Promise<void> {
    this.paused = true;
    await this.sandbox.pause();
  }

  /**
   * A text as the shell expands it: variables and command substitutions, with the variables that the commands so far have set.
   * @returns undefined where the shell refuses it
   */
  async expand(text: string): Promise<string | undefined> {
    if (!/[$`]/.test(text)) return text;
    const delimiter = `EOF_${randomBytes(8).toString('hex')}`;
    const script = `cat <<${delimiter}\n${text}\n${delimiter}\n`;
    const { exitCode, output } = await this.quietly(script, []);
    return exitCode === 0 ? output.replace(/\n$/, '') : undefined;
  }

  /** The value of variables after the commands so far. A shell reads its own export format best. */
  async read(names: readonly string[]): Promise<Record<string, string>> {
    const script = `for name in "$@"; do eval "printf '%s\\\\0' \\"\\$name=\\\${$name-}\\""; done\n`;
    const { output } = await this.quietly(script, names);
    const entries = output.split('\0').filter(Boolean);
    return Object.fromEntries(
      entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  }

  /** Ends what the commands left in the background and removes what holds the build's variables, secrets among them. */
  async dispose(): Promise<void> {
    await this.sandbox.close();
    for (const child of this.background) {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
    await fs.promises.rm(this.folders.scripts, { recursive: true, force: true });
  }

  /** Runs a script with directory and variables of the commands so far, which it does not change. */
  private async quietly(script: string, args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    if (!this.paused) return this.runQuietly(script, args);
    await this.sandbox.resume();
    try {
      return await this.runQuietly(script, args);
    } finally {
      await this.sandbox.pause();
    }
  }

  private async runQuietly(script: string, args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    await ownTurn();
    const file = this.write(`${++this.count}.sh`, `${this.opening()}${script}`);
    const chunks: Buffer[] = [];
    return new Promise((done) => {
      const finish = (exitCode: number): void => {
        fs.rmSync(file, { force: true });
        done({ exitCode, output: Buffer.concat(chunks).toString('utf8') });
      };
      const child = this.sandbox.spawn(this.shell.file, [...this.shell.args, file, ...args], {
        cwd: this.source,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.once('close', (code) => finish(code ?? 1));
      child.once('error', () => finish(127));
    });
  }

  /** A script that the user of the next command may read. */
  private write(name: string, content: string, user?: RunAs): string {
    const file = path.join(this.folders.scripts, name);
    fs.writeFileSync(file, content, { mode: 0o700 });
    if (user) {
      fs.chownSync(file, user.uid, user.gid);
      // What lies in the state's folder may have become a link: only what is named is given away.
      for (const one of [this.folders.scripts, this.folders.state, this.environmentFile, this.directoryFile])
        if (fs.existsSync(one)) fs.lchownSync(one, user.uid, user.gid);
    }
    return file;
  }

  /**
   * The lines ahead of a command, so that it stands on line 4 of its script. The script itself reads and writes the state: this process never opens
   * a file that a build may have replaced by a link or a pipe.
   */
  private opening(): string {
    const pending = this.pending.splice(0);
    const directory = [...pending, `cd "$(IFS= read -r at < ${quoted(this.directoryFile)}; printf %s "$at")"`].join(
      '; ',
    );
    return `${directory}\nset -a\n. ${quoted(this.environmentFile)}\n`;
  }

  /** The template of AWS's codecatalyst-runner-cli: a command that exits early saves neither directory nor variables. */
  private script(command: string): string {
    return `${this.opening()}${command}\nCODEBUILD_LAST_EXIT=$?; { export -p > ${quoted(this.environmentFile)} && pwd > ${quoted(this.directoryFile)}; } || ${NOT_KEPT}; exit $CODEBUILD_LAST_EXIT\n`;
  }
}

/** Where a shell keeps its scripts, which a build reads, and its state, which a build's scripts write. */
export interface ShellFolders {
  readonly scripts: string;
  readonly state: string;
}

/** Makes the folders of a build's shell. */
export function makeShellFolders(directory: string): ShellFolders {
  const scripts = path.join(directory, 'shell');
  const state = path.join(scripts, 'state');
  fs.mkdirSync(state, { recursive: true, mode: 0o700 });
  return { scripts, state };
}

function assignment(name: string, value: string): string {
  return `export ${name}=${quoted(value)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
