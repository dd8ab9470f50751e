import type { ActionProvider } from '../../actions/action-provider';

/** Deploys a product of Service Catalog: not rehearsed. */
export const serviceCatalog: ActionProvider = {
  kinds: ['Deploy/AWS/ServiceCatalog'],
  reference: 'Valid configuration parameters for each provider type',
  // With a configuration file its keys are others, so none are checked.
  inputs: [1, 1],
  outputs: [0, 0],
  missing: 'AWS Service Catalog',
};
