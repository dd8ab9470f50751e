import { required, type ActionProvider } from '../../actions/action-provider';

/** Deploys to instances by CodeDeploy: not rehearsed. */
export const codeDeploy: ActionProvider = {
  kinds: ['Deploy/AWS/CodeDeploy'],
  reference: 'AWS CodeDeploy deploy action reference',
  configuration: { ApplicationName: required, DeploymentGroupName: required },
  inputs: [1, 1],
  outputs: [0, 0],
  missing: 'AWS CodeDeploy',
};
