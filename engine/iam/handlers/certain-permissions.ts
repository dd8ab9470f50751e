import type { HandlerOperation } from './api-permissions';

/** A permission that a handler surely asks for, where a property is given. */
interface Needed {
  readonly action: string;
  /** The property that asks for it (`Code.S3Bucket`); without it every resource of the type does. */
  readonly property?: string;
  readonly on?: readonly HandlerOperation[];
}

const when = (action: string, property: string): Needed => ({ action, property });
const always = (action: string, ...on: HandlerOperation[]): Needed => ({ action, on });

/**
 * What handlers surely call, beyond the action that is named after the type ({@link isNamedAfter}). All else that a handler lists it may not need for the properties at
 * hand (`AWS::WAFv2::WebACLAssociation` lists AppSync's): where it is denied, that is a warning. Source: the API that sets each property.
 */
export const CERTAIN: Readonly<Record<string, readonly Needed[]>> = {
  'AWS::S3::Bucket': [
    when('s3:PutBucketVersioning', 'VersioningConfiguration'),
    when('s3:PutEncryptionConfiguration', 'BucketEncryption'),
    when('s3:PutLifecycleConfiguration', 'LifecycleConfiguration'),
    when('s3:PutBucketPublicAccessBlock', 'PublicAccessBlockConfiguration'),
    when('s3:PutBucketWebsite', 'WebsiteConfiguration'),
    when('s3:PutBucketNotification', 'NotificationConfiguration'),
    when('s3:PutBucketCORS', 'CorsConfiguration'),
    when('s3:PutBucketLogging', 'LoggingConfiguration'),
    when('s3:PutBucketOwnershipControls', 'OwnershipControls'),
  ],
  'AWS::IAM::Role': [
    when('iam:PutRolePolicy', 'Policies'),
    when('iam:AttachRolePolicy', 'ManagedPolicyArns'),
    when('iam:TagRole', 'Tags'),
  ],
  'AWS::IAM::Policy': [
    when('iam:PutRolePolicy', 'Roles'),
    when('iam:PutUserPolicy', 'Users'),
    when('iam:PutGroupPolicy', 'Groups'),
  ],
  'AWS::Logs::LogGroup': [when('logs:PutRetentionPolicy', 'RetentionInDays')],
  'AWS::SecretsManager::Secret': [when('secretsmanager:GetRandomPassword', 'GenerateSecretString')],
  'AWS::Lambda::Function': [
    when('lambda:PutFunctionConcurrency', 'ReservedConcurrentExecutions'),
    when('s3:GetObject', 'Code.S3Bucket'),
  ],
  'AWS::KMS::Key': [when('kms:EnableKeyRotation', 'EnableKeyRotation'), always('kms:ScheduleKeyDeletion', 'delete')],
  'AWS::Events::Rule': [when('events:PutTargets', 'Targets')],
  'AWS::SSM::Parameter': [always('ssm:PutParameter', 'create', 'update')],
  'AWS::Route53::RecordSet': [always('route53:ChangeResourceRecordSets', 'create', 'update', 'delete')],
  'AWS::Route53::RecordSetGroup': [always('route53:ChangeResourceRecordSets', 'create', 'update', 'delete')],
  'AWS::Budgets::Budget': [always('budgets:ModifyBudget', 'create', 'update', 'delete')],
  'AWS::CodeBuild::SourceCredential': [
    always('codebuild:ImportSourceCredentials', 'create', 'update'),
    always('codebuild:DeleteSourceCredentials', 'delete'),
  ],
  'AWS::ServiceDiscovery::HttpNamespace': [always('servicediscovery:DeleteNamespace', 'delete')],
  'AWS::ServiceDiscovery::PrivateDnsNamespace': [always('servicediscovery:DeleteNamespace', 'delete')],
  'AWS::ServiceDiscovery::PublicDnsNamespace': [always('servicediscovery:DeleteNamespace', 'delete')],
  'AWS::EC2::SecurityGroupIngress': [always('ec2:AuthorizeSecurityGroupIngress', 'create')],
  'AWS::EC2::SecurityGroupEgress': [always('ec2:AuthorizeSecurityGroupEgress', 'create')],
};

/** Actions that make, change or delete what a type is: `s3:CreateBucket` of `AWS::S3::Bucket`, `ecs:RegisterTaskDefinition` of `AWS::ECS::TaskDefinition`. */
export function isNamedAfter(action: string, type: string, operation: HandlerOperation): boolean {
  const noun = type.split('::').at(-1) ?? '';
  const verbs = {
    create: '(Create|Put|Register|Run)',
    update: '(Update|Modify|Put)',
    read: '(Get|Describe)',
    delete: '(Delete|Deregister|Terminate)',
  };
  return new RegExp(`:${verbs[operation]}${noun}$`, 'i').test(action);
}

/** Who a handler hands a role to, where its properties name one (IAM User Guide, "iam:PassedToService"). */
export const PASSED_TO: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'lambda.amazonaws.com',
  'AWS::ECS::TaskDefinition': 'ecs-tasks.amazonaws.com',
  'AWS::CodeBuild::Project': 'codebuild.amazonaws.com',
  'AWS::CodePipeline::Pipeline': 'codepipeline.amazonaws.com',
  'AWS::Events::Rule': 'events.amazonaws.com',
  'AWS::Scheduler::Schedule': 'scheduler.amazonaws.com',
  'AWS::StepFunctions::StateMachine': 'states.amazonaws.com',
  'AWS::EC2::FlowLog': 'vpc-flow-logs.amazonaws.com',
};
