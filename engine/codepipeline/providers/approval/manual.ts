import { optional, type ActionProvider } from '../../actions/action-provider';

/** A person’s approval. It has no `run`: the execution itself waits for it. */
export const manualApproval: ActionProvider = {
  kinds: ['Approval/AWS/Manual'],
  reference: 'Valid configuration parameters for each provider type',
  configuration: { CustomData: optional, ExternalEntityLink: optional, NotificationArn: optional },
  inputs: [0, 0],
  outputs: [0, 0],
};
