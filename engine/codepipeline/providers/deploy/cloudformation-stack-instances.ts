import type { ActionProvider } from '../../actions/action-provider';

/** Deploys instances of a stack set: no rehearsal has StackSets. */
export const cloudFormationStackInstances: ActionProvider = {
  kinds: ['Deploy/AWS/CloudFormationStackInstances'],
  reference: 'CloudFormation StackSets deploy action reference',
  inputs: [0, 10],
  outputs: [0, 0],
  missing: 'AWS CloudFormation StackSets',
};
