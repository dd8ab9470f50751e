import { actionPath, type PipelineDefinition } from '../../../model/pipeline';
import type { ExecutionState, UnrehearsedAction } from '../../../model/run-state';
import { givenBy } from '../providers/dependencies';

/**
 * The action that was not rehearsed and gives something that is taken: whatever takes it cannot be rehearsed either. A rollback takes over its
 * target's artifacts and variables, so what was not rehearsed there is not there for the rollback.
 * @param takes what is taken, as `takenBy` names it
 */
export function missingFor(
  takes: readonly string[],
  execution: ExecutionState,
  pipeline: PipelineDefinition,
): UnrehearsedAction | undefined {
  const own = [...execution.actions.values()].filter((one) => one.status === 'NotRehearsed');
  const ran = new Set(execution.actions.keys());
  const takenOver = (execution.notRehearsed ?? []).filter((one) => !ran.has(actionPath(one.stage, one.action)));
  return [...own, ...takenOver]
    .map(({ stage, action, missing = [] }) => ({ stage, action, missing }))
    .find(({ stage, action }) => {
      const definition = pipeline.stages.find((one) => one.name === stage)?.actions.find((one) => one.name === action);
      return definition && givenBy(definition).some((what) => takes.includes(what));
    });
}
