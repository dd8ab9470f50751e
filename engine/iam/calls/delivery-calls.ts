import { list, object, text } from '../account/json';
import { logGroupArn } from './log-calls';
import type { ServiceCall } from './service-call';
import { actsFor, actsForOneOf, type SourceKeys } from './source-keys';
import { assumes, atDeployment, type StandingCalls } from './standing-call';

/** VPC flow logs in CloudWatch Logs (VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs"). */
export const flowLogCalls: StandingCalls = ({ resource }) => {
  const { properties, stack } = resource;
  const by = text(properties.DeliverLogsPermissionArn);
  const group = text(properties.LogGroupName);
  if (!by.startsWith('arn:') || group === '') return [];
  const source = 'VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs"';
  const why = 'to write the flow log';
  const stream = `${logGroupArn(group, stack)}:log-stream:one`;
  return [
    ...assumes(
      'vpc-flow-logs',
      by,
      why,
      source,
      actsForOneOf(
        `arn:aws:ec2:${stack.region}:${stack.account}:vpc-flow-log/`,
        stack.account,
        'the flow log’s id is AWS’s own',
      ),
    ),
    ...['CreateLogStream', 'PutLogEvents', 'DescribeLogStreams'].map((name) => ({
      by,
      action: `logs:${name}`,
      resource: stream,
      why,
      source,
    })),
  ];
};

/** CloudWatch Logs with the key of a group: a group is not made with a key that it may not use. */
export const logGroupCalls: StandingCalls = ({ resource }) => {
  const { properties, stack, physicalId } = resource;
  const key = text(properties.KmsKeyId);
  if (!key.startsWith('arn:')) return [];
  const by = `logs.${stack.region}.amazonaws.com`;
  const source = 'CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"';
  const context = { 'kms:EncryptionContext:aws:logs:arn': logGroupArn(physicalId, stack) };
  return atDeployment(
    ['Encrypt', 'Decrypt', 'GenerateDataKey'].map((name) => ({
      by,
      orBy: 'logs.amazonaws.com',
      action: `kms:${name}`,
      resource: key,
      context,
      why: `to encrypt the log group ${physicalId}`,
      source,
    })),
  );
};

/** That a service publishes to topics, on behalf of a resource of the account. A topic without a policy takes what its own account publishes. */
function publishes(
  by: string,
  topics: readonly unknown[],
  from: string,
  account: string,
  why: string,
  source: string,
): readonly ServiceCall[] {
  const { context = {} } = actsFor(from, account);
  return [...new Set(topics.map(text))]
    .filter((topic) => /^arn:[^:]+:sns:/.test(topic))
    .map((resource) => ({ by, action: 'sns:Publish', resource, context, why, source }));
}

/** CloudWatch's calls to the topics of an alarm. */
export const alarmCalls: StandingCalls = ({ resource: { properties, stack, physicalId, attributes } }) =>
  publishes(
    'cloudwatch.amazonaws.com',
    [properties.AlarmActions, properties.OKActions, properties.InsufficientDataActions].flatMap(list),
    text(attributes.Arn) || `arn:aws:cloudwatch:${stack.region}:${stack.account}:alarm:${physicalId}`,
    stack.account,
    `to tell of the alarm ${physicalId}`,
    'Amazon SNS Developer Guide, "Allow any AWS resource in your account to publish": CloudWatch alarms',
  );

/** AWS Budgets' calls to the topics of a budget. */
export const budgetCalls: StandingCalls = ({ resource: { properties, stack, physicalId } }) =>
  publishes(
    'budgets.amazonaws.com',
    list(properties.NotificationsWithSubscribers)
      .flatMap((one) => list(object(one).Subscribers))
      .map((one) => object(one).Address),
    `arn:aws:budgets::${stack.account}:budget/${text(object(properties.Budget).BudgetName) || physicalId}`,
    stack.account,
    'to tell of what is spent',
    'AWS Cost Management User Guide, "Creating an Amazon SNS topic for budget notifications"',
  );

/** The calls of notification rules (CodeStar Notifications) to their topics. */
export const notificationRuleCalls: StandingCalls = ({ resource: { properties, stack, physicalId } }) =>
  publishes(
    'codestar-notifications.amazonaws.com',
    list(properties.Targets).map((one) => object(one).TargetAddress),
    physicalId,
    stack.account,
    'to tell of what the pipeline does',
    'Developer Tools console User Guide, "Configure Amazon SNS topics for notifications"',
  );

/** CloudFront's reads of a bucket with origin access control. */
export const distributionCalls: StandingCalls = ({ resource, ledger }) => {
  const { properties, stack, physicalId } = resource;
  const source = 'CloudFront Developer Guide, "Restrict access to an Amazon S3 origin"';
  const context = {
    'aws:SourceArn': `arn:aws:cloudfront::${stack.account}:distribution/${physicalId}`,
    'aws:SourceAccount': stack.account,
  };
  const buckets = new Set(ledger.resources('AWS::S3::Bucket', stack.account).map((one) => one.physicalId));
  return list(object(properties.DistributionConfig).Origins)
    .map(object)
    .filter((origin) => text(origin.OriginAccessControlId) !== '')
    .map((origin) => text(origin.DomainName).split('.s3.')[0] ?? '')
    .filter((bucket) => buckets.has(bucket))
    .map((bucket) => ({
      by: 'cloudfront.amazonaws.com',
      action: 's3:GetObject',
      resource: `arn:aws:s3:::${bucket}/index.html`,
      context,
      why: 'to show the site',
      source,
    }));
};

/** Roles that a service takes on for a resource, and asks for no more than that here: type, property, service, the service's own page. */
const TAKEN: Readonly<Record<string, readonly [path: readonly string[], service: string, source: string]>> = {
  'AWS::Backup::BackupSelection': [
    ['BackupSelection', 'IamRoleArn'],
    'backup',
    'AWS Backup Developer Guide, "IAM service roles"',
  ],
  'AWS::RDS::DBInstance': [
    ['MonitoringRoleArn'],
    'monitoring.rds',
    'Amazon RDS User Guide, "Setting up and enabling Enhanced Monitoring"',
  ],
  'AWS::Chatbot::SlackChannelConfiguration': [
    ['IamRoleArn'],
    'chatbot',
    'Amazon Q Developer in chat applications Administrator Guide, "IAM roles"',
  ],
  'AWS::StepFunctions::StateMachine': [
    ['RoleArn'],
    'states',
    'AWS Step Functions Developer Guide, "How Step Functions works with IAM"',
  ],
};

/** Services that take on a role which a resource names. */
export const takenRoleCalls: StandingCalls = ({ resource: { type, properties, logicalId, physicalId, stack } }) => {
  const found = TAKEN[type];
  if (!found) return [];
  const [path, service, source] = found;
  const role = text(path.reduce<unknown>((value, key) => object(value)[key], properties));
  return assumes(service, role, `to work for ${logicalId}`, source, keysOf(type, physicalId, stack));
};

/** What is known of the resource that these services act for; of the others AWS's pages say nothing. */
function keysOf(
  type: string,
  physicalId: string,
  { account, region }: { readonly account: string; readonly region: string },
): SourceKeys {
  // Amazon RDS User Guide, "Preventing cross-service confused deputy problems": `arn:aws:rds:REGION:ACCOUNT:db:NAME`.
  if (type === 'AWS::RDS::DBInstance') return actsFor(`arn:aws:rds:${region}:${account}:db:${physicalId}`, account);
  // AWS Step Functions Developer Guide, "How Step Functions works with IAM": the state machine's ARN.
  if (type === 'AWS::StepFunctions::StateMachine' && physicalId.startsWith('arn:')) return actsFor(physicalId, account);
  return {};
}

/** KMS takes no key policy under which who made it could not change it again (KMS Developer Guide, "Prevent a key from becoming unmanageable"). */
export const keyCalls: StandingCalls = ({ resource, stackRole }) => {
  const { properties, stack, physicalId, attributes } = resource;
  if (stackRole === undefined || properties.BypassPolicyLockoutSafetyCheck === true) return [];
  const key = text(attributes.Arn) || `arn:aws:kms:${stack.region}:${stack.account}:key/${physicalId}`;
  return atDeployment([
    {
      by: stackRole,
      session: { name: 'AWSCloudFormation' },
      action: 'kms:PutKeyPolicy',
      resource: key,
      why: 'to change the key’s policy again',
      source: 'KMS API Reference, CreateKey: BypassPolicyLockoutSafetyCheck',
    },
  ]);
};
