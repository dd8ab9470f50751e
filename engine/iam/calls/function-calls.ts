import { list, object, text } from '../account/json';
import { isMadeByAStack, logCalls, logGroupArn } from './log-calls';
import type { ServiceCall } from './service-call';
import { actsFor } from './source-keys';
import { assumes, atDeployment, type StandingCall, type StandingCalls } from './standing-call';

const ROLE = 'AWS Lambda Developer Guide, "Defining Lambda function permissions with an execution role"';

/** What Lambda calls for a function with its execution role: its log, its network, and where it sends what failed. */
export const functionCalls: StandingCalls = ({ resource, ledger }) => {
  const { properties, stack, physicalId } = resource;
  const by = text(properties.Role);
  if (!by.startsWith('arn:')) return [];
  const group = text(object(properties.LoggingConfig).LogGroup) || `/aws/lambda/${physicalId}`;
  const letters = text(object(properties.DeadLetterConfig).TargetArn);
  return [
    // "The role defined for the function cannot be assumed by Lambda": CreateFunction is refused.
    ...atDeployment(
      assumes(
        'lambda',
        by,
        `to run the function ${physicalId}`,
        ROLE,
        actsFor(`arn:aws:lambda:${stack.region}:${stack.account}:function:${physicalId}`, stack.account),
      ),
    ),
    ...logCalls(by, logGroupArn(group, stack), {
      isThere: isMadeByAStack(group, stack, ledger),
      why: `to write the log of the function ${physicalId}`,
      source: 'AWS Lambda Developer Guide, "Sending Lambda function logs to CloudWatch Logs"',
    }),
    ...atDeployment([
      ...networkCalls(by, list(object(properties.VpcConfig).SubnetIds).length > 0),
      ...send(by, letters),
    ]),
  ];
};

/** "The provided execution role does not have permissions to call CreateNetworkInterface on EC2". */
function networkCalls(by: string, inNetwork: boolean): readonly StandingCall[] {
  if (!inNetwork) return [];
  const source = 'AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"';
  return ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'].map((name) => ({
    by,
    action: `ec2:${name}`,
    resource: '*',
    anything: true,
    why: 'to stand in its network',
    source,
  }));
}

/** "The provided execution role does not have permissions to call SendMessage on SQS". */
function send(by: string, resource: string): readonly ServiceCall[] {
  const action = /^arn:[^:]+:sqs:/.test(resource)
    ? 'sqs:SendMessage'
    : /^arn:[^:]+:sns:/.test(resource)
      ? 'sns:Publish'
      : '';
  if (action === '') return [];
  const source = 'AWS Lambda Developer Guide, "Adding a dead-letter queue"';
  return [{ by, action, resource, why: 'to send what failed', source }];
}

/** What Lambda calls to read a queue, with the role of the function: a mapping is not made without it. */
export const mappingCalls: StandingCalls = ({ resource, ledger }) => {
  const { properties, stack } = resource;
  const queue = text(properties.EventSourceArn);
  const named = text(properties.FunctionName).split(':function:').at(-1)?.split(':')[0];
  const by = text(
    ledger
      .resources('AWS::Lambda::Function', stack.account, stack.region)
      .find(({ physicalId }) => physicalId === named)?.properties.Role,
  );
  if (!/^arn:[^:]+:sqs:/.test(queue) || !by.startsWith('arn:')) return [];
  const source =
    'AWS Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping": execution role permissions';
  return atDeployment(
    ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => ({
      by,
      action: `sqs:${name}`,
      resource: queue,
      why: 'to read the queue',
      source,
    })),
  );
};
