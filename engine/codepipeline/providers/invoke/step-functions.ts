import { oneOf, optional, required, type ActionProvider } from '../../actions/action-provider';

/** Starts a state machine: not rehearsed. */
export const stepFunctions: ActionProvider = {
  kinds: ['Invoke/AWS/StepFunctions'],
  reference: 'AWS Step Functions invoke action reference',
  configuration: {
    StateMachineArn: required,
    ExecutionNamePrefix: optional,
    InputType: oneOf('Literal', 'FilePath'),
    Input: optional,
  },
  inputs: [0, 1],
  outputs: [0, 1],
  check: ({ configuration }, add) => {
    if (configuration.InputType === 'FilePath' && !configuration.Input)
      add('.Configuration', 'Input is required where InputType is FilePath');
  },
  missing: 'AWS Step Functions',
};
