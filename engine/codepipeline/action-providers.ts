import type { ActionDefinition } from '../../model/pipeline';

/** What a configuration key takes. */
export interface ConfigurationKey {
  readonly required?: true;
  /** The values that it takes, where they are few. */
  readonly values?: readonly string[];
}

/** What CodePipeline demands of one kind of action, as its action reference has it. */
export interface ActionProvider {
  /** The page's title in the CodePipeline User Guide. */
  readonly reference: string;
  /** Configuration keys; undefined where the page leaves them to the provider. */
  readonly configuration?: Readonly<Record<string, ConfigurationKey>>;
  /** Least and most input and output artifacts. */
  readonly inputs: readonly [number, number];
  readonly outputs: readonly [number, number];
  readonly onlyV2?: true;
  /** What no rehearsal has, so that the action is not rehearsed on any machine. */
  readonly missing?: string;
}

const required: ConfigurationKey = { required: true };
const optional: ConfigurationKey = {};
const one = (...values: string[]): ConfigurationKey => ({ values });
const requiredOne = (...values: string[]): ConfigurationKey => ({ required: true, values });
const yesNo = one('true', 'false');
const polling = one('true', 'false', 'True', 'False');
const format = one('CODE_ZIP', 'CODEBUILD_CLONE_REF');

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

const imageKeys = Object.fromEntries(
  [1, 2, 3, 4].flatMap((number) => [
    [`Image${number}ArtifactName`, optional],
    [`Image${number}ContainerName`, optional],
  ]),
);

/** By `Category/Owner/Provider`. The values are those of the pages that `reference` names. */
const PROVIDERS: Readonly<Record<string, ActionProvider>> = {
  'Source/AWS/CodeStarSourceConnection': {
    reference:
      'CodeStarSourceConnection for Bitbucket Cloud, GitHub, GitHub Enterprise Server, GitLab.com, and GitLab self-managed actions',
    configuration: {
      ConnectionArn: required,
      FullRepositoryId: required,
      BranchName: required,
      OutputArtifactFormat: format,
      DetectChanges: yesNo,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/ThirdParty/GitHub': {
    reference: 'Appendix A: GitHub (via OAuth app) source actions',
    configuration: {
      Owner: required,
      Repo: required,
      Branch: required,
      OAuthToken: required,
      PollForSourceChanges: polling,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/AWS/CodeCommit': {
    reference: 'CodeCommit source action reference',
    configuration: {
      RepositoryName: required,
      BranchName: required,
      PollForSourceChanges: polling,
      OutputArtifactFormat: format,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/AWS/S3': {
    reference: 'Amazon S3 source action reference',
    configuration: {
      S3Bucket: required,
      S3ObjectKey: required,
      AllowOverrideForS3ObjectKey: yesNo,
      PollForSourceChanges: polling,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/AWS/ECR': {
    reference: 'Amazon ECR source action reference',
    configuration: { RepositoryName: required, ImageTag: optional },
    inputs: [0, 0],
    outputs: [1, 1],
  },
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
  'Deploy/AWS/CloudFormation': {
    reference: 'CloudFormation deploy action reference',
    configuration: {
      ActionMode: requiredOne(
        'CHANGE_SET_EXECUTE',
        'CHANGE_SET_REPLACE',
        'CREATE_UPDATE',
        'DELETE_ONLY',
        'REPLACE_ON_FAILURE',
      ),
      StackName: required,
      Capabilities: optional,
      ChangeSetName: optional,
      RoleArn: optional,
      TemplatePath: optional,
      OutputFileName: optional,
      ParameterOverrides: optional,
      TemplateConfiguration: optional,
    },
    inputs: [0, 10],
    outputs: [0, 1],
  },
  'Deploy/AWS/CloudFormationStackSet': {
    reference: 'CloudFormation StackSets deploy action reference',
    inputs: [1, 10],
    outputs: [0, 0],
    missing: 'AWS CloudFormation StackSets',
  },
  'Deploy/AWS/CloudFormationStackInstances': {
    reference: 'CloudFormation StackSets deploy action reference',
    inputs: [0, 10],
    outputs: [0, 0],
    missing: 'AWS CloudFormation StackSets',
  },
  'Deploy/AWS/S3': {
    reference: 'Amazon S3 deploy action reference',
    configuration: {
      BucketName: required,
      Extract: requiredOne('true', 'false'),
      ObjectKey: optional,
      KMSEncryptionKeyARN: optional,
      CannedACL: optional,
      CacheControl: optional,
    },
    inputs: [1, 1],
    outputs: [0, 0],
  },
  'Deploy/AWS/ECS': {
    reference: 'Amazon Elastic Container Service deploy action reference',
    configuration: { ClusterName: required, ServiceName: required, FileName: optional, DeploymentTimeout: optional },
    inputs: [1, 1],
    outputs: [0, 0],
  },
  'Deploy/AWS/CodeDeploy': {
    reference: 'AWS CodeDeploy deploy action reference',
    configuration: { ApplicationName: required, DeploymentGroupName: required },
    inputs: [1, 1],
    outputs: [0, 0],
    missing: 'AWS CodeDeploy',
  },
  'Deploy/AWS/CodeDeployToECS': {
    reference: 'Amazon Elastic Container Service and CodeDeploy blue-green deploy action reference',
    configuration: {
      ApplicationName: required,
      DeploymentGroupName: required,
      TaskDefinitionTemplateArtifact: required,
      AppSpecTemplateArtifact: required,
      AppSpecTemplatePath: optional,
      TaskDefinitionTemplatePath: optional,
      ...imageKeys,
    },
    inputs: [1, 5],
    outputs: [0, 0],
    missing: 'AWS CodeDeploy',
  },
  'Deploy/AWS/Lambda': {
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
  },
  'Deploy/AWS/EC2': {
    reference: 'Amazon EC2 action reference',
    configuration: {
      InstanceTagKey: required,
      InstanceTagValue: optional,
      InstanceType: requiredOne('EC2', 'SSM_MANAGED_NODE'),
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
  },
  'Deploy/AWS/EKS': {
    reference: 'Amazon Elastic Kubernetes Service EKS deploy action reference',
    configuration: {
      ClusterName: required,
      HelmReleaseName: optional,
      HelmChartLocation: optional,
      HelmValuesFiles: optional,
      ManifestFiles: optional,
      Namespace: optional,
      Subnets: optional,
      SecurityGroupIds: optional,
    },
    inputs: [1, 1],
    outputs: [0, 0],
    onlyV2: true,
    missing: 'Amazon EKS',
  },
  'Deploy/AWS/AppConfig': {
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
  },
  'Deploy/AWS/ElasticBeanstalk': {
    reference: 'Valid configuration parameters for each provider type',
    configuration: { ApplicationName: required, EnvironmentName: required },
    inputs: [1, 1],
    outputs: [0, 0],
    missing: 'AWS Elastic Beanstalk',
  },
  'Deploy/AWS/OpsWorks': {
    reference: 'Valid configuration parameters for each provider type',
    configuration: { Stack: required, Layer: optional, App: required },
    inputs: [1, 1],
    outputs: [0, 0],
    missing: 'AWS OpsWorks',
  },
  'Deploy/AWS/ServiceCatalog': {
    reference: 'Valid configuration parameters for each provider type',
    // With a configuration file its keys are others, so none are checked.
    inputs: [1, 1],
    outputs: [0, 0],
    missing: 'AWS Service Catalog',
  },
  'Deploy/ThirdParty/AlexaSkillsKit': {
    reference: 'Valid configuration parameters for each provider type',
    configuration: { ClientId: required, ClientSecret: required, RefreshToken: required, SkillId: required },
    inputs: [1, 2],
    outputs: [0, 0],
    missing: 'Amazon Alexa',
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

/** `Category/Owner/Provider`: the name of an action's kind. */
export function actionKind({
  category,
  owner,
  provider,
}: Pick<ActionDefinition, 'category' | 'owner' | 'provider'>): string {
  return `${category}/${owner}/${provider}`;
}

/**
 * What CodePipeline demands of an action's kind; undefined for one that it does not have. Custom and third-party actions are known to
 * whoever registered them only: any configuration, and what runs them is missing here.
 */
export function actionProvider(
  action: Pick<ActionDefinition, 'category' | 'owner' | 'provider'>,
): ActionProvider | undefined {
  const known = PROVIDERS[actionKind(action)];
  if (known || action.owner === 'AWS') return known;
  return {
    reference: 'Valid input and output artifacts for each action type',
    inputs: [0, 5],
    outputs: [0, 5],
    missing: `${action.provider} (${action.owner === 'Custom' ? 'a custom action’s job worker' : 'a third party'})`,
  };
}
