import type { PipelineDefinition } from '../../model/pipeline';
import { isActive } from '../codepipeline/execution/decide';
import type { Journal } from '../codepipeline/execution/journals';
import type { PipelineSession } from '../codepipeline/execution/session';
import { neededFor } from '../codepipeline/plan/needs';

/** A change of the sources, and what follows from it. */
export interface Change {
  /** One line: what changed, what runs now, and what follows. */
  readonly text: string;
  /** `Stage/Action` of those whose verdict does not have to wait for the pipeline: they run at once, with what they need. */
  readonly first: readonly string[];
  /** Whether the pipeline runs again afterwards. */
  readonly follows: boolean;
  /** Resolves when something has changed since. */
  readonly outdated: Promise<void>;
}

/** The sources of a rehearsal while somebody works on them. */
export interface ChangedSources {
  /** Waits for the next change. @returns undefined where nobody waits any more */
  next(pipeline: PipelineDefinition, signal: AbortSignal): Promise<Change | undefined>;
}

/** What the rounds of a watched rehearsal are run with. */
export interface RoundsHost {
  readonly signal: AbortSignal;
  /** Values for the pipeline's variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** The pipeline as it is deployed now. */
  find(): PipelineDefinition | undefined;
  /** Begins a run. */
  open(pipeline: PipelineDefinition): { readonly log: Journal; readonly session: PipelineSession };
  /** Gives a run its verdict. @param chosen the actions that were asked for alone */
  end(log: Journal, chosen: readonly string[]): Promise<void>;
}

/** Waits for changes of the sources: for each the tests that it affects run first, then, where they have passed, the pipeline, until the next change. */
export async function followChanges(watch: ChangedSources, host: RoundsHost): Promise<void> {
  for (;;) {
    const pipeline = host.find();
    const change = pipeline && !host.signal.aborted ? await watch.next(pipeline, host.signal) : undefined;
    if (!pipeline || !change) return;
    if (change.first.length > 0 && !(await testChange(change, pipeline, host))) continue;
    if (change.follows && !host.signal.aborted) await deliverChange(change, pipeline, host);
  }
}

/** @returns whether the tests of a change have passed */
async function testChange(change: Change, pipeline: PipelineDefinition, host: RoundsHost): Promise<boolean> {
  const chosen = [...new Set(change.first.flatMap((one) => neededFor(pipeline, one)))];
  const { log, session } = host.open(pipeline);
  log.emit({ kind: 'message', level: 'info', text: change.text });
  await session.runChosen(chosen, host.variables);
  await host.end(log, chosen);
  return log.state.verdict === 'passed' || log.state.verdict === 'incomplete';
}

/** Runs the pipeline; a further change of the sources stops it. */
async function deliverChange(change: Change, { name }: PipelineDefinition, host: RoundsHost): Promise<void> {
  const pipeline = host.find();
  if (!pipeline) return;
  const { log, session } = host.open(pipeline);
  if (change.first.length === 0) log.emit({ kind: 'message', level: 'info', text: change.text });
  session.open();
  const { pipelineExecutionId } = session.startPipelineExecution({
    name,
    ...(Object.keys(host.variables).length > 0 ? { variables: { ...host.variables } } : {}),
    trigger: { type: 'StartPipelineExecution', detail: change.text },
  });
  const settled = session.settled();
  const first = await Promise.race([settled, change.outdated.then(() => 'outdated' as const)]);
  const runs = log.state.executions.some((one) => one.executionId === pipelineExecutionId && isActive(one));
  if (first === 'outdated' && runs && !host.signal.aborted)
    session.stopPipelineExecution({
      pipelineName: name,
      pipelineExecutionId,
      abandon: true,
      reason: 'the sources changed',
    });
  await settled;
  await host.end(log, []);
}
