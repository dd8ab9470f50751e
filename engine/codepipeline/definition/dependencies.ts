import type { ActionDefinition, RuleDefinition } from '../../../model/pipeline';
import { namespacesOf } from './variables';

/** What an action takes from others: input artifacts, namespaces, and the change set that it executes. Comparable with {@link givenBy}. */
export function takenBy(action: ActionDefinition): string[] {
  return [...inputsOf(action), ...changeSet(action, 'CHANGE_SET_EXECUTE')];
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
    ...changeSet(action, 'CHANGE_SET_REPLACE'),
  ];
}

function changeSet({ provider, configuration, region, roleArn }: ActionDefinition, mode: string): string[] {
  if (provider !== 'CloudFormation' || configuration.ActionMode !== mode) return [];
  return [['change set', region, roleArn ?? '', configuration.StackName, configuration.ChangeSetName].join(' ')];
}
