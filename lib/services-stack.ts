import { CfnOutput } from 'aws-cdk-lib';
import { Port, SecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, Secret as EcsSecret, type FargateService } from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { NamespaceType } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { Components } from '../config/component.schema';
import { acknowledge } from './acknowledge';
import { makeContainerService } from './container-service';
import type { DataStack } from './data-stack';
import { makeApiDeploymentAlarm, makeLlmDeploymentAlarm } from './deployment-alarm';
import { grantSecretsKey } from './environment-key';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';
import { makeFirewall } from './firewall';
import { imageTagOf } from './images';
import { makeApiEntry, type ApiEntry } from './load-balancer';
import { makeReleaseCheck } from './release-check';
import { restartOnRotation } from './restart-on-rotation';

/**
 * The api reads one URL, RDS keeps a user and a password that may hold any character: the container puts the URL together when it starts,
 * so that the password stands in no template and no task definition.
 */
const DATABASE_URL =
  `export DATABASE_URL="$(node -p '"postgresql://" + encodeURIComponent(process.env.DB_USER) + ":" + ` +
  `encodeURIComponent(process.env.DB_PASSWORD) + "@" + process.env.DB_HOST + ":" + process.env.DB_PORT + "/" + ` +
  `process.env.DB_NAME + "?schema=public&sslmode=require"')"`;

const INSIGHTS = {
  off: ContainerInsights.DISABLED,
  enabled: ContainerInsights.ENABLED,
  enhanced: ContainerInsights.ENHANCED,
};

/** What the services stack needs of the others. */
export interface ServicesProps extends EnvironmentProps {
  readonly vpc: IVpc;
  readonly key: IKey;
  readonly data: DataStack;
}

/** api and llm on Fargate: the api behind the load balancer, the llm reachable from the api alone, by the name `llm`. */
export class ServicesStack extends EnvironmentStack {
  readonly cluster: Cluster;
  readonly entry: ApiEntry;
  readonly api: FargateService;
  /** Not there where the application has no llm. */
  readonly llm?: FargateService;
  /** Where the api answers: what the site asks and a person opens. */
  readonly apiUrl: CfnOutput;

  constructor(scope: Construct, id: string, props: ServicesProps) {
    super(scope, id, props);
    const { vpc, key, data, configuration, environment, images } = props;
    const { api, llm } = configuration.components;
    this.cluster = new Cluster(this, 'Cluster', {
      vpc,
      containerInsightsV2: INSIGHTS[environment.services.containerInsights],
      enableFargateCapacityProviders: true,
      defaultCloudMapNamespace: {
        name: this.prefix,
        type: NamespaceType.HTTP,
        useForServiceConnect: true,
      },
    });
    if (environment.services.containerInsights === 'off') {
      acknowledge(this.cluster, { 'AwsSolutions-ECS4': 'dev pays for no Container Insights; prod has them' });
    }
    const llmGroup = llm
      ? new SecurityGroup(this, 'LlmGroup', { vpc, description: 'llm: from the api only' })
      : undefined;
    const apiGroup = new SecurityGroup(this, 'ApiGroup', { vpc, description: 'api: from the load balancer only' });
    if (llm) llmGroup?.addIngressRule(apiGroup, Port.tcp(llm.port), 'api');
    this.entry = makeApiEntry(this, vpc);
    if (environment.waf) makeFirewall(this, this.entry.loadBalancer.loadBalancerArn);

    if (llm && llmGroup) this.llm = this.makeLlm(llm, key, llmGroup);
    this.api = makeContainerService(this, 'api', {
      component: api,
      imageTag: imageTagOf(images, 'api'),
      cluster: this.cluster,
      key,
      command: `${DATABASE_URL} && exec ${api.command}`,
      environment: {
        NODE_ENV: 'production',
        PORT: String(api.port),
        DB_HOST: data.database.host,
        DB_PORT: data.database.port,
        DB_NAME: data.database.name,
        ...(llm ? { LLM_API_URL: `http://llm:${llm.port}` } : {}),
        REDIS_HOST: data.cache.host,
        REDIS_PORT: data.cache.port,
        REDIS_TLS: environment.cache.tls === 'required' ? 'true' : 'false',
      },
      secrets: {
        DB_USER: EcsSecret.fromSecretsManager(data.database.secret, 'username'),
        DB_PASSWORD: EcsSecret.fromSecretsManager(data.database.secret, 'password'),
        REDIS_PASSWORD: EcsSecret.fromSecretsManager(data.cache.secret),
      },
      // Imported: the load balancer's rule belongs on the api's own group, and would make the data stack depend on this one.
      securityGroups: [
        apiGroup,
        SecurityGroup.fromSecurityGroupId(this, 'DataClients', data.clients.securityGroupId, { mutable: false }),
      ],
      entry: this.entry,
      deploymentAlarm: makeApiDeploymentAlarm(this, this.entry),
    });
    if (this.llm) this.api.node.addDependency(this.llm);
    const { secretKey } = data.database;
    if (secretKey && secretKey !== key) {
      grantSecretsKey(this.api.taskDefinition.obtainExecutionRole(), secretKey, environment.region);
    }
    restartOnRotation(this, { database: data.database, service: this.api, clusterName: this.cluster.clusterName, key });
    makeReleaseCheck(this, {
      url: this.entry.url,
      cluster: this.cluster,
      services: { api: this.api, ...(this.llm ? { llm: this.llm } : {}) },
      key,
    });
    this.apiUrl = new CfnOutput(this, 'ApiUrl', { value: this.entry.url, description: 'Where the api answers' });
  }

  private makeLlm(llm: NonNullable<Components['llm']>, key: IKey, group: SecurityGroup): FargateService {
    return makeContainerService(this, 'llm', {
      component: llm,
      imageTag: imageTagOf(this.props.images, 'llm'),
      cluster: this.cluster,
      key,
      command: `exec ${llm.command}`,
      environment: {},
      secrets: {},
      securityGroups: [group],
      healthCommand: `python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:${llm.port}${llm.healthPath}', timeout=4)"`,
      http: true,
      deploymentAlarm: makeLlmDeploymentAlarm(this, this.cluster),
    });
  }
}
