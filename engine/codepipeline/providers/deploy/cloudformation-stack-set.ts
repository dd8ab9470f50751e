import type { ActionProvider } from '../../actions/action-provider';

/** Deploys a stack set: no rehearsal has StackSets. */
export const cloudFormationStackSet: ActionProvider = {
  kinds: ['Deploy/AWS/CloudFormationStackSet'],
  reference: 'CloudFormation StackSets deploy action reference',
  inputs: [1, 10],
  outputs: [0, 0],
  missing: 'AWS CloudFormation StackSets',
};
