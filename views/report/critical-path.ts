import type { ActionState } from '../../model/run-state';

/** How long an action took, in seconds; one that has not ended took none yet. */
export function length(action: ActionState): number {
  return action.endedAt ? (Date.parse(action.endedAt) - Date.parse(action.startedAt)) / 1000 : 0;
}

/** The longest action of each run order: what the execution's length is made of. */
export function criticalPath(actions: readonly ActionState[]): ReadonlySet<ActionState> {
  const longest = new Map<string, ActionState>();
  for (const action of actions) {
    const key = `${action.stage}/${action.runOrder}`;
    const known = longest.get(key);
    if (!known || length(action) > length(known)) longest.set(key, action);
  }
  return new Set(longest.values());
}

/** From the first start to the last end, in seconds. */
export function span(actions: readonly ActionState[]): number {
  const times = actions.flatMap((action) => [
    Date.parse(action.startedAt),
    Date.parse(action.endedAt ?? action.startedAt),
  ]);
  return times.length > 0 ? (Math.max(...times) - Math.min(...times)) / 1000 : 0;
}
