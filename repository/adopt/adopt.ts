import { fateOf, type Fate } from './fates';
import { adoptedNetwork } from './network';
import { listOf, textOf, type TerraformResource } from './terraform-state';

/** What a Terraform state gives the configuration of one environment, and what becomes of each of its resources. */
export interface Adoption {
  /** Keys of `saiondo.yaml` by dotted path, each with the address of the resource that it names. */
  readonly set: ReadonlyMap<string, { readonly value: unknown; readonly from: string }>;
  /** Keys that `existing` leaves no place for. */
  readonly unset: readonly string[];
  /** Every managed resource of the state, in its order. */
  readonly resources: readonly ({ readonly address: string; readonly id: string } & Fate)[];
  /** What a person has to answer or do ahead of a deployment. */
  readonly questions: readonly string[];
}

/** Where the keys go. */
export interface AdoptTarget {
  readonly environment: 'dev' | 'prod';
  readonly project: string;
}

const isConnection = ({ type }: TerraformResource): boolean => /^aws_(codestar|code)connections_connection$/.test(type);

/** Reads what exists. Nothing of it is changed: what is adopted is named, what is replaced comes up next to the old. */
export function adopt(state: readonly TerraformResource[], { environment, project }: AdoptTarget): Adoption {
  const set = new Map<string, { value: unknown; from: string }>();
  const unset: string[] = [];
  const questions: string[] = [];
  const used = new Map<string, string>();
  const key = (name: string): string => `environments.${environment}.${name}`;

  const network = adoptedNetwork(state);
  if (network && network.lacks.length === 0) {
    const [vpc = ''] = network.used.keys();
    set.set(key('network.existing'), { value: network.existing, from: vpc });
    for (const name of ['cidr', 'availabilityZones', 'zones', 'egress', 'natGateways'])
      unset.push(key(`network.${name}`));
    for (const [address, as] of network.used) used.set(address, as);
  } else if (network)
    questions.push(`the network lacks ${network.lacks.join(', ')}: the pipeline makes one of its own`);

  const databases = state.filter(({ type }) => type === 'aws_db_instance');
  const database = databases.find((one) => /^postgres/.test(textOf(one, 'engine') ?? ''));
  if (database) {
    const { existing, group, question } = adoptedDatabase(database, environment, project);
    set.set(key('database.existing'), { value: existing, from: database.address });
    for (const name of ['engineVersion', 'instance', 'multiAz', 'storage', 'backupDays', 'insights'])
      unset.push(key(`database.${name}`));
    used.set(database.address, 'database.existing');
    const guarded = state.find((one) => one.type === 'aws_security_group' && textOf(one, 'id') === group);
    if (guarded) used.set(guarded.address, 'database.existing.securityGroup');
    if (question) questions.push(question);
  }
  if (database && !set.has(key('network.existing')))
    questions.push(
      network
        ? `${database.address} is in a network that is not taken: connect it with the pipeline’s, or leave the database out`
        : `this state has no VPC, and ${database.address} is in one: name it under environments.${environment}.network.existing`,
    );
  const cluster = database ? undefined : state.find(({ type }) => type === 'aws_rds_cluster');
  if (cluster)
    questions.push(
      `${cluster.address} is a cluster of Aurora: name its writer under environments.${environment}.database.existing where the api takes PostgreSQL from it`,
    );
  const arn = database && /^arn:[^:]+:rds:([^:]+):(\d{12}):/.exec(textOf(database, 'arn') ?? '');
  if (arn && database) {
    set.set(key('account'), { value: arn[2], from: database.address });
    set.set(key('region'), { value: arn[1], from: database.address });
  }

  const connection = state.find(isConnection);
  if (connection) {
    set.set('pipeline.connectionArn', { value: textOf(connection, 'arn'), from: connection.address });
    used.set(connection.address, 'pipeline.connectionArn');
    if (textOf(connection, 'connection_status') !== 'AVAILABLE')
      questions.push(
        `complete the handshake of ${connection.address} in the console: a pending connection never triggers`,
      );
  }

  for (const { address } of state.filter((one) => one.tainted && used.has(one.address)))
    questions.push(
      `${address} is tainted: the next terraform apply replaces it with all that it holds; run terraform untaint '${address}' first`,
    );

  return {
    set,
    unset,
    questions,
    resources: state.map((one) => {
      const as = used.get(one.address);
      const fate: Fate = as ? { becomes: 'adopted', how: as } : ownFate(one, set.has(key('network.existing')));
      return { address: one.address, id: textOf(one, 'id') ?? '', ...fate };
    }),
  };
}

function ownFate(one: TerraformResource, takesNetwork: boolean): Fate {
  if (/^aws_(default_)?(vpc|subnet)$/.test(one.type))
    return {
      becomes: 'left to Terraform',
      how: takesNetwork
        ? 'another subnet of its tier and zone, or another network, is taken'
        : 'the pipeline makes a network of its own',
    };
  if (isConnection(one)) return { becomes: 'left to Terraform', how: 'another connection is taken' };
  if (one.type === 'aws_db_instance')
    return {
      becomes: 'left to Terraform',
      how: /^postgres/.test(textOf(one, 'engine') ?? '')
        ? 'another PostgreSQL is taken'
        : `${textOf(one, 'engine') ?? 'its engine'} is not PostgreSQL: the api is migrated by Prisma on PostgreSQL`,
    };
  return fateOf(one.type);
}

function adoptedDatabase(
  database: TerraformResource,
  environment: string,
  project: string,
): { existing: Record<string, unknown>; group: string | undefined; question?: string } {
  const arn = /^arn:([^:]+):rds:([^:]+):(\d{12}):/.exec(textOf(database, 'arn') ?? '');
  const managed = listOf(database, 'master_user_secret')[0] as
    { secret_arn?: unknown; kms_key_id?: unknown } | undefined;
  const name = `${project}/${environment}/database`;
  const secret =
    typeof managed?.secret_arn === 'string'
      ? managed.secret_arn
      : `arn:${arn?.[1] ?? 'aws'}:secretsmanager:${arn?.[2] ?? 'ap-northeast-2'}:${arn?.[3] ?? '000000000000'}:secret:${name}-AAAAAA`;
  const [group] = listOf(database, 'vpc_security_group_ids').filter((one): one is string => typeof one === 'string');
  const port = Number(database.values.port);
  return {
    group,
    existing: {
      host: textOf(database, 'address') ?? (textOf(database, 'endpoint') ?? '').replace(/:\d+$/, ''),
      ...(Number.isInteger(port) && port > 0 ? { port } : {}),
      name: textOf(database, 'db_name') ?? textOf(database, 'name') ?? 'postgres',
      secret,
      ...(group ? { securityGroup: group } : {}),
      instance: textOf(database, 'identifier') ?? textOf(database, 'id'),
    },
    ...(managed
      ? {}
      : {
          question:
            `make a secret of the database’s user and password, and put its ARN into environments.${environment}.database.existing.secret: ` +
            `aws secretsmanager create-secret --name ${name} --secret-string file://database.json`,
        }),
  };
}

/** In which order to move without downtime, for what a state has. */
export function movingOrder({ resources }: Pick<Adoption, 'resources'>): string[] {
  const has = (pattern: RegExp): boolean => resources.some(({ address }) => pattern.test(address));
  return [
    'saiondo check, then saiondo rehearse: both know the configuration, and nothing of the account is touched',
    ...(has(/aws_db_instance/)
      ? [
          'baseline the database, and take a snapshot of it (docs/baseline.md)',
          'give the secret of the database its final value',
        ]
      : []),
    ...(has(/aws_codepipeline/)
      ? ['disable the old pipeline’s first transition: two pipelines must not deliver one commit']
      : []),
    'deploy the pipeline; its services come up next to the old ones, on the same database',
    'ask the new load balancer for the health path of each service',
    ...(has(/aws_route53_record|aws_lb\b|aws_alb\b/)
      ? ['move the DNS record to the new load balancer, with a short time to live, and watch its requests and errors']
      : []),
    'stop the old services when their requests have ended; wait a day',
    'terraform state rm what is adopted, so that no apply changes it twice; terraform destroy what is replaced',
  ];
}
