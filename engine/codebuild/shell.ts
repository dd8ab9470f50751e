import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { signalGroup } from '../local/child';
import type { MaskedLog } from './masked-log';

/** How a command ended. */
export type CommandOutcome = {
  readonly exitCode: number;
  readonly seconds: number;
  readonly ended: 'exited' | 'timed out' | 'stopped';
};

/** Milliseconds between SIGTERM and SIGKILL for a build that ignores the first. */
const GRACE = 5000;

/** The shell of one build: one script a command; directory and variables are carried over through files, as CodeBuild's agent does. */
export class BuildShell {
  private readonly directory: string;
  private readonly environmentFile: string;
  private readonly directoryFile: string;
  private count = 0;

  constructor(
    directory: string,
    private readonly shell: string,
    private readonly source: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.directory = path.join(directory, 'shell');
    fs.mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    this.environmentFile = path.join(this.directory, 'env.sh');
    this.directoryFile = path.join(this.directory, 'dir.txt');
    fs.writeFileSync(this.environmentFile, '', { mode: 0o600 });
    fs.writeFileSync(this.directoryFile, source);
  }

  /** The directory in which the next command starts. */
  workingDirectory(): string {
    return fs.readFileSync(this.directoryFile, 'utf8').trim() || this.source;
  }

  /** Sets a variable for the commands that follow. */
  set(name: string, value: string): void {
    fs.appendFileSync(this.environmentFile, `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  }

  /** Back to the source directory with only the first variables: what buildspec 0.1 does before every command. */
  reset(): void {
    fs.writeFileSync(this.environmentFile, '');
    fs.writeFileSync(this.directoryFile, this.source);
  }

  /** Runs one command. Never throws for what the command does. */
  run(
    command: string,
    log: MaskedLog,
    options: { readonly deadline: number; readonly signal: AbortSignal; readonly user?: string },
  ): Promise<CommandOutcome> {
    const script = path.join(this.directory, `${++this.count}.sh`);
    fs.writeFileSync(script, this.script(command), { mode: 0o700 });
    const started = process.hrtime.bigint();
    const seconds = (): number => Number(process.hrtime.bigint() - started) / 1e9;
    const [program, args] =
      options.user && process.getuid?.() === 0
        ? ['runuser', ['-u', options.user, '--', this.shell, script]]
        : [this.shell, [script]];
    return new Promise((done) => {
      const child = spawn(program, args, {
        cwd: this.source,
        env: this.environment,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let ended: CommandOutcome['ended'] = 'exited';
      let kill: NodeJS.Timeout | undefined;
      const end = (why: 'timed out' | 'stopped'): void => {
        if (ended !== 'exited' || child.pid === undefined) return;
        ended = why;
        signalGroup(child.pid, 'SIGTERM');
        kill = setTimeout(() => child.pid && signalGroup(child.pid, 'SIGKILL'), GRACE);
      };
      const stop = (): void => end('stopped');
      const timer = setTimeout(
        () => end('timed out'),
        Math.max(0, Math.min(options.deadline - Date.now(), 2 ** 31 - 1)),
      );
      options.signal.addEventListener('abort', stop, { once: true });
      if (options.signal.aborted) stop();
      const finish = (exitCode: number): void => {
        clearTimeout(timer);
        clearTimeout(kill);
        options.signal.removeEventListener('abort', stop);
        // A command may leave processes behind; the container would end with the build, so they end here.
        if (child.pid !== undefined && ended !== 'exited') signalGroup(child.pid, 'SIGKILL');
        log.flush();
        fs.rmSync(script, { force: true });
        done({ exitCode, seconds: seconds(), ended });
      };
      child.stdout.on('data', (chunk: Buffer) => log.write(chunk));
      child.stderr.on('data', (chunk: Buffer) => log.write(chunk));
      child.once('error', (error) => {
        log.write(Buffer.from(`${error.message}\n`));
        finish(127);
      });
      // Not `close`: a process that the command left in the background may hold the pipe for ever.
      child.once('exit', (code, signal) => {
        const wait = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, 250);
        child.once('close', () => {
          clearTimeout(wait);
          finish(code ?? (signal === 'SIGKILL' ? 137 : 143));
        });
      });
    });
  }

  /** The value of variables after the commands so far. A shell reads its own export format best. */
  async read(names: readonly string[]): Promise<Record<string, string>> {
    const chunks: Buffer[] = [];
    const script = `set -a; . '${this.environmentFile}'; for name in "$@"; do eval "printf '%s\\\\0' \\"\\$name=\\\${$name-}\\""; done`;
    await new Promise<void>((done) => {
      const child = spawn(this.shell, ['-c', script, 'sh', ...names], {
        env: this.environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.once('close', () => done());
      child.once('error', () => done());
    });
    const entries = Buffer.concat(chunks).toString('utf8').split('\0').filter(Boolean);
    return Object.fromEntries(
      entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  }

  /** Removes what holds the build's variables, secrets among them. */
  dispose(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  /** The template of AWS's codecatalyst-runner-cli: a command that exits early saves neither directory nor variables. */
  private script(command: string): string {
    return [
      `cd "$(cat '${this.directoryFile}')"`,
      'set -a',
      `. '${this.environmentFile}'`,
      command,
      `CODEBUILD_LAST_EXIT=$?; export -p > '${this.environmentFile}'; pwd > '${this.directoryFile}'; exit $CODEBUILD_LAST_EXIT`,
      '',
    ].join('\n');
  }
}
