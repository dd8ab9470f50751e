import { required, type ActionProvider } from '../../actions/action-provider';

/** Deploys to Elastic Beanstalk: not rehearsed. */
export const elasticBeanstalk: ActionProvider = {
  kinds: ['Deploy/AWS/ElasticBeanstalk'],
  reference: 'Valid configuration parameters for each provider type',
  configuration: { ApplicationName: required, EnvironmentName: required },
  inputs: [1, 1],
  outputs: [0, 0],
  missing: 'AWS Elastic Beanstalk',
};
