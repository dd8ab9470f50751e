import { actionPath, type ActionDefinition, type PipelineDefinition } from '../../../model/pipeline';
import type { ActionFacts, PlanFacts } from '../actions/action-provider';
import { actionKind, actionProvider } from '../providers/action-providers';
import { givenBy, takenBy } from '../providers/dependencies';

/** An action and what this machine lacks for it; nothing: it will be rehearsed. */
export interface PlannedAction {
  readonly stage: string;
  readonly action: ActionDefinition;
  readonly missing: readonly string[];
  /** The action that it depends on, if that is what is not rehearsed. */
  readonly dependsOn?: string;
}

/**
 * Says of every action, before anything starts, whether it will be rehearsed, and if not what is missing. What only a run can know (a
 * buildspec in the source, a project that a stage deploys) is found when its action starts.
 */
export function planActions(pipeline: PipelineDefinition, facts: PlanFacts): PlannedAction[] {
  const lacking = new Map<string, PlannedAction>();
  const found = new Map<string, readonly string[]>();
  const once: ActionFacts['once'] = (key, find) => {
    const known = found.get(key) ?? find();
    found.set(key, known);
    return known;
  };
  const plan: PlannedAction[] = [];
  for (const stage of pipeline.stages) {
    for (const action of [...stage.actions].sort((a, b) => a.runOrder - b.runOrder)) {
      const own = missingOf(action, { ...facts, pipeline, once });
      const before = takenBy(action)
        .map((what) => lacking.get(what))
        .find((one) => one !== undefined);
      const planned: PlannedAction = {
        stage: stage.name,
        action,
        missing: own.length > 0 ? own : (before?.missing ?? []),
        ...(own.length === 0 && before ? { dependsOn: actionPath(before.stage, before.action.name) } : {}),
      };
      plan.push(planned);
      if (planned.missing.length > 0) for (const what of givenBy(action)) lacking.set(what, planned);
    }
  }
  return plan;
}

/** `needs flutter`, `depends on Verify/WebTest (flutter)`; undefined for what will be rehearsed. */
export function describePlanned({ missing, dependsOn }: PlannedAction): string | undefined {
  if (missing.length === 0) return undefined;
  return dependsOn ? `depends on ${dependsOn} (${missing.join(', ')})` : `needs ${missing.join(', ')}`;
}

function missingOf(action: ActionDefinition, facts: ActionFacts): readonly string[] {
  if (action.category === 'Approval') return [];
  const provider = actionProvider(action);
  if (provider?.missing) return [provider.missing];
  if (!provider?.run) return [actionKind(action)];
  return provider.needs?.(action, facts) ?? [];
}
