import { optional, required, requiredOneOf, type ActionProvider } from '../../actions/action-provider';

/** Deploys to EC2 instances by CodePipeline itself: not rehearsed. */
export const ec2: ActionProvider = {
  kinds: ['Deploy/AWS/EC2'],
  reference: 'Amazon EC2 action reference',
  configuration: {
    InstanceTagKey: required,
    InstanceTagValue: optional,
    InstanceType: requiredOneOf('EC2', 'SSM_MANAGED_NODE'),
    TargetDirectory: optional,
    DeploySpec: optional,
    MaxBatch: optional,
    MaxError: optional,
    TargetGroupNameList: optional,
    PreScript: optional,
    PostScript: optional,
  },
  inputs: [1, 1],
  outputs: [0, 0],
  onlyV2: true,
  missing: 'Amazon EC2 instances',
};
