import { answerEcs } from '../../engine/resources/ecs-service-api';
import { personPrincipal } from '../../engine/gateway/credentials';
import type { AwsRequest } from '../../engine/ports/aws-request';
import type { ContainerServices } from '../../engine/resources/container-services';

const running = {
  find: (account: string, region: string, cluster: string, service: string) =>
    account === '222222222222' && region === 'eu-west-1' && cluster === 'shop' && service.endsWith('api')
      ? { taskDefinition: 'arn:aws:ecs:eu-west-1:222222222222:task-definition/api:3' }
      : undefined,
} as unknown as ContainerServices;

function asked(operation: string, body: object): AwsRequest {
  return {
    principal: personPrincipal('222222222222', 'tester'),
    service: 'ecs',
    account: '222222222222',
    region: 'eu-west-1',
    method: 'POST',
    url: '/',
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    operation: `AmazonEC2ContainerServiceV20141113.${operation}`,
  };
}

test('DescribeServices says which task definition runs, and which service is not there', async () => {
  const answer = await answerEcs(() => running)(
    asked('DescribeServices', { cluster: 'shop', services: ['api', 'llm'] }),
  );
  const { services, failures } = JSON.parse(String(answer?.body)) as {
    services: { deployments: unknown[] }[];
    failures: unknown[];
  };
  expect(services).toHaveLength(1);
  expect(services[0]?.deployments).toEqual([
    expect.objectContaining({
      status: 'PRIMARY',
      rolloutState: 'COMPLETED',
      runningCount: 1,
      taskDefinition: 'arn:aws:ecs:eu-west-1:222222222222:task-definition/api:3',
    }),
  ]);
  expect(failures).toEqual([{ arn: 'arn:aws:ecs:eu-west-1:222222222222:service/shop/llm', reason: 'MISSING' }]);
});

test('every other operation is left to the endpoint behind', async () => {
  expect(await answerEcs(() => running)(asked('ListClusters', {}))).toBeUndefined();
});
