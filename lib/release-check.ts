import { Duration } from 'aws-cdk-lib';
import type { Cluster, FargateService } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { readBuildspec } from './buildspec';
import { DeliveryProject } from './delivery-project';
import type { EnvironmentStack } from './environment-stack';
import { SERVICES, type ServiceName } from './images';

/**
 * The stage's smoke test: the api answers, and every service runs the very task definition that this stack deployed. CloudFormation reports
 * success after the circuit breaker or an alarm took a deployment back (aws/containers-roadmap issue 1369); here that fails the stage.
 */
export function makeReleaseCheck(
  stack: EnvironmentStack,
  props: {
    readonly url: string;
    readonly cluster: Cluster;
    readonly services: Readonly<Record<ServiceName, FargateService>>;
    readonly key: IKey;
  },
): DeliveryProject {
  const check = new DeliveryProject(stack, 'SmokeTest', {
    task: 'smoke-test',
    buildSpec: readBuildspec('smoke-test'),
    key: props.key,
    timeout: Duration.minutes(10),
    environmentVariables: {
      API_URL: { value: props.url },
      HEALTH_PATH: { value: stack.props.configuration.components.api.healthPath },
      CLUSTER: { value: props.cluster.clusterName },
      RELEASES: {
        value: SERVICES.map(
          (name) => `${stack.prefix}-${name}=${props.services[name].taskDefinition.taskDefinitionArn}`,
        ).join(' '),
      },
    },
  });
  // A check of this release: it changes after what it checks, and where the services could not be deployed there is none.
  check.project.node.addDependency(...SERVICES.map((name) => props.services[name]));
  check.role.addToPolicy(
    new PolicyStatement({
      actions: ['ecs:DescribeServices'],
      resources: SERVICES.map((name) => props.services[name].serviceArn),
    }),
  );
  return check;
}
