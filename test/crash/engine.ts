import * as fs from 'node:fs';
import * as path from 'node:path';
import { rehearse } from '../../engine/rehearsal/rehearsal';
import { SaiondoError } from '../../model/errors';
import type { RunEvent } from '../../model/events';
import { Layout } from '../../model/layout';
import { ofProcess } from '../fixtures/processes';
import { PIPELINE, plainMachine, standIn } from '../scenario/pipeline-session';

/**
 * One engine as a process of its own, on a folder with a deployed pipeline: `node engine.js FOLDER [kill|tell] [EVENTS]`. With `kill` it ends itself by
 * SIGKILL at the first event after which no engine of this folder was killed before, as soon as the event is on disk; `killed` in the folder has them
 * all, and an expression for their names restricts it to some. `engine` has the process that runs, for a build that kills it. With `tell` it prints the kind of each event.
 */
async function main(folder: string, mode: string, only: string): Promise<void> {
  const layout = new Layout(path.join(folder, 'state'));
  fs.writeFileSync(path.join(folder, 'engine'), String(process.pid));
  const killedFile = path.join(folder, 'killed');
  const killed = new Set(fs.existsSync(killedFile) ? fs.readFileSync(killedFile, 'utf8').split('\n') : []);
  const resume = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs())[0] : undefined;
  const executions = Number(fs.readFileSync(path.join(folder, 'executions'), 'utf8'));
  const labels: string[] = [];
  const state = await rehearse({
    layout,
    version: '0.0.0',
    assembly: () => Promise.reject(new Error('the pipeline is deployed already')),
    deployAssembly: false,
    pipeline: PIPELINE,
    sources: new Map([['owner/repository', { path: path.join(folder, 'repository') }]]),
    fixtures: { processes: [], parameters: [], secrets: [] },
    approve: () => Promise.resolve({ status: 'Approved', by: 'the test' }),
    strict: false,
    ...(resume ? { resume } : {}),
    signal: new AbortController().signal,
    machine: () => {
      noteOrphans(folder);
      return Promise.resolve({
        ...standIn(layout, plainMachine({ MARK: folder }, path.join(folder, 'bin'))),

        containersMissing: 'not in this test',
        close: () => Promise.resolve(),
      });
    },
    onControl: (control, current) => {
      while (current().executions.length < executions)
        control.startPipelineExecution({ name: PIPELINE, trigger: { type: 'StartPipelineExecution' } });
    },
    listeners: [
      (event, current) => {
        current.executions.forEach((one, index) => (labels[index] = one.executionId));
        const name = nameOf(event, labels);
        if (mode === 'tell') process.stdout.write(`${event.kind}\n`);
        if (mode !== 'kill' || killed.has(name) || !new RegExp(only).test(name)) return;
        fs.appendFileSync(killedFile, `${name}\n`);
        process.kill(process.pid, 'SIGKILL');
      },
    ],
  });
  process.exitCode = state.exitCode ?? 1;
}

/** An event as every engine of the run would name it: ids are by order, times left out. */
function nameOf(event: RunEvent, executions: readonly string[]): string {
  const of = 'executionId' in event && event.executionId ? executions.indexOf(event.executionId) : '';
  const more = event as unknown as Record<string, unknown>;
  return [
    event.kind,
    of,
    ...['stage', 'action', 'phase', 'index', 'status', 'rule', 'attempt', 'toStructureVersion'].map(
      (key) => more[key] ?? '',
    ),
  ].join('|');
}

/** What builds of the engine before have noted of themselves must not run any more when this one begins. */
function noteOrphans(folder: string): void {
  const file = path.join(folder, 'pids');
  if (!fs.existsSync(file)) return;
  for (const pid of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const stat = ofProcess(pid, 'stat') ?? ') Z';
    if (!/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2)))
      fs.appendFileSync(path.join(folder, 'orphans'), `${pid}\n`);
  }
  fs.rmSync(file);
}

const [, , folder = '', mode = '', only = ''] = process.argv;
main(folder, mode, only).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof SaiondoError ? `${error.code}: ${error.message}` : String((error as Error).stack)}\n`,
  );
  process.exitCode = 99;
});
