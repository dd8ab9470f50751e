import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import execa from 'execa';
import { packageRoot } from '../commands/input/package';
import { readRun } from '../engine/runs/event-log';
import { Layout } from '../model/layout';
import { currentExecution, type ActionState, type RunState } from '../model/run-state';
import type { Measured } from './figure';

/** A file of one service of the sample: what is changed for the third rehearsal. */
const OF_ONE_SERVICE = 'examples/saiondo/backend/llm/src/main.py';

/** A file of the sample's api: what is saved while somebody watches. */
const OF_THE_API = 'examples/saiondo/backend/api/src/messages.ts';

const GIVEN = ['--yes', '--plain'];

const environment = (): Record<string, string> => ({
  SAIONDO_TOOLS_DIR: process.env.SAIONDO_TOOLS_DIR ?? path.join(packageRoot, '.saiondo/tools'),
});

/**
 * The sample rehearsed three times in a clone: for the first time, with nothing changed, with one service's source changed. From the first stage to the
 * last, the second and the third over the first; then a file that is saved while it is watched. Takes as long as four rehearsals.
 */
export async function rehearsedAgain(scratch: string): Promise<readonly Measured[]> {
  const clone = await cloneToRehearse(path.join(scratch, 'twice'));
  const run = (command: string, ...args: string[]): Promise<unknown> => execa(command, args, { cwd: clone });
  const first = await rehearsal(clone);
  const second = await rehearsal(clone);
  fs.appendFileSync(path.join(clone, OF_ONE_SERVICE), '# changed\n');
  const person = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  await run('git', ...person, 'commit', '--quiet', '--all', '--message', 'feat: change one service');
  const third = await rehearsal(clone);
  const ratio = (name: string, value: number, bound: number): Measured => ({
    ...{ name, value: value / first, unit: '', bound },
    detail: `${value.toFixed(1)} s over ${first.toFixed(1)} s`,
  });
  return [
    ratio('second rehearsal over the first, nothing changed', second, 0.15),
    ratio('rehearsal over the first, one service changed', third, 0.45),
    await savedFile(clone),
  ];
}

/** From saving a file of the api to the verdict of its test, over the seconds that the test's own commands take, while `rehearse --watch` waits. @param clone rehearsed before */
async function savedFile(clone: string): Promise<Measured> {
  const layout = new Layout(path.join(clone, '.saiondo'));
  const before = runsOf(layout).length;
  const watching = execa('node', ['dist/bin/saiondo.js', 'rehearse', ...GIVEN, '--watch', '--until', 'Verify'], {
    cwd: clone,
    env: environment(),
    reject: false,
  });
  try {
    const runAt = (index: number): RunState => readRun(layout.events(runsOf(layout)[before + index] ?? ''));
    await until(() => runsOf(layout).length > before && runAt(0).verdict !== undefined);
    const saved = Date.now();
    fs.appendFileSync(path.join(clone, OF_THE_API), '// changed\n');
    const test = (): ActionState | undefined =>
      runsOf(layout).length > before + 1 ? currentExecution(runAt(1))?.actions.get('Verify/ApiTest') : undefined;
    await until(() => test()?.endedAt !== undefined);
    const { endedAt = '', commandSeconds = 0, status } = test() ?? {};
    if (status !== 'Succeeded') throw new Error(`the api's test has not passed: ${status ?? 'none'}`);
    const taken = (Date.parse(endedAt) - saved) / 1000;
    return {
      ...{ name: 'from saving a file to its test’s verdict, over the test’s commands', value: taken / commandSeconds },
      ...{ unit: '', bound: 1.2, detail: `${taken.toFixed(1)} s over ${commandSeconds.toFixed(1)} s` },
    };
  } finally {
    watching.kill('SIGINT');
    await watching;
  }
}

function runsOf(layout: Layout): string[] {
  return fs
    .readdirSync(layout.runs())
    .filter((run) => fs.existsSync(layout.events(run)))
    .sort();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(100);
}

/** A clone of this repository, built, to be rehearsed. @returns its folder */
export async function cloneToRehearse(clone: string): Promise<string> {
  await execa('git', ['clone', '--quiet', packageRoot, clone]);
  fs.symlinkSync(path.join(packageRoot, 'node_modules'), path.join(clone, 'node_modules'));
  await execa('npm', ['run', '--silent', 'build'], { cwd: clone });
  return clone;
}

/** Rehearses the clone. @param state the folder below the clone that keeps runs and state @param options what is given to the command besides @returns seconds from its first stage to its last @throws where it fails */
export async function rehearsal(clone: string, state = '.saiondo', options: readonly string[] = []): Promise<number> {
  const given = [...GIVEN, '--approve', 'Prod', '--directory', state, ...options];
  await execa('node', ['dist/bin/saiondo.js', 'rehearse', ...given], { cwd: clone, env: environment() });
  const layout = new Layout(path.join(clone, state));
  const last = fs.readdirSync(layout.runs()).sort().at(-1) ?? '';
  const execution = currentExecution(readRun(layout.events(last)));
  if (!execution?.endedAt || execution.status !== 'Succeeded') throw new Error(`the run ${last} has not gone through`);
  return (Date.parse(execution.endedAt) - Date.parse(execution.startedAt)) / 1000;
}
