import { ComputeType, LinuxArmLambdaBuildImage } from 'aws-cdk-lib/aws-codebuild';
import type { Cluster, FargateService } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { readBuildspec } from './buildspec';
import { DeliveryProject, plainVariables, recordRoleName } from './delivery-project';
import { deployedParameterName, IN_USE_TAG } from './deployed';
import type { EnvironmentStack } from './environment-stack';
import type { ServiceName } from './images';

/**
 * The stage's smoke test, and the record of what it found: the api answers, and every service runs the very task definition that this stack deployed. CloudFormation reports
 * success after the circuit breaker or an alarm took a deployment back (aws/containers-roadmap issue 1369); here that fails the stage.
 * Then it writes down what runs, as a role of the pipeline's account that may do this and no more: one start of a build, on Lambda compute, which takes
 * seconds, for nothing here needs Docker, root or a cache (CodeBuild User Guide, "Run builds on AWS Lambda").
 */
export function makeReleaseCheck(
  stack: EnvironmentStack,
  props: {
    readonly url: string;
    readonly cluster: Cluster;
    readonly services: Readonly<Partial<Record<ServiceName, FargateService>>>;
    readonly key: IKey;
  },
): DeliveryProject {
  const { configuration } = stack.props;
  const { pipeline } = configuration;
  const services = Object.entries(props.services);
  const recordRole = `arn:aws:iam::${pipeline.account}:role/${recordRoleName(stack.prefix)}`;
  const check = new DeliveryProject(stack, 'SmokeTest', {
    task: 'smoke-test',
    buildSpec: readBuildspec('smoke-test'),
    key: props.key,
    environment: {
      buildImage: LinuxArmLambdaBuildImage.AMAZON_LINUX_2023_NODE_22,
      computeType: ComputeType.LAMBDA_1GB,
    },
    environmentVariables: {
      API_URL: { value: props.url },
      HEALTH_PATH: { value: stack.props.configuration.components.api.healthPath },
      CLUSTER: { value: props.cluster.clusterName },
      RELEASES: {
        value: services
          .map(([name, service]) => `${stack.prefix}-${name}=${service.taskDefinition.taskDefinitionArn}`)
          .join(' '),
      },
      ...plainVariables({
        RECORD_ROLE: recordRole,
        RECORD_REGION: pipeline.region,
        IN_USE_TAG: `${IN_USE_TAG}${stack.props.name}`,
        DEPLOYED_PARAMETER: deployedParameterName(configuration, stack.props.name),
      }),
    },
  });
  // A check of this release: it changes after what it checks, and where the services could not be deployed there is none.
  check.project.node.addDependency(...services.map(([, service]) => service));
  check.role.addToPolicy(
    new PolicyStatement({
      actions: ['ecs:DescribeServices'],
      resources: services.map(([, service]) => service.serviceArn),
    }),
  );
  check.role.addToPolicy(new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [recordRole] }));
  return check;
}
