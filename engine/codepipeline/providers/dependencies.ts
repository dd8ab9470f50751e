import type { ActionDefinition, RuleDefinition } from '../../../model/pipeline';
import { namespacesOf } from '../definition/variables';
import { actionProvider } from './action-providers';

/** What an action takes from others: input artifacts, namespaces, and what its provider says. Comparable with {@link givenBy}. */
export function takenBy(action: ActionDefinition): string[] {
  return [...inputsOf(action), ...(actionProvider(action)?.takes?.(action) ?? [])];
}

/** What a rule of a condition takes from actions: input artifacts and namespaces. */
export function takenByRule(rule: RuleDefinition): string[] {
  return inputsOf(rule);
}

function inputsOf(one: ActionDefinition | RuleDefinition): string[] {
  return [
    ...(one.inputArtifacts ?? []).map((name) => `artifact ${name}`),
    ...[...namespacesOf(one)].map((name) => `namespace ${name}`),
  ];
}

/** What an action gives to others. */
export function givenBy(action: ActionDefinition): string[] {
  return [
    ...action.outputArtifacts.map(({ name }) => `artifact ${name}`),
    ...(action.namespace ? [`namespace ${action.namespace}`] : []),
    ...(actionProvider(action)?.gives?.(action) ?? []),
  ];
}
