import type { StackToDeploy } from './deployed-app';

/** Templates that a fault changes: a pipeline in one account, the roles and a build in another, and what is deployed there. */
export interface SmallApp {
  readonly pipeline: Template;
  readonly target: Template;
  /** What the pipeline deploys to the other account. */
  readonly web: Template;
}

/** Properties of many shapes: the faults reach into them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Properties = Record<string, any>;

/** A template of the small app. */
export interface Template {
  readonly Resources: Record<string, { Type: string; Properties: Properties; Metadata?: Record<string, string> }>;
}

export const PIPELINE = '111111111111';
export const TARGET = '222222222222';
const REGION = 'eu-west-1';
const named = (name: string, account = PIPELINE) => `arn:aws:iam::${account}:role/${name}`;
const BUCKET = 'arn:aws:s3:::artifacts';
const key = { 'Fn::GetAtt': ['Key', 'Arn'] };

const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const role = (name: string, principal: object, ...statements: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: name,
    AssumeRolePolicyDocument: document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }),
    Policies: [{ PolicyName: 'own', PolicyDocument: document(...statements) }],
  },
  Metadata: { 'aws:cdk:path': `App/${name}/Resource` },
});
const service = (name: string) => ({ Service: `${name}.amazonaws.com` });
const read = ['s3:GetObject', 's3:GetObjectVersion'];

function project(name: string, serviceRole: string, more: object = {}) {
  return {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Name: name,
      ServiceRole: serviceRole,
      Source: { Type: 'CODEPIPELINE', BuildSpec: '{}' },
      Artifacts: { Type: 'CODEPIPELINE' },
      Environment: {
        Type: 'LINUX_CONTAINER',
        ComputeType: 'BUILD_GENERAL1_SMALL',
        Image: 'aws/codebuild/standard:7.0',
      },
      ...more,
    },
  };
}

const action = (Name: string, category: string, provider: string, Configuration: object, more: object = {}) => ({
  Name,
  ActionTypeId: { Category: category, Owner: 'AWS', Provider: provider, Version: '1' },
  Configuration,
  ...more,
});

const logs = (name: string, account: string) =>
  allow(
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    `arn:aws:logs:${REGION}:${account}:log-group:/aws/codebuild/${name}:*`,
  );

/** An app in which every role may what it has to, and little more. */
export function smallApp(): SmallApp {
  const changes = { StackName: 'Web', ChangeSetName: 'PipelineChange', Capabilities: 'CAPABILITY_NAMED_IAM' };
  return {
    pipeline: {
      Resources: {
        Key: {
          Type: 'AWS::KMS::Key',
          Properties: {
            KeyPolicy: document(
              allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${PIPELINE}:root` } }),
              allow('kms:Decrypt', '*', { Principal: { AWS: [named('deploy', TARGET), named('smoke', TARGET)] } }),
            ),
          },
        },
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'artifacts' } },
        BucketPolicy: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: {
            Bucket: { Ref: 'Bucket' },
            PolicyDocument: document(
              allow(read, `${BUCKET}/*`, { Principal: { AWS: [named('deploy', TARGET), named('smoke', TARGET)] } }),
              {
                Effect: 'Deny',
                Action: 's3:*',
                Resource: [BUCKET, `${BUCKET}/*`],
                Principal: '*',
                Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              },
            ),
          },
        },
        Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'approvals' } },
        PipelineRole: role(
          'pipeline',
          service('codepipeline'),
          allow('codestar-connections:UseConnection', `arn:aws:codeconnections:${REGION}:${PIPELINE}:connection/1`),
          allow('s3:PutObject', `${BUCKET}/*`),
          allow(['kms:GenerateDataKey', 'kms:Decrypt'], key),
          allow(
            ['codebuild:StartBuild', 'codebuild:BatchGetBuilds'],
            `arn:aws:codebuild:${REGION}:${PIPELINE}:project/*`,
          ),
          allow('sts:AssumeRole', [named('deploy', TARGET), named('start-smoke', TARGET)]),
        ),
        BuildRole: role(
          'build',
          service('codebuild'),
          logs('build', PIPELINE),
          allow([...read, 's3:PutObject'], `${BUCKET}/*`),
          allow(['kms:Decrypt', 'kms:GenerateDataKey'], key),
          allow(
            'secretsmanager:GetSecretValue',
            `arn:aws:secretsmanager:${REGION}:${PIPELINE}:secret:npm-token-??????`,
          ),
          allow('ssm:GetParameters', `arn:aws:ssm:${REGION}:${PIPELINE}:parameter/app/flags`),
          allow('ecr:GetAuthorizationToken', '*'),
          allow(
            ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
            `arn:aws:ecr:${REGION}:${PIPELINE}:repository/tools`,
          ),
          allow(
            [
              'ec2:DescribeDhcpOptions',
              'ec2:DescribeNetworkInterfaces',
              'ec2:DescribeSubnets',
              'ec2:DescribeSecurityGroups',
              'ec2:DescribeVpcs',
            ],
            '*',
          ),
          allow(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'], '*'),
          allow('ec2:CreateNetworkInterfacePermission', `arn:aws:ec2:${REGION}:${PIPELINE}:network-interface/*`, {
            Condition: { StringEquals: { 'ec2:AuthorizedService': 'codebuild.amazonaws.com' } },
          }),
        ),
        Build: project('build', named('build'), {
          Environment: {
            Type: 'LINUX_CONTAINER',
            ComputeType: 'BUILD_GENERAL1_SMALL',
            Image: `${PIPELINE}.dkr.ecr.${REGION}.amazonaws.com/tools:1`,
            ImagePullCredentialsType: 'SERVICE_ROLE',
            EnvironmentVariables: [
              { Name: 'TOKEN', Value: 'npm-token', Type: 'SECRETS_MANAGER' },
              { Name: 'FLAGS', Value: '/app/flags', Type: 'PARAMETER_STORE' },
            ],
          },
          VpcConfig: { VpcId: 'vpc-1', Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
        }),
        Pipeline: {
          Type: 'AWS::CodePipeline::Pipeline',
          Properties: {
            Name: 'pipeline',
            RoleArn: named('pipeline'),
            ArtifactStore: { Type: 'S3', Location: 'artifacts', EncryptionKey: { Id: key, Type: 'KMS' } },
            Stages: [
              {
                Name: 'Source',
                Actions: [
                  action(
                    'Git',
                    'Source',
                    'CodeStarSourceConnection',
                    {
                      ConnectionArn: `arn:aws:codeconnections:${REGION}:${PIPELINE}:connection/1`,
                      FullRepositoryId: 'acme/app',
                      BranchName: 'main',
                    },
                    { OutputArtifacts: [{ Name: 'Code' }] },
                  ),
                ],
              },
              {
                Name: 'Build',
                Actions: [
                  action(
                    'Build',
                    'Build',
                    'CodeBuild',
                    { ProjectName: 'build' },
                    { InputArtifacts: [{ Name: 'Code' }], OutputArtifacts: [{ Name: 'Assembly' }] },
                  ),
                ],
              },
              {
                Name: 'Deploy',
                Actions: [
                  action(
                    'Prepare',
                    'Deploy',
                    'CloudFormation',
                    {
                      ...changes,
                      ActionMode: 'CHANGE_SET_REPLACE',
                      TemplatePath: 'Assembly::t.json',
                      RoleArn: named('execution', TARGET),
                    },
                    { RoleArn: named('deploy', TARGET), InputArtifacts: [{ Name: 'Assembly' }], RunOrder: 1 },
                  ),
                  action(
                    'Execute',
                    'Deploy',
                    'CloudFormation',
                    { ...changes, ActionMode: 'CHANGE_SET_EXECUTE' },
                    { RoleArn: named('deploy', TARGET), RunOrder: 2 },
                  ),
                  action(
                    'Smoke',
                    'Build',
                    'CodeBuild',
                    { ProjectName: 'smoke' },
                    { RoleArn: named('start-smoke', TARGET), InputArtifacts: [{ Name: 'Assembly' }], RunOrder: 3 },
                  ),
                ],
              },
            ],
          },
        },
      },
    },
    target: {
      Resources: {
        DeployRole: role(
          'deploy',
          { AWS: `arn:aws:iam::${PIPELINE}:root` },
          allow(
            [
              'cloudformation:DescribeStacks',
              'cloudformation:DescribeChangeSet',
              'cloudformation:CreateChangeSet',
              'cloudformation:DeleteChangeSet',
              'cloudformation:ExecuteChangeSet',
            ],
            '*',
          ),
          allow('iam:PassRole', named('execution', TARGET)),
          allow(read, `${BUCKET}/*`),
          allow('kms:Decrypt', `arn:aws:kms:${REGION}:${PIPELINE}:key/*`),
        ),
        ExecutionRole: role('execution', service('cloudformation'), allow('*', '*')),
        StartRole: role(
          'start-smoke',
          { AWS: `arn:aws:iam::${PIPELINE}:root` },
          allow(
            ['codebuild:StartBuild', 'codebuild:BatchGetBuilds'],
            `arn:aws:codebuild:${REGION}:${TARGET}:project/smoke`,
          ),
        ),
        SmokeRole: role(
          'smoke',
          service('codebuild'),
          logs('smoke', TARGET),
          allow(read, `${BUCKET}/*`),
          allow('kms:Decrypt', `arn:aws:kms:${REGION}:${PIPELINE}:key/*`),
        ),
        Smoke: project('smoke', named('smoke', TARGET)),
      },
    },
    web: web(),
  };
}

/** A service with a secret and a log that a key encrypts, and a function that reads a queue. */
function web(): Template {
  const group = '/web';
  return {
    Resources: {
      Key: {
        Type: 'AWS::KMS::Key',
        Properties: {
          KeyPolicy: document(
            allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${TARGET}:root` } }),
            allow(['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'], '*', {
              Principal: service(`logs.${REGION}`),
              Condition: {
                ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${TARGET}:log-group:*` },
              },
            }),
          ),
        },
      },
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: group, KmsKeyId: key } },
      Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'web-token', KmsKeyId: key } },
      TaskRole: role(
        'task-execution',
        service('ecs-tasks'),
        allow('ecr:GetAuthorizationToken', '*'),
        allow(
          ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
          `arn:aws:ecr:${REGION}:${TARGET}:repository/web`,
        ),
        allow('secretsmanager:GetSecretValue', { Ref: 'Secret' }),
        allow('kms:Decrypt', key),
        allow(['logs:CreateLogStream', 'logs:PutLogEvents'], `arn:aws:logs:${REGION}:${TARGET}:log-group:${group}:*`),
      ),
      Task: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Family: 'web',
          ExecutionRoleArn: { 'Fn::GetAtt': ['TaskRole', 'Arn'] },
          ContainerDefinitions: [
            {
              Name: 'web',
              Image: `${TARGET}.dkr.ecr.${REGION}.amazonaws.com/web:1`,
              Secrets: [{ Name: 'TOKEN', ValueFrom: { Ref: 'Secret' } }],
              LogConfiguration: {
                LogDriver: 'awslogs',
                Options: { 'awslogs-group': group, 'awslogs-region': REGION, 'awslogs-stream-prefix': 'web' },
              },
            },
          ],
        },
      },
      Service: { Type: 'AWS::ECS::Service', Properties: { ServiceName: 'web', TaskDefinition: { Ref: 'Task' } } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
      WorkerRole: role(
        'worker',
        service('lambda'),
        allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], {
          'Fn::GetAtt': ['Queue', 'Arn'],
        }),
        allow(
          ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          `arn:aws:logs:${REGION}:${TARGET}:log-group:/aws/lambda/worker:*`,
        ),
      ),
      Worker: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'worker',
          Role: { 'Fn::GetAtt': ['WorkerRole', 'Arn'] },
          Code: { ZipFile: 'exports.handler = async () => undefined;' },
          Handler: 'index.handler',
          Runtime: 'nodejs22.x',
        },
      },
      Jobs: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Worker' }, EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
      },
    },
  };
}

/** The app's stacks, in the order in which they are deployed. */
export function stacksOf({ pipeline, target }: SmallApp): readonly StackToDeploy[] {
  return [
    { name: 'Pipeline', account: PIPELINE, region: REGION, template: pipeline },
    { name: 'Target', account: TARGET, region: REGION, template: target },
  ];
}
