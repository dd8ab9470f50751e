import { optional, required, type ActionProvider } from '../../actions/action-provider';

/** Deploys a version of a Lambda function: not rehearsed. */
export const lambdaDeploy: ActionProvider = {
  kinds: ['Deploy/AWS/Lambda'],
  reference: 'AWS Lambda deploy action reference',
  configuration: {
    FunctionName: required,
    FunctionAlias: optional,
    PublishedTargetVersion: optional,
    DeployStrategy: optional,
    Alarms: optional,
  },
  inputs: [0, 1],
  outputs: [0, 0],
  onlyV2: true,
  missing: 'AWS Lambda',
};
