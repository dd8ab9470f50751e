import { Duration, Size } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SubnetType, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  AlarmBehavior,
  AlternateTarget,
  AppProtocol,
  AvailabilityZoneRebalancing,
  AwsLogDriver,
  AwsLogDriverMode,
  ContainerImage,
  CpuArchitecture,
  DeploymentStrategy,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  ListenerRuleConfiguration,
  OperatingSystemFamily,
  PropagatedTagSource,
  Secret as EcsSecret,
  TmpfsMountOption,
  type Cluster,
} from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { ServiceComponent } from '../config/component.schema';
import { contractNames } from '../config/contract-names';
import { acknowledge, acknowledgeLint } from './acknowledge';
import { grantSecretsKey } from './environment-key';
import type { EnvironmentStack } from './environment-stack';
import { imageRepositoryName, type ServiceName } from './images';
import type { ApiEntry } from './load-balancer';
import { makeLogGroup } from './logs';

/** What one service is made from, in addition to what `saiondo.yaml` says of it. */
export interface ContainerServiceProps {
  readonly component: ServiceComponent;
  /** The tag of its image. */
  readonly imageTag: string;
  readonly cluster: Cluster;
  readonly key: IKey;
  /** Given to a shell in the container. */
  readonly command: string;
  readonly environment: Record<string, string>;
  readonly secrets: Record<string, EcsSecret>;
  readonly securityGroups: ISecurityGroup[];
  /** Asked inside the container, where no load balancer asks. Given to a shell. */
  readonly healthCommand?: string;
  /** Whether Service Connect may take its port for HTTP, and then counts its answers. Not where it is asked for web sockets. */
  readonly http?: true;
  /** The load balancer before it. */
  readonly entry?: ApiEntry;
  /** Rolls its deployment back. */
  readonly deploymentAlarm: Alarm;
}

/** MiB of memory that stand in for a disk at /tmp: the root file system is read-only. */
const TMP_MIB = 64;

/**
 * One service on Fargate: its task, its way of being deployed and of scaling. A deployment that does not get healthy ends within minutes: three
 * tasks that fail their health checks end it, and the old tasks, none of which was stopped meanwhile, go on.
 */
export function makeContainerService(
  stack: EnvironmentStack,
  name: ServiceName,
  props: ContainerServiceProps,
): FargateService {
  const { services } = stack.props.environment;
  const task = makeTask(stack, name, props);
  const { entry } = props;
  const scales = services.maxTasks > services.minTasks;
  const blueGreen = entry?.blueGreen !== undefined;
  const service = new FargateService(stack, `${name}Service`, {
    serviceName: `${stack.prefix}-${name}`,
    cluster: props.cluster,
    taskDefinition: task,
    // Where it scales, a number here would undo the scaling with every deployment.
    ...(scales ? {} : { desiredCount: services.minTasks }),
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
    // Amazon ECS Developer Guide, "How the Amazon ECS deployment circuit breaker detects failures".
    circuitBreaker: { rollback: true },
    deploymentAlarms: {
      // A reference: the alarm is there before the service.
      alarmNames: [props.deploymentAlarm.alarmName],
      behavior: AlarmBehavior.ROLLBACK_ON_ALARM,
    },
    ...(blueGreen
      ? {
          deploymentStrategy: DeploymentStrategy.BLUE_GREEN,
          bakeTime: Duration.minutes(services.deployment.bakeMinutes),
        }
      : {}),
    capacityProviderStrategies: [{ capacityProvider: services.spot ? 'FARGATE_SPOT' : 'FARGATE', weight: 1 }],
    securityGroups: props.securityGroups,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    serviceConnectConfiguration: {
      services: [
        {
          portMappingName: name,
          dnsName: name,
          port: props.component.port,
          // Else an answer that takes longer than 15 seconds is cut, and a model's does (Amazon ECS API, "ServiceConnectServiceTimeout").
          ...(props.http ? { perRequestTimeout: Duration.seconds(0) } : {}),
        },
      ],
    },
    propagateTags: PropagatedTagSource.SERVICE,
    enableECSManagedTags: true,
    ...(entry ? { healthCheckGracePeriod: Duration.seconds(60) } : {}),
  });
  if (entry) {
    const { containerName, containerPort } = {
      containerName: name,
      containerPort: props.component.port,
    };
    entry.targetGroup.addTarget(
      service.loadBalancerTarget({
        containerName,
        containerPort,
        ...(entry.blueGreen
          ? {
              alternateTarget: new AlternateTarget('AlternateTarget', {
                alternateTargetGroup: entry.blueGreen.alternate,
                productionListener: ListenerRuleConfiguration.applicationListenerRule(entry.blueGreen.rule),
              }),
            }
          : {}),
      }),
    );
    if (entry.blueGreen) {
      acknowledge(service, {
        'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers]':
          'ECS’s own policy for moving requests between target groups, which AWS keeps in step with what ECS calls; only ecs.amazonaws.com assumes the role',
      });
    }
    service.node.addDependency(entry.listener);
    // aws-cdk-lib writes the dependency on the listener out, next to the reference that says the same.
    acknowledgeLint(service, 'W3005');
  }
  if (scales) {
    const scaling = service.autoScaleTaskCount({ minCapacity: services.minTasks, maxCapacity: services.maxTasks });
    scaling.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: services.cpuTarget,
      scaleInCooldown: Duration.minutes(5),
      scaleOutCooldown: Duration.minutes(1),
    });
    // The metric is of one target group; with blue/green the requests move between two.
    if (entry && !blueGreen) {
      scaling.scaleOnRequestCount('Requests', {
        requestsPerTarget: services.requestsTarget,
        targetGroup: entry.targetGroup,
        scaleInCooldown: Duration.minutes(5),
        scaleOutCooldown: Duration.minutes(1),
      });
      // As above: the metric's label refers to the listener already.
      acknowledgeLint(scaling.node.findChild('Target').node.findChild('Requests'), 'W3005');
    }
  }
  return service;
}

function makeTask(stack: EnvironmentStack, name: ServiceName, props: ContainerServiceProps): FargateTaskDefinition {
  const { configuration, environment } = stack.props;
  const { component, imageTag } = props;
  const settings = environment.services[name];
  const { account, region } = configuration.pipeline;
  const repository = Repository.fromRepositoryAttributes(stack, `${name}Repository`, {
    repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${imageRepositoryName(configuration, name)}`,
    repositoryName: imageRepositoryName(configuration, name),
  });
  const task = new FargateTaskDefinition(stack, `${name}Task`, {
    family: `${stack.prefix}-${name}`,
    cpu: settings.cpu,
    memoryLimitMiB: settings.memory,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.X86_64, operatingSystemFamily: OperatingSystemFamily.LINUX },
  });
  const variables = { ...props.environment, ...settings.environment };
  acknowledge(task, {
    ...(Object.keys(variables).length > 0
      ? { 'AwsSolutions-ECS2': 'names and ports only; every secret is injected from Secrets Manager' }
      : {}),
    'AwsSolutions-IAM5[Resource::*]':
      'ecr:GetAuthorizationToken takes no narrower resource; pulling is of one repository',
  });
  const linux = new LinuxParameters(stack, `${name}Linux`, { initProcessEnabled: true });
  linux.addTmpfs({
    containerPath: '/tmp',
    size: TMP_MIB,
    mountOptions: [TmpfsMountOption.RW, TmpfsMountOption.NOSUID, TmpfsMountOption.NODEV],
  });
  for (const containerPath of settings.writable) {
    linux.addTmpfs({
      containerPath,
      size: TMP_MIB,
      mountOptions: [TmpfsMountOption.RW, TmpfsMountOption.NOSUID, TmpfsMountOption.NODEV],
    });
  }
  const container = task.addContainer(name, {
    image: ContainerImage.fromEcrRepository(repository, imageTag),
    command: ['sh', '-c', props.command],
    environment: variables,
    secrets: { ...props.secrets, ...configuredSecrets(stack, name), ...contractAddresses(stack, name) },
    user: component.user,
    readonlyRootFilesystem: true,
    linuxParameters: linux,
    // SIGTERM, then so long for open requests, then SIGKILL.
    stopTimeout: Duration.seconds(30),
    ...(props.healthCommand
      ? {
          healthCheck: {
            command: ['CMD-SHELL', props.healthCommand],
            interval: Duration.seconds(15),
            timeout: Duration.seconds(5),
            retries: 3,
            startPeriod: Duration.seconds(60),
          },
        }
      : {}),
    logging: new AwsLogDriver({
      streamPrefix: name,
      // A log that cannot be delivered must not stop the service.
      mode: AwsLogDriverMode.NON_BLOCKING,
      maxBufferSize: Size.mebibytes(4),
      logGroup: makeLogGroup(stack, `${name}Logs`, environment, props.key, `/saiondo/${stack.prefix}/${name}`),
    }),
  });
  container.addPortMappings({
    name,
    containerPort: component.port,
    ...(props.http ? { appProtocol: AppProtocol.http } : {}),
  });
  if (Object.keys(props.secrets).length > 0 || Object.keys(settings.secrets).length > 0) {
    grantSecretsKey(task.obtainExecutionRole(), props.key, environment.region);
  }
  return task;
}

/** The addresses of contracts that `saiondo.yaml` names: ECS reads them from the registry when a task starts. */
function contractAddresses(stack: EnvironmentStack, service: ServiceName): Record<string, EcsSecret> {
  const { configuration, environment, name } = stack.props;
  const { registryParameter } = contractNames(configuration, name);
  return Object.fromEntries(
    Object.entries(environment.services[service].contracts).map(([variable, contract]) => {
      const parameterName = `${registryParameter(contract)}/address`;
      const parameter = StringParameter.fromStringParameterAttributes(stack, `${service}-${variable}`, {
        parameterName,
        forceDynamicReference: true,
      });
      return [variable, EcsSecret.fromSsmParameter(parameter)];
    }),
  );
}

/** The secrets that `saiondo.yaml` names: `NAME`, or `NAME:key` of a JSON one. */
function configuredSecrets(stack: EnvironmentStack, service: ServiceName): Record<string, EcsSecret> {
  return Object.fromEntries(
    Object.entries(stack.props.environment.services[service].secrets).map(([variable, reference]) => {
      const [name = '', key] = reference.split(':');
      const secret = Secret.fromSecretNameV2(stack, `${service}-${variable}`, name);
      return [variable, EcsSecret.fromSecretsManager(secret, key)];
    }),
  );
}
