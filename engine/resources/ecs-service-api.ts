import type { AwsHandler } from '../ports/aws-request';
import type { ContainerServices } from './container-services';

/**
 * ECS's view of the services that run as containers here: which task definition's tasks run (Amazon ECS API, "DescribeServices"). One that a
 * failed deployment left as it was is described as what it is. The rest of ECS is the endpoint's.
 */
export function answerEcs(services: () => ContainerServices | undefined): AwsHandler {
  return (request) => {
    if (!request.operation.endsWith('.DescribeServices')) return undefined;
    const { account, region } = request;
    const body = JSON.parse(request.body.toString('utf8')) as { cluster?: string; services?: string[] };
    const cluster = body.cluster ?? 'default';
    const found: unknown[] = [];
    const failures: unknown[] = [];
    for (const wanted of body.services ?? []) {
      const service = services()?.find(account, region, cluster, wanted);
      const name = wanted.split('/').at(-1) ?? wanted;
      const arn = `arn:aws:ecs:${region}:${account}:service/${cluster.split('/').at(-1) ?? cluster}/${name}`;
      if (!service) {
        failures.push({ arn, reason: 'MISSING' });
        continue;
      }
      const { taskDefinition } = service;
      const counts = { desiredCount: 1, runningCount: 1, pendingCount: 0 };
      found.push({
        serviceArn: arn,
        serviceName: name,
        status: 'ACTIVE',
        taskDefinition,
        ...counts,
        deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition, failedTasks: 0, ...counts }],
      });
    }
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ services: found, failures }),
    };
  };
}
