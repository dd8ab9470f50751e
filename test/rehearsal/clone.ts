import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { readRun } from '../../engine/runs/event-log';
import type { PermissionRecord } from '../../model/permission-record';
import type { RunState } from '../../model/run-state';

const ROOT = path.join(__dirname, '../..');

/** A clone of this repository in which the sample monorepo is rehearsed as a newcomer does it: its state is its own. */
export class Clone {
  /** Variables of the person who rehearses, next to this process's own. */
  environment: Readonly<Record<string, string>> = {};
  readonly directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-rehearsal-')), 'clone');

  /** Clones the last commit, builds it. The packages and the rehearsal's own tools are this checkout's. */
  async make(): Promise<void> {
    await execa('git', ['clone', '--quiet', ROOT, this.directory]);
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.directory, 'node_modules'));
    await execa('npm', ['run', 'build'], { cwd: this.directory });
  }

  remove(): void {
    fs.rmSync(path.dirname(this.directory), { recursive: true, force: true });
  }

  /** `saiondo rehearse` with Prod approved. */
  async rehearse(...args: string[]): Promise<{ exitCode: number; state: RunState; output: string }> {
    const { exitCode, all = '' } = await execa(
      'node',
      ['dist/bin/saiondo.js', 'rehearse', '--approve', 'Prod', ...args],
      {
        cwd: this.directory,
        env: { SAIONDO_TOOLS_DIR: path.join(ROOT, '.saiondo/tools'), ...this.environment },
        reject: false,
        all: true,
      },
    );
    const state = this.now();
    if (!state) throw new Error(`no run came of it:\n${all}`);
    return { exitCode, state, output: all };
  }

  /** How the last run stands, while it runs too; undefined before the first. */
  now(): RunState | undefined {
    const runs = path.join(this.directory, '.saiondo', 'runs');
    const last = fs.existsSync(runs) ? fs.readdirSync(runs).sort().at(-1) : undefined;
    const events = path.join(runs, last ?? '', 'events.jsonl');
    return last !== undefined && fs.existsSync(events) ? readRun(events) : undefined;
  }

  /** The log of an action's last build. */
  log(state: RunState, action: string): string {
    const build = [...state.builds.values()].filter((one) => `${one.stage}/${one.action}` === action).at(-1);
    return build ? fs.readFileSync(path.join(this.directory, '.saiondo', 'runs', state.runId, build.log), 'utf8') : '';
  }

  /** What was judged in a run. */
  permissions(state: RunState): PermissionRecord[] {
    const file = path.join(this.directory, '.saiondo', 'runs', state.runId, 'permissions.jsonl');
    const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as PermissionRecord);
  }

  /** Changes a file and commits it. */
  async commit(file: string, change: (text: string) => string): Promise<void> {
    const at = path.join(this.directory, file);
    const before = fs.existsSync(at) ? fs.readFileSync(at, 'utf8') : '';
    const after = change(before);
    if (after === before) throw new Error(`the change of ${file} changes nothing`);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, after);
    await this.git('add', '--', file);
    await this.git('commit', '--quiet', '--message', `test: change ${file}`);
  }

  /** Takes the last commit back. */
  async undo(): Promise<void> {
    await this.git('reset', '--quiet', '--hard', 'HEAD~1');
  }

  private async git(...args: string[]): Promise<void> {
    await execa('git', ['-C', this.directory, '-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args]);
  }
}
