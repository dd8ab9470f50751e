import {
  one,
  optional,
  required,
  requiredOne,
  yesNo,
  type ActionProvider,
  type ActionProviders,
} from './action-provider';

const codeBuild: ActionProvider = {
  reference: 'AWS CodeBuild build and test action reference',
  configuration: {
    ProjectName: required,
    PrimarySource: optional,
    BatchEnabled: yesNo,
    BuildspecOverride: optional,
    CombineArtifacts: yesNo,
    EnvironmentVariables: optional,
    ServiceRoleArnOverride: optional,
    // CDK Pipelines puts it there so that a changed project changes the pipeline (aws-cdk-lib/pipelines, CodeBuildFactory).
    _PROJECT_CONFIG_HASH: optional,
  },
  inputs: [1, 5],
  outputs: [0, 5],
};

/** Builds, tests and commands: what runs on compute. The values are those of the pages that `reference` names. */
export const BUILD_PROVIDERS: ActionProviders = {
  'Build/AWS/CodeBuild': codeBuild,
  'Test/AWS/CodeBuild': codeBuild,
  'Build/AWS/ECRBuildAndPublish': {
    reference: 'ECRBuildAndPublish build action reference',
    configuration: {
      ECRRepositoryName: required,
      DockerFilePath: optional,
      ImageTags: optional,
      RegistryType: one('private', 'public'),
    },
    inputs: [1, 1],
    outputs: [0, 0],
    onlyV2: true,
  },
  'Compute/AWS/Commands': {
    reference: 'Commands action reference',
    configuration: {
      EnvironmentType: one('LINUX_CONTAINER', 'WINDOWS_SERVER_2022_CONTAINER'),
      ComputeType: one('BUILD_GENERAL1_SMALL', 'BUILD_GENERAL1_MEDIUM', 'BUILD_GENERAL1_LARGE'),
      VpcId: optional,
      Subnets: optional,
      SecurityGroupIds: optional,
    },
    inputs: [1, 10],
    outputs: [0, 1],
    onlyV2: true,
  },
  'Test/AWS/DeviceFarm': {
    reference: 'AWS Device Farm test action reference',
    configuration: {
      AppType: requiredOne('iOS', 'Android', 'Web'),
      ProjectId: required,
      App: required,
      TestSpec: optional,
      DevicePoolArn: required,
      TestType: required,
      RadioBluetoothEnabled: optional,
      RecordAppPerformanceData: optional,
      RecordVideo: optional,
      RadioWifiEnabled: optional,
      RadioNfcEnabled: optional,
      RadioGpsEnabled: optional,
      Test: optional,
      FuzzEventCount: optional,
      FuzzEventThrottle: optional,
      FuzzRandomizerSeed: optional,
      CustomHostMachineArtifacts: optional,
      CustomDeviceArtifacts: optional,
      UnmeteredDevicesOnly: optional,
      JobTimeoutMinutes: optional,
      Latitude: optional,
      Longitude: optional,
    },
    inputs: [1, 1],
    outputs: [0, 0],
    missing: 'AWS Device Farm',
  },
};
