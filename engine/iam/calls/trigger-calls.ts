import { list, object, text } from '../account/json';
import type { ServiceCall } from './service-call';
import { actsFor, actsForOneOf, type SourceKeys } from './source-keys';
import { assumes, atDeployment, type StandingCall, type StandingCalls } from './standing-call';

/** What a service asks of a target that has a policy of its own, by the service in the target's ARN. */
const ASKED: Readonly<Record<string, string>> = {
  lambda: 'lambda:InvokeFunction',
  sqs: 'sqs:SendMessage',
  sns: 'sns:Publish',
};

function sends(by: string, target: string, keys: SourceKeys, why: string, source: string): readonly ServiceCall[] {
  const action = ASKED[target.split(':')[2] ?? ''];
  return action && target.startsWith('arn:') ? [{ by, action, resource: target, ...keys, why, source }] : [];
}

/** SNS's deliveries to a queue or a function: one that its policy or its key refuses is lost, and nobody is told. */
export const subscriptionCalls: StandingCalls = ({ resource: { properties, stack } }) => {
  const topic = text(properties.TopicArn);
  const endpoint = text(properties.Endpoint);
  const why = `to deliver what the topic ${topic.split(':').at(-1) ?? ''} is sent`;
  const keys = actsFor(topic, topic.split(':')[4] ?? stack.account);
  switch (text(properties.Protocol)) {
    case 'sqs':
    case 'lambda':
      return sends(
        'sns.amazonaws.com',
        endpoint,
        keys,
        why,
        'Amazon SNS Developer Guide, "Fanout to Amazon SQS queues" and "Fanout to Lambda functions"',
      );
    case 'firehose': {
      const role = text(properties.SubscriptionRoleArn);
      const source = 'Amazon SNS Developer Guide, "Prerequisites for subscribing Firehose delivery streams"';
      if (!role.startsWith('arn:')) return [];
      return [
        ...assumes('sns', role, why, source),
        { by: role, action: 'firehose:PutRecord', resource: endpoint, why, source },
      ];
    }
    default:
      return [];
  }
};

/** S3's events: they are tried when they are configured ("Unable to validate the following destination configurations"). */
function notices(bucket: string, account: string, targets: readonly string[]): readonly StandingCall[] {
  const source = 'Amazon S3 User Guide, "Granting permissions to publish event notification messages to a destination"';
  const keys = actsFor(`arn:aws:s3:::${bucket}`, account);
  return atDeployment(
    targets.flatMap((one) => sends('s3.amazonaws.com', one, keys, `to tell of the objects of ${bucket}`, source)),
  );
}

/** The events of a bucket that its own properties configure. */
export const bucketCalls: StandingCalls = ({ resource: { properties, physicalId, stack } }) => {
  const configuration = object(properties.NotificationConfiguration);
  const targets = [
    ...list(configuration.LambdaConfigurations).map((one) => object(one).Function),
    ...list(configuration.QueueConfigurations).map((one) => object(one).Queue),
    ...list(configuration.TopicConfigurations).map((one) => object(one).Topic),
  ];
  return notices(physicalId, stack.account, targets.map(text));
};

/** The events of a bucket that the CDK configures with a custom resource. */
export const customNotificationCalls: StandingCalls = ({ resource: { properties, stack } }) => {
  const configuration = object(properties.NotificationConfiguration);
  const targets = [
    ...list(configuration.LambdaFunctionConfigurations).map((one) => object(one).LambdaFunctionArn),
    ...list(configuration.QueueConfigurations).map((one) => object(one).QueueArn),
    ...list(configuration.TopicConfigurations).map((one) => object(one).TopicArn),
  ];
  return notices(text(properties.BucketName), stack.account, targets.map(text));
};

/** CloudWatch Logs' deliveries: a filter is not made whose target cannot be sent to ("Could not execute the lambda function", "Could not deliver test message"). */
export const subscriptionFilterCalls: StandingCalls = ({ resource: { properties, stack } }) => {
  const { account, region } = stack;
  const target = text(properties.DestinationArn);
  const role = text(properties.RoleArn);
  const group = text(properties.LogGroupName);
  const why = `to send what is logged in ${group}`;
  const source = 'CloudWatch Logs User Guide, "Log group-level subscription filters"';
  if (/^arn:[^:]+:lambda:/.test(target)) {
    const keys = actsFor(`arn:aws:logs:${region}:${account}:log-group:${group}:*`, account);
    // The service has one principal in all regions; the one of the region does as well.
    return atDeployment(
      sends('logs.amazonaws.com', target, keys, why, source).map((call) => ({
        ...call,
        orBy: `logs.${region}.amazonaws.com`,
      })),
    );
  }
  const action = STREAMS[target.split(':')[2] ?? ''];
  if (!action || !role.startsWith('arn:')) return [];
  // "aws:SourceArn": "arn:aws:logs:REGION:ACCOUNT:*" (same page).
  const keys = actsForOneOf(
    `arn:aws:logs:${region}:${account}:`,
    account,
    'AWS’s page names no form of it: specify all with *',
  );
  return atDeployment([
    ...assumes('logs', role, why, source, keys),
    { by: role, action, resource: target, why, source },
  ]);
};

const STREAMS: Readonly<Record<string, string>> = { kinesis: 'kinesis:PutRecord', firehose: 'firehose:PutRecord' };

/** The rotation of a secret: "Secrets Manager cannot invoke the specified Lambda function". */
export const rotationCalls: StandingCalls = ({ resource: { properties, stack } }) =>
  atDeployment(
    sends(
      'secretsmanager.amazonaws.com',
      text(properties.RotationLambdaARN),
      actsFor(text(properties.SecretId), stack.account),
      'to rotate the secret',
      'AWS Secrets Manager User Guide, "Lambda rotation function execution role permissions": the function’s resource-based policy',
    ),
  );
