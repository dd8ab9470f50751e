import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Port, SecurityGroup, SubnetType, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  AwsLogDriver,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  OperatingSystemFamily,
  Secret as EcsSecret,
} from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer, ApplicationProtocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { NamespaceType } from 'aws-cdk-lib/aws-servicediscovery';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeLint } from './acknowledge';
import type { DataStack } from './data-stack';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';
import { imageRepositoryName } from './images';

/**
 * The api reads one URL, RDS keeps a user and a password that may hold any character: the container puts the URL together when it starts,
 * so that the password stands in no template and no task definition.
 */
const DATABASE_URL =
  `export DATABASE_URL="$(node -p '"postgresql://" + encodeURIComponent(process.env.DB_USER) + ":" + ` +
  `encodeURIComponent(process.env.DB_PASSWORD) + "@" + process.env.DB_HOST + ":" + process.env.DB_PORT + "/" + ` +
  `process.env.DB_NAME + "?schema=public&sslmode=require"')"`;

/** What the services stack needs of the others. */
export interface ServicesProps extends EnvironmentProps {
  readonly vpc: IVpc;
  readonly data: DataStack;
}

interface ServiceSettings {
  readonly command: string;
  readonly environment: Record<string, string>;
  readonly secrets: Record<string, EcsSecret>;
  readonly securityGroups: ISecurityGroup[];
}

/** api and llm on Fargate: the api behind the load balancer, the llm reachable from the api alone, by the name `llm`. */
export class ServicesStack extends EnvironmentStack {
  readonly loadBalancer: ApplicationLoadBalancer;
  /** `http://…` of the load balancer: what the smoke test calls. */
  readonly apiUrl: CfnOutput;
  private readonly cluster: Cluster;

  constructor(scope: Construct, id: string, props: ServicesProps) {
    super(scope, id, props);
    const { vpc, data, configuration } = props;
    const { api, llm } = configuration.components;
    this.cluster = new Cluster(this, 'Cluster', {
      vpc,
      containerInsightsV2: props.environment.protected ? ContainerInsights.ENABLED : ContainerInsights.DISABLED,
      enableFargateCapacityProviders: true,
      defaultCloudMapNamespace: {
        name: this.prefix,
        type: NamespaceType.HTTP,
        useForServiceConnect: true,
      },
    });

    if (!props.environment.protected) {
      acknowledge(this.cluster, { 'AwsSolutions-ECS4': 'dev pays for no Container Insights; prod has them' });
    }
    const llmGroup = new SecurityGroup(this, 'LlmGroup', { vpc, description: 'llm: from the api only' });
    const apiGroup = new SecurityGroup(this, 'ApiGroup', { vpc, description: 'api: from the load balancer only' });
    llmGroup.addIngressRule(apiGroup, Port.tcp(llm.port), 'api');

    const llmService = this.makeService('llm', {
      command: llm.command,
      environment: { LLM_PROVIDER: 'offline' },
      secrets: {},
      securityGroups: [llmGroup],
    });
    const apiService = this.makeService('api', {
      command: `${DATABASE_URL} && exec ${api.command}`,
      environment: {
        NODE_ENV: 'production',
        PORT: String(api.port),
        DB_HOST: data.database.host,
        DB_PORT: data.database.port,
        DB_NAME: data.database.name,
        LLM_API_URL: `http://llm:${llm.port}`,
        REDIS_HOST: data.redis.host,
        REDIS_PORT: data.redis.port,
      },
      secrets: {
        DB_USER: EcsSecret.fromSecretsManager(data.database.secret, 'username'),
        DB_PASSWORD: EcsSecret.fromSecretsManager(data.database.secret, 'password'),
        REDIS_PASSWORD: EcsSecret.fromSecretsManager(data.redis.secret),
      },
      // Imported: the load balancer's rule belongs on the api's own group, and would make the data stack depend on this one.
      securityGroups: [
        apiGroup,
        SecurityGroup.fromSecurityGroupId(this, 'DataClients', data.clients.securityGroupId, { mutable: false }),
      ],
    });
    apiService.node.addDependency(llmService);
    data.grantDecrypt(apiService.taskDefinition.obtainExecutionRole());

    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc,
      internetFacing: true,
      dropInvalidHeaderFields: true,
      deletionProtection: props.environment.protected,
    });
    acknowledge(this.loadBalancer, {
      'AwsSolutions-EC23': 'the load balancer is the public entry; what stands behind it is not',
      'AwsSolutions-ELB2': 'requests are logged by the api itself, with its own retention',
    });
    const listener = this.loadBalancer.addListener('Http', {
      port: 80,
      protocol: ApplicationProtocol.HTTP,
      open: true,
    });
    listener.addTargets('Api', {
      port: api.port,
      protocol: ApplicationProtocol.HTTP,
      targets: [apiService.loadBalancerTarget({ containerName: 'api', containerPort: api.port })],
      healthCheck: {
        path: api.healthPath,
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
      },
      deregistrationDelay: Duration.seconds(30),
    });
    // aws-cdk-lib writes the dependency on the listener's targets out, beside the reference that says the same.
    acknowledgeLint(apiService, 'W3005');
    this.apiUrl = new CfnOutput(this, 'ApiUrl', {
      value: `http://${this.loadBalancer.loadBalancerDnsName}`,
      description: 'Where the api answers',
    });
  }

  private makeService(name: 'api' | 'llm', settings: ServiceSettings): FargateService {
    const { configuration, environment, images } = this.props;
    const component = configuration.components[name];
    const kept = environment.protected;
    const minTasks = environment.services.minTasks ?? (kept ? 2 : 1);
    const maxTasks = environment.services.maxTasks ?? Math.max(minTasks, kept ? 5 : 1);
    const { account, region } = configuration.pipeline;
    const repository = Repository.fromRepositoryAttributes(this, `${name}Repository`, {
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${imageRepositoryName(configuration, name)}`,
      repositoryName: imageRepositoryName(configuration, name),
    });
    const task = new FargateTaskDefinition(this, `${name}Task`, {
      family: `${this.prefix}-${name}`,
      cpu: environment.services[name].cpu,
      memoryLimitMiB: environment.services[name].memory,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.X86_64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    acknowledge(task, {
      'AwsSolutions-ECS2': 'names and ports only; every secret is injected from Secrets Manager',
      'AwsSolutions-IAM5[Resource::*]':
        'ecr:GetAuthorizationToken takes no narrower resource; pulling is of one repository',
    });
    const container = task.addContainer(name, {
      image: ContainerImage.fromEcrRepository(repository, images[name]),
      command: ['sh', '-c', settings.command],
      environment: settings.environment,
      secrets: settings.secrets,
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(30),
      logging: new AwsLogDriver({
        streamPrefix: name,
        logGroup: new LogGroup(this, `${name}Logs`, {
          logGroupName: `/saiondo/${this.prefix}/${name}`,
          retention: kept ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
          removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        }),
      }),
    });
    container.addPortMappings({ name, containerPort: component.port });
    const service = new FargateService(this, `${name}Service`, {
      serviceName: `${this.prefix}-${name}`,
      cluster: this.cluster,
      taskDefinition: task,
      desiredCount: minTasks,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      // A deployment that cannot get healthy ends within minutes and brings the old tasks back (Amazon ECS Developer Guide, "How the Amazon ECS deployment circuit breaker detects failures").
      circuitBreaker: { rollback: true },
      capacityProviderStrategies: [{ capacityProvider: kept ? 'FARGATE' : 'FARGATE_SPOT', weight: 1 }],
      securityGroups: settings.securityGroups,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      serviceConnectConfiguration: { services: [{ portMappingName: name, dnsName: name, port: component.port }] },
      ...(name === 'api' ? { healthCheckGracePeriod: Duration.seconds(60) } : {}),
    });
    if (maxTasks > minTasks) {
      const scaling = service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });
      scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
    }
    return service;
  }
}
