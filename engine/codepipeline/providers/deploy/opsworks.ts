import { optional, required, type ActionProvider } from '../../actions/action-provider';

/** Deploys to OpsWorks: not rehearsed. */
export const opsWorks: ActionProvider = {
  kinds: ['Deploy/AWS/OpsWorks'],
  reference: 'Valid configuration parameters for each provider type',
  configuration: { Stack: required, Layer: optional, App: required },
  inputs: [1, 1],
  outputs: [0, 0],
  missing: 'AWS OpsWorks',
};
