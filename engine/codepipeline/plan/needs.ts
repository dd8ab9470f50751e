import { actionPath, type ActionDefinition, type PipelineDefinition } from '../../../model/pipeline';
import { givenBy, takenBy } from '../providers/dependencies';

/**
 * An action with all that it needs, as `Stage/Action` in the pipeline's order: what gives its artifacts, variables and change sets, and what those take; of its
 * own stage also the stacks that are deployed before it, for a build there is one of their projects. A manual approval is nobody's need.
 */
export function neededFor({ stages }: Pick<PipelineDefinition, 'stages'>, path: string): string[] {
  const all = stages.flatMap((stage) =>
    stage.actions.map((action) => ({ stage: stage.name, action, path: actionPath(stage.name, action.name) })),
  );
  const needed = new Set<string>();
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const found = all.find((one) => one.path === next);
    if (!found || needed.has(next)) continue;
    needed.add(next);
    const taken = takenBy(found.action);
    for (const other of all)
      if (givenBy(other.action).some((what) => taken.includes(what)) || deployedBefore(other, found))
        open.push(other.path);
  }
  return all.flatMap((one) => (needed.has(one.path) ? [one.path] : []));
}

interface Placed {
  readonly stage: string;
  readonly action: ActionDefinition;
}

function deployedBefore(other: Placed, one: Placed): boolean {
  return (
    other.stage === one.stage &&
    other.action.provider === 'CloudFormation' &&
    other.action.runOrder < one.action.runOrder
  );
}
