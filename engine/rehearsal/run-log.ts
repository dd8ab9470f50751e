import { randomBytes } from 'node:crypto';
import type { Emit, RunEvent } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { RunState } from '../../model/run-state';
import type { Journal } from '../codepipeline/execution/journals';
import type { SourceRepositories } from '../ports/sources';
import type { ToolNeed } from '../host/tools';
import type { RunSecrets } from '../ports/run-secrets';
import { EventLog } from '../runs/event-log';

/** A run's journal that is open for writing. */
export interface OpenLog extends Journal {
  readonly close: () => void;
}

/** The name of a new run: sorts by time. */
export function newRunId(): string {
  return `${new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(2).toString('hex')}`;
}

/** Hears each event when it is recorded, with the state that it leads to. */
export type Listener = (event: RunEvent, state: RunState) => void;

/** A run's log, whose events the listeners hear. Secrets that the run knows are not recorded. */
export function openLog(
  layout: Layout,
  listeners: readonly Listener[],
  runId: string,
  secrets?: Pick<RunSecrets, 'clean'>,
): OpenLog {
  const log = new EventLog(layout.events(runId), secrets);
  for (const listener of listeners) log.listen((event) => listener(event, log.state));
  return { runId, state: log.state, emit: log.emit, close: () => log.close() };
}

/** What a run is begun with. */
export interface RunRequest {
  /** The version of this package. */
  readonly version: string;
  readonly pipeline?: string;
  readonly sources: SourceRepositories;
  /** The stage after which it ends. */
  readonly until?: string;
  /** The one `Stage/Action` that runs. */
  readonly only?: string;
  /** The first stage that runs: what is before it is taken over from the last run. */
  readonly from?: string;
}

/** Begins a run, with what `--resume` has to know. No secret is among it. */
export function beginRun({ runId, emit }: Journal, request: RunRequest): void {
  const { version, pipeline, sources, until, only, from } = request;
  emit({
    kind: 'run.started',
    runId,
    version,
    pipeline: pipeline ?? '',
    assembly: '',
    options: { pipeline, sources: Object.fromEntries(sources), until, only, from },
    pid: process.pid,
  });
}

/** Tells what the builds need of this machine, and whether it is here. */
export function tellTools(emit: Emit, tools: readonly ToolNeed[]): void {
  for (const { name, path: found, version, neededBy } of tools)
    emit({
      kind: 'tool.checked',
      name,
      status: found ? 'found' : 'missing',
      ...(version ? { version } : {}),
      ...(found ? { detail: found } : {}),
      neededBy: [...neededBy],
    });
}
