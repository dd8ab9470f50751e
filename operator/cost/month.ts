import prices from './prices.json';

/** A stack, as far as its price is concerned. */
export interface PricedStack {
  readonly stackName: string;
  readonly template: {
    readonly Resources?: Readonly<
      Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
    >;
  };
}

/** What a resource costs a month while nobody uses it. */
export interface MonthlyItem {
  readonly stack: string;
  readonly resource: string;
  readonly type: string;
  /** What is counted: `2 × 0.25 vCPU, 0.5 GiB, Spot`. */
  readonly what: string;
  /** US dollars. */
  readonly monthly: number;
}

/** The month of an environment. */
export interface MonthlyCost {
  readonly items: readonly MonthlyItem[];
  /** US dollars. */
  readonly monthly: number;
  /** Resources whose price this does not know: they are not in the sum. */
  readonly notPriced: readonly string[];
  /** The share of the time in which services and database run. */
  readonly running: number;
}

/** Hours of a month, as AWS's calculator has them. */
const HOURS = 730;

type Properties = Readonly<Record<string, unknown>>;
interface Context {
  readonly stack: PricedStack;
  /** Its logical id. */
  readonly resource: string;
  readonly running: number;
}
/** What is counted and its price a month, or undefined where the price is not known. */
type Price = readonly [what: string, monthly: number] | undefined;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Prices of the types that cost something while nobody uses them. What is not here and not in {@link FREE} is reported, never left out in silence. */
const PRICED: Readonly<Record<string, (properties: Properties, context: Context) => Price>> = {
  'AWS::EC2::NatGateway': () => ['a NAT gateway', prices.natGatewayHour * HOURS],
  'AWS::EC2::EIP': () => ['a public address', prices.publicAddressHour * HOURS],
  'AWS::EC2::VPCEndpoint': (properties) =>
    properties.VpcEndpointType === 'Interface'
      ? [
          `an interface endpoint in ${list(properties.SubnetIds).length} zones`,
          prices.interfaceEndpointHour * HOURS * list(properties.SubnetIds).length,
        ]
      : ['a gateway endpoint', 0],
  'AWS::EC2::Instance': (properties) => {
    const hour = lookUp(prices.instanceHour, properties.InstanceType);
    return hour === undefined ? undefined : [String(properties.InstanceType), hour * HOURS];
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (properties) => {
    const zones = properties.Scheme === 'internet-facing' ? list(properties.Subnets).length : 0;
    return [
      `a load balancer${zones ? ` with ${zones} public addresses` : ''}`,
      (prices.loadBalancerHour + zones * prices.publicAddressHour) * HOURS,
    ];
  },
  'AWS::ECS::Service': (properties, { stack, resource, running }) => {
    const reference = (properties.TaskDefinition as { Ref?: string } | undefined)?.Ref;
    const task = reference ? stack.template.Resources?.[reference]?.Properties : undefined;
    if (!task) return undefined;
    const [vcpu, gib, count] = [
      Number(task.Cpu) / 1024,
      Number(task.Memory) / 1024,
      Number(properties.DesiredCount ?? leastTasks(stack, resource)),
    ];
    const spot = JSON.stringify(properties.CapacityProviderStrategy ?? '').includes('FARGATE_SPOT');
    const hour = (vcpu * prices.fargateVcpuHour + gib * prices.fargateGibHour) * (spot ? prices.fargateSpotShare : 1);
    return [`${count} × ${vcpu} vCPU, ${gib} GiB${spot ? ', Spot' : ''}`, count * hour * HOURS * running];
  },
  'AWS::RDS::DBInstance': (properties, { running }) => {
    const hour = lookUp(prices.databaseHour, properties.DBInstanceClass);
    if (hour === undefined) return undefined;
    const copies = properties.MultiAZ === true ? 2 : 1;
    const storage = Number(properties.AllocatedStorage ?? 0);
    const secret = properties.ManageMasterUserPassword === true ? prices.secretMonth : 0;
    return [
      `${String(properties.DBInstanceClass)}${copies === 2 ? ', two zones' : ''}, ${storage} GiB`,
      copies * (hour * HOURS * running + storage * prices.databaseGibMonth) + secret,
    ];
  },
  'AWS::ElastiCache::ReplicationGroup': (properties) => {
    const hour = lookUp(prices.cacheNodeHour, properties.CacheNodeType);
    const nodes = Number(properties.NumCacheClusters ?? 1 + Number(properties.ReplicasPerNodeGroup ?? 0));
    return hour === undefined ? undefined : [`${nodes} × ${String(properties.CacheNodeType)}`, nodes * hour * HOURS];
  },
  'AWS::KMS::Key': () => ['a key', prices.keyMonth],
  'AWS::SecretsManager::Secret': () => ['a secret', prices.secretMonth],
  'AWS::CloudWatch::Alarm': (properties) => {
    const metrics = list(properties.Metrics).filter((one) => (one as { MetricStat?: unknown }).MetricStat).length || 1;
    return [`an alarm on ${metrics} metrics`, metrics * prices.alarmMetricMonth];
  },
  'AWS::CloudWatch::Dashboard': () => ['a dashboard', prices.dashboardMonth],
  'AWS::WAFv2::WebACL': (properties) => {
    const rules = list(properties.Rules).length;
    return [`a firewall of ${rules} rules`, prices.firewallMonth + rules * prices.firewallRuleMonth];
  },
};

/** Namespaces and types that cost nothing while nobody uses them: paid by use (storage, requests, minutes), or never. */
const FREE = [
  /^AWS::(ApplicationAutoScaling|Budgets|CertificateManager|Chatbot|CloudFront|CodeBuild|CodePipeline|CodeStarNotifications)::/,
  /^AWS::(ECR|Events|IAM|Lambda|Logs|Route53|S3|SNS|SSM|Scheduler|SecretsManager|ServiceDiscovery|Backup)::/,
  /^AWS::EC2::(FlowLog|InternetGateway|LaunchTemplate|NetworkAcl\w*|Route|RouteTable|SecurityGroup\w*|Subnet\w*|VPC|VPCGatewayAttachment)$/,
  /^AWS::ECS::(Cluster|ClusterCapacityProviderAssociations|TaskDefinition)$/,
  /^AWS::ElastiCache::(SubnetGroup|ParameterGroup|User|UserGroup)$/,
  /^AWS::ElasticLoadBalancingV2::(Listener|ListenerRule|ListenerCertificate|TargetGroup)$/,
  /^AWS::(KMS::Alias|RDS::(DBParameterGroup|DBSubnetGroup)|WAFv2::(WebACLAssociation|LoggingConfiguration|IPSet))$/,
  /^AWS::KinesisFirehose::/,
  /^AWS::CDK::Metadata$/,
  /^Custom::/,
];

/** What the stacks of an environment cost a month at rest: no request, no traffic, no log line. */
export function monthlyCost(stacks: readonly PricedStack[]): MonthlyCost {
  const running = runningShare(stacks);
  const items: MonthlyItem[] = [];
  const notPriced: string[] = [];
  for (const stack of stacks) {
    for (const [resource, { Type: type, Properties: properties = {} }] of Object.entries(
      stack.template.Resources ?? {},
    )) {
      const price = PRICED[type];
      const found = price?.(properties, { stack, resource, running });
      if (found) items.push({ stack: stack.stackName, resource, type, what: found[0], monthly: found[1] });
      else if (price || !FREE.some((free) => free.test(type)))
        notPriced.push(`${stack.stackName}/${resource} (${type})`);
    }
  }
  return { items, monthly: items.reduce((sum, item) => sum + item.monthly, 0), notPriced, running };
}

/** The share of a week in which a schedule of working hours lets services and database run; 1 without one. */
function runningShare(stacks: readonly PricedStack[]): number {
  const times = stacks
    .flatMap((stack) => Object.values(stack.template.Resources ?? {}))
    .filter((resource) => resource.Type === 'AWS::Scheduler::Schedule')
    .map(({ Properties: properties = {} }) => {
      const target = properties.Target as { Arn?: string } | undefined;
      const [, minute, hour, days = ''] =
        /^cron\((\d+) (\d+) \? \* (\S+) \*\)$/.exec(String(properties.ScheduleExpression)) ?? [];
      return { call: target?.Arn?.split(':').at(-1), at: Number(hour) + Number(minute) / 60, days };
    });
  const calls = times.filter((time) => time.call === 'updateService');
  const start = calls.find((time) => time.days !== '*');
  const stop = calls.find((time) => time.days === '*');
  if (!start || !stop) return 1;
  const hours = (stop.at - start.at + 24) % 24 || 24;
  return (hours * start.days.split(',').length) / (7 * 24);
}

/** As many tasks as a service's scaling starts at least: a service that scales names no number itself. */
function leastTasks(stack: PricedStack, service: string): number {
  const targets = Object.values(stack.template.Resources ?? {}).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::ApplicationAutoScaling::ScalableTarget' &&
      JSON.stringify(Properties?.ResourceId ?? '').includes(`["${service}","Name"]`),
  );
  return Number(targets[0]?.Properties?.MinCapacity ?? 1);
}

function lookUp(table: Readonly<Record<string, number>>, key: unknown): number | undefined {
  return typeof key === 'string' ? table[key] : undefined;
}
