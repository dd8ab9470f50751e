import type { ActionDefinition, PipelineDefinition } from '../../../model/pipeline';
import { artifactArn, artifactCalls, type ArtifactStore } from './artifact-calls';
import type { ServiceCall } from './service-call';
import { actsFor, actsForOneOf } from './source-keys';

/** What the calls of an action are made of. */
export interface ActionFacts {
  readonly pipeline: Pick<PipelineDefinition, 'name' | 'account' | 'region'>;
  /** The pipeline's service role. */
  readonly pipelineRole: string;
  readonly action: ActionDefinition;
  readonly store: ArtifactStore;
}

const STRUCTURE = 'CodePipeline User Guide, "Action structure reference"';

/**
 * The calls that CodePipeline makes for an action, as the action's role or else the pipeline's (CodePipeline User Guide, "Action structure reference":
 * each action's "Service role permissions"; "How CodePipeline works with IAM").
 */
export function codePipelineCalls(facts: ActionFacts): readonly ServiceCall[] {
  const { action, pipelineRole, pipeline } = facts;
  const role = action.roleArn ?? pipelineRole;
  const made: ServiceCall[] = [
    {
      by: 'codepipeline.amazonaws.com',
      action: 'sts:AssumeRole',
      resource: pipelineRole,
      ...actsFor(`arn:aws:codepipeline:${pipeline.region}:${pipeline.account}:${pipeline.name}`, pipeline.account),
      why: 'to start as the pipeline’s role',
      source: 'CodePipeline User Guide, "Manage the CodePipeline service role"',
    },
  ];
  if (role !== pipelineRole) {
    made.push({
      by: pipelineRole,
      action: 'sts:AssumeRole',
      resource: role,
      why: 'to start as the action’s role',
      source: 'CodePipeline User Guide, "Create a pipeline that uses resources from another account"',
    });
  }
  const own = actionCalls[`${action.category}/${action.owner}/${action.provider}`];
  return [...made, ...(own?.(facts, role) ?? [])];
}

type Calls = (facts: ActionFacts, role: string) => readonly ServiceCall[];

const outputsOf = ({ outputArtifacts }: ActionDefinition): readonly string[] => outputArtifacts.map(({ name }) => name);
const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

const connection: Calls = ({ action, store }, by) => {
  const source = `${STRUCTURE}, CodeStarSourceConnection`;
  const arn = action.configuration.ConnectionArn ?? '';
  return [
    // "Pipelines use the codestar-connections prefix" whatever prefix the ARN has (Developer Tools console User Guide, "Connections rename").
    { by, action: 'codestar-connections:UseConnection', resource: arn, why: 'to read the repository', source },
    ...artifactCalls(by, store, [], outputsOf(action), source),
    ...outputsOf(action).map((name) => ({
      by,
      action: 's3:PutObjectAcl',
      resource: artifactArn(store, name),
      why: `to give the artifact ${name} to the bucket’s owner`,
      source: 'aws/aws-cdk issue 13557: "[GitHub] Upload to S3 failed with the following error: Access Denied"',
      optional: 'a connection was seen to ask for it; AWS’s page does not name it',
    })),
  ];
};

const codeBuild: Calls = ({ action }, by) => {
  const source = `${STRUCTURE}, CodeBuild`;
  const { configuration, region } = action;
  const resource = `arn:aws:codebuild:${region}:${accountOf(by)}:project/${configuration.ProjectName ?? ''}`;
  const batch = configuration.BatchEnabled === 'true';
  const why = `to run the project ${configuration.ProjectName ?? ''}`;
  const started = (
    batch
      ? ['codebuild:StartBuildBatch', 'codebuild:BatchGetBuildBatches']
      : ['codebuild:StartBuild', 'codebuild:BatchGetBuilds']
  ).map((name) => ({ by, action: name, resource, why, source }));
  const { ServiceRoleArnOverride: role } = configuration;
  if (role === undefined) return started;
  const context = { 'iam:PassedToService': 'codebuild.amazonaws.com' };
  return [
    { by, action: 'iam:PassRole', resource: role, context, why: 'to hand CodeBuild another role', source },
    ...started,
  ];
};

const cloudFormation: Calls = ({ action, store }, by) => {
  const source = `${STRUCTURE}, CloudFormation`;
  const { configuration, region, inputArtifacts } = action;
  const {
    ActionMode: mode = '',
    StackName: stack = '',
    RoleArn: execution,
    ChangeSetName: changeSet = '',
  } = configuration;
  const resource = `arn:aws:cloudformation:${region}:${accountOf(by)}:stack/${stack}/*`;
  const actions: Readonly<Record<string, readonly string[]>> = {
    CHANGE_SET_REPLACE: ['DescribeStacks', 'DescribeChangeSet', 'DeleteChangeSet', 'CreateChangeSet'],
    CHANGE_SET_EXECUTE: ['DescribeStacks', 'DescribeChangeSet', 'ExecuteChangeSet'],
    CREATE_UPDATE: ['DescribeStacks', 'CreateStack', 'UpdateStack'],
    REPLACE_ON_FAILURE: ['DescribeStacks', 'DeleteStack', 'CreateStack', 'UpdateStack'],
    DELETE_ONLY: ['DescribeStacks', 'DeleteStack'],
  };
  const passes = execution !== undefined && mode !== 'CHANGE_SET_EXECUTE';
  return [
    ...(actions[mode] ?? []).map((name) => ({
      by,
      action: `cloudformation:${name}`,
      resource,
      ...(changeSet && /ChangeSet/.test(name) ? { context: { 'cloudformation:ChangeSetName': changeSet } } : {}),
      why: `to deploy the stack ${stack}`,
      source,
      ...(name === 'DeleteChangeSet' || name === 'UpdateStack' || (name === 'DeleteStack' && mode !== 'DELETE_ONLY')
        ? { optional: 'asked for where the stack or its change set is already there' }
        : {}),
    })),
    ...(passes
      ? [
          {
            by,
            action: 'iam:PassRole',
            resource: execution,
            context: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
            why: 'to hand CloudFormation its role',
            source,
          },
        ]
      : []),
    ...(mode === 'CHANGE_SET_EXECUTE' ? [] : artifactCalls(by, store, inputArtifacts, [], source)),
    ...(execution
      ? [
          {
            by: 'cloudformation.amazonaws.com',
            action: 'sts:AssumeRole',
            resource: execution,
            // AWS's own deployment framework conditions its stacks' roles so (awslabs/aws-deployment-framework, adf-bootstrap).
            ...actsForOneOf(
              `arn:aws:cloudformation:${region}:${accountOf(by)}:stack/${stack}/`,
              accountOf(by),
              'the stack’s id is AWS’s own',
            ),
            why: 'to deploy as the execution role',
            source: 'CloudFormation User Guide, "AWS CloudFormation service role"',
          },
        ]
      : []),
  ];
};

const actionCalls: Readonly<Record<string, Calls>> = {
  'Source/AWS/CodeStarSourceConnection': connection,
  'Build/AWS/CodeBuild': codeBuild,
  'Test/AWS/CodeBuild': codeBuild,
  'Deploy/AWS/CloudFormation': cloudFormation,
  'Source/AWS/S3': ({ action, store }, by) => {
    const source = `${STRUCTURE}, Amazon S3 source`;
    const { S3Bucket = '', S3ObjectKey = '' } = action.configuration;
    return [
      {
        by,
        action: 's3:GetObject',
        resource: `arn:aws:s3:::${S3Bucket}/${S3ObjectKey}`,
        why: 'to read the source',
        source,
      },
      { by, action: 's3:GetBucketVersioning', resource: `arn:aws:s3:::${S3Bucket}`, why: 'to read the source', source },
      ...artifactCalls(by, store, [], outputsOf(action), source),
    ];
  },
  'Deploy/AWS/S3': ({ action, store }, by) => {
    const source = `${STRUCTURE}, Amazon S3 deploy`;
    const { BucketName = '', ObjectKey = 'file' } = action.configuration;
    return [
      {
        by,
        action: 's3:PutObject',
        resource: `arn:aws:s3:::${BucketName}/${ObjectKey}`,
        why: 'to deploy the files',
        source,
      },
      ...artifactCalls(by, store, action.inputArtifacts, [], source),
    ];
  },
  'Invoke/AWS/Lambda': ({ action, store }, by) => {
    const source = `${STRUCTURE}, AWS Lambda`;
    const name = action.configuration.FunctionName ?? '';
    const resource = name.startsWith('arn:')
      ? name
      : `arn:aws:lambda:${action.region}:${accountOf(by)}:function:${name}`;
    return [
      { by, action: 'lambda:InvokeFunction', resource, why: `to invoke ${name}`, source },
      ...artifactCalls(by, store, action.inputArtifacts, outputsOf(action), source),
    ];
  },
  'Invoke/AWS/CodePipeline': ({ action }, by) => [
    {
      by,
      action: 'codepipeline:StartPipelineExecution',
      resource: `arn:aws:codepipeline:${action.region}:${accountOf(by)}:${action.configuration.PipelineName ?? ''}`,
      why: 'to start the pipeline',
      source: `${STRUCTURE}, CodePipeline invoke`,
    },
  ],
  'Approval/AWS/Manual': ({ action }, by) =>
    action.configuration.NotificationArn
      ? [
          {
            by,
            action: 'sns:Publish',
            resource: action.configuration.NotificationArn,
            why: 'to tell of the approval',
            source: 'CodePipeline User Guide, "Grant Amazon SNS permissions to a CodePipeline service role"',
          },
        ]
      : [],
  'Deploy/AWS/ECS': ({ action, store }, by) => {
    const source = `${STRUCTURE}, Amazon ECS`;
    const { ClusterName = '', ServiceName = '' } = action.configuration;
    const service = `arn:aws:ecs:${action.region}:${accountOf(by)}:service/${ClusterName}/${ServiceName}`;
    return [
      ...['ecs:DescribeServices', 'ecs:UpdateService'].map((name) => ({
        by,
        action: name,
        resource: service,
        why: `to deploy the service ${ServiceName}`,
        source,
      })),
      ...['ecs:DescribeTaskDefinition', 'ecs:RegisterTaskDefinition'].map((name) => ({
        by,
        action: name,
        resource: '*',
        why: `to deploy the service ${ServiceName}`,
        source,
      })),
      ...artifactCalls(by, store, action.inputArtifacts, [], source),
    ];
  },
};
