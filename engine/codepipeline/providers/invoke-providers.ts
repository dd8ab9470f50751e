import { one, optional, required, requiredOne, type ActionProviders } from './action-provider';

/** Approvals, and what an action calls. The values are those of the pages that `reference` names. */
export const INVOKE_PROVIDERS: ActionProviders = {
  'Approval/AWS/Manual': {
    reference: 'Valid configuration parameters for each provider type',
    configuration: { CustomData: optional, ExternalEntityLink: optional, NotificationArn: optional },
    inputs: [0, 0],
    outputs: [0, 0],
  },
  'Invoke/AWS/Lambda': {
    reference: 'AWS Lambda invoke action reference',
    configuration: { FunctionName: required, UserParameters: optional },
    inputs: [0, 5],
    outputs: [0, 5],
    missing: 'AWS Lambda',
  },
  'Invoke/AWS/CodePipeline': {
    reference: 'AWS CodePipeline invoke action reference',
    configuration: { PipelineName: required, SourceRevisions: optional, Variables: optional },
    inputs: [0, 0],
    outputs: [0, 0],
    onlyV2: true,
  },
  'Invoke/AWS/StepFunctions': {
    reference: 'AWS Step Functions invoke action reference',
    configuration: {
      StateMachineArn: required,
      ExecutionNamePrefix: optional,
      InputType: one('Literal', 'FilePath'),
      Input: optional,
    },
    inputs: [0, 1],
    outputs: [0, 1],
    missing: 'AWS Step Functions',
  },
  'Invoke/AWS/InspectorScan': {
    reference: 'Amazon Inspector InspectorScan invoke action reference',
    configuration: {
      InspectorRunMode: requiredOne('SourceCodeScan', 'ECRImageScan'),
      ECRRepositoryName: optional,
      ImageTag: optional,
      CriticalThreshold: optional,
      HighThreshold: optional,
      MediumThreshold: optional,
      LowThreshold: optional,
    },
    inputs: [0, 1],
    outputs: [0, 1],
    missing: 'Amazon Inspector',
  },
};
