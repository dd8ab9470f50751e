import { secretArn } from '../../engine/iam/calls/codebuild-calls';
import { taskCalls } from '../../engine/iam/calls/task-calls';
import type { ResourceOfStack, StackLedger } from '../../engine/ports/ledger';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/dev/api';

test.each([
  ['shop/dev/api:KEY', `${ARN}-AbCdEf`],
  [ARN, `${ARN}-AbCdEf`],
  [`${ARN}:KEY::`, `${ARN}-AbCdEf`],
  [`${ARN}-a1B2c3:KEY::`, `${ARN}-a1B2c3`],
])('the secret that policies are asked for: %s', (reference, arn) => {
  expect(secretArn(reference, '111111111111', 'eu-west-1')).toBe(arn);
});

test('a task whose secret is named by a partial ARN, as the CDK writes one of a name', () => {
  const definition = {
    logicalId: 'Task',
    stack: { account: '111111111111', region: 'eu-west-1' },
    properties: {
      ExecutionRoleArn: 'arn:aws:iam::111111111111:role/execution',
      ContainerDefinitions: [{ Name: 'api', Image: 'x', Secrets: [{ Name: 'KEY', ValueFrom: `${ARN}:KEY::` }] }],
    },
  } as unknown as ResourceOfStack;
  const calls = taskCalls(definition, { resources: () => [] } as unknown as Pick<StackLedger, 'resources'>);
  expect(calls.filter(({ action }) => action === 'secretsmanager:GetSecretValue').map((one) => one.resource)).toEqual([
    `${ARN}-AbCdEf`,
  ]);
});
