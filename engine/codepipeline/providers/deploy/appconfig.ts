import { optional, required, type ActionProvider } from '../../actions/action-provider';

/** Deploys a configuration: not rehearsed. */
export const appConfig: ActionProvider = {
  kinds: ['Deploy/AWS/AppConfig'],
  reference: 'AWS AppConfig deploy action reference',
  configuration: {
    Application: required,
    Environment: required,
    ConfigurationProfile: required,
    InputArtifactConfigurationPath: required,
    DeploymentStrategy: optional,
  },
  inputs: [1, 1],
  outputs: [0, 0],
  missing: 'AWS AppConfig',
};
