import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Layout } from '../../../model/layout';
import { actionPath } from '../../../model/pipeline';
import type { ExecutionState } from '../../../model/run-state';
import { UNCHANGED } from '../../../model/unchanged';
import type { ActionContext, ActionResult, ActionRunners } from '../../ports/action';

/** An execution of an earlier run whose results another one takes over. */
export interface EarlierResults {
  readonly runId: string;
  readonly execution: ExecutionState;
  readonly layout: Layout;
  /** Whether the actions of a stage are taken over. */
  readonly covers: (stage: string) => boolean;
}

/**
 * Runners that do nothing again in the stages that an earlier execution has been through: an action's artifacts, variables and revisions are those that it
 * had there, and it says so. What did not succeed there, or has lost its artifacts since, runs.
 */
export function takenOver(runners: ActionRunners, earlier: EarlierResults): ActionRunners {
  return new Map(
    [...runners].map(([kind, runner]) => [
      kind,
      (context: ActionContext) => Promise.resolve(resultOf(context, earlier) ?? runner(context)),
    ]),
  );
}

function resultOf(context: ActionContext, earlier: EarlierResults): ActionResult | undefined {
  const { runId, execution, layout, covers } = earlier;
  const before = execution.actions.get(actionPath(context.stage, context.action.name));
  if (!covers(context.stage) || before?.status !== 'Succeeded') return undefined;
  const links = context.outputs.map(({ name, path: to }) => ({
    to,
    from: layout.artifact(runId, execution.executionId, name),
  }));
  if (links.some(({ from }) => !fs.existsSync(from))) return undefined;
  for (const { from, to } of links) {
    fs.rmSync(to, { recursive: true, force: true });
    fs.symlinkSync(path.relative(path.dirname(to), fs.realpathSync(from)), to);
  }
  const revisions = execution.revisions.filter((one) => one.actionName === context.action.name);
  if (revisions.length > 0)
    context.emit({ kind: 'execution.revisions', executionId: context.executionId, revisions: [...revisions] });
  return {
    status: 'Succeeded',
    outputVariables: { ...before.outputVariables, [UNCHANGED]: `taken from the run ${runId}` },
  };
}
