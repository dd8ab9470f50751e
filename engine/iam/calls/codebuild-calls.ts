import { parse } from 'yaml';
import { list, object, text } from '../account/json';
import { artifactCalls, type ArtifactStore } from './artifact-calls';
import { logCalls, logGroupArn } from './log-calls';
import { pullCalls } from './pull-calls';
import type { ServiceCall } from './service-call';
import { actsFor } from './source-keys';

/** A project as it was deployed, with what an action gives it. */
export interface BuildFacts {
  readonly project: string;
  readonly account: string;
  readonly region: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly store: ArtifactStore;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The action's own variables, which name parameters and secrets too. */
  readonly variables: readonly Variable[];
  /** Whether a stack made a log group: nobody asks to make it then. */
  readonly hasLogGroup: (name: string) => boolean;
  /** The project is started as a batch. */
  readonly isBatch?: boolean;
  /** What the buildspec names that the build takes from its source or from S3; without it the project's own is read. */
  readonly buildspec?: NamedByBuildspec;
}

/** What CodeBuild itself asks for because of a buildspec. */
export interface NamedByBuildspec {
  /** Names of parameters and references of secrets, by variable. */
  readonly parameterStore: Readonly<Record<string, string>>;
  readonly secretsManager: Readonly<Record<string, string>>;
  /** By the report group's name or ARN. */
  readonly reports: Readonly<Record<string, { readonly format: string }>>;
}

const ROLE = 'CodeBuild User Guide, "Allow CodeBuild to interact with other AWS services"';

/** The calls that CodeBuild makes with a project's service role, whatever the build's commands do. */
export function codeBuildCalls(facts: BuildFacts): readonly ServiceCall[] {
  const { properties, store, inputs, outputs } = facts;
  const by = text(properties.ServiceRole);
  if (!by.startsWith('arn:')) return [];
  return [
    {
      by: 'codebuild.amazonaws.com',
      action: 'sts:AssumeRole',
      resource: by,
      ...actsForProject(facts),
      why: 'to build as the project’s role',
      source: ROLE,
    },
    ...logsOf(facts, by),
    ...sourceCalls(facts, by),
    ...cacheCalls(facts, by),
    ...batchCalls(facts),
    ...reportCalls(facts, by),
    ...artifactCalls(by, store, inputs, outputs, ROLE),
    ...variableCalls(facts, by),
    ...imageCalls(facts, by),
    ...networkCalls(facts, by),
  ];
}

/** CodeBuild User Guide, "Cross-service confused deputy prevention". */
const actsForProject = ({ project, account, region }: BuildFacts) =>
  actsFor(`arn:aws:codebuild:${region}:${account}:project/${project}`, account);

function logsOf({ project, account, region, properties, hasLogGroup }: BuildFacts, by: string): readonly ServiceCall[] {
  const logs = object(object(properties.LogsConfig).CloudWatchLogs);
  if (text(logs.Status) === 'DISABLED') return [];
  const name = text(logs.GroupName) || `/aws/codebuild/${project}`;
  return logCalls(by, logGroupArn(name, { account, region }), {
    isThere: hasLogGroup(name),
    why: 'to write its log',
    source: `${ROLE}; CodeBuild User Guide, "Logging and monitoring"`,
  });
}

const COVERAGE = /^(clover|cobertura|jacoco)xml$|^simplecov$/i;

function reportCalls(facts: BuildFacts, by: string): readonly ServiceCall[] {
  const { project, account, region } = facts;
  const source = 'CodeBuild User Guide, "Test report permissions"';
  return Object.entries(namedByBuildspec(facts).reports).flatMap(([group, { format }]) => {
    const named = group.startsWith('arn:');
    const resource = named ? group : `arn:aws:codebuild:${region}:${account}:report-group/${project}-${group}`;
    const puts = COVERAGE.test(format) ? 'BatchPutCodeCoverages' : 'BatchPutTestCases';
    const call = { by, resource, why: `to report ${group}`, source };
    return [
      ...['CreateReport', 'UpdateReport', puts].map((name) => ({ ...call, action: `codebuild:${name}` })),
      ...(named
        ? []
        : [
            {
              ...call,
              action: 'codebuild:CreateReportGroup',
              optional: 'asked for where the report group is not there: by the first build',
            },
          ]),
    ];
  });
}

function namedByBuildspec({ buildspec, properties }: BuildFacts): NamedByBuildspec {
  if (buildspec) return buildspec;
  const { env, reports } = inlineBuildSpec(properties);
  const texts = (value: unknown): Record<string, string> =>
    Object.fromEntries(Object.entries(object(value)).map(([key, one]) => [key, text(one)]));
  return {
    parameterStore: texts(object(env)['parameter-store']),
    secretsManager: texts(object(env)['secrets-manager']),
    reports: Object.fromEntries(
      Object.entries(object(reports)).map(([group, report]) => [
        group,
        { format: text(object(report)['file-format']) },
      ]),
    ),
  };
}

/** The buildspec that a project has itself, in JSON or YAML; an empty one where its source has it, or it is none. */
function inlineBuildSpec(properties: BuildFacts['properties']): ReturnType<typeof object> {
  const written = text(object(properties.Source).BuildSpec);
  if (!/[\n{]/.test(written)) return {};
  try {
    return object(written.trimStart().startsWith('{') ? JSON.parse(written) : parse(written, { logLevel: 'silent' }));
  } catch {
    // The build itself says what is wrong with it.
    return {};
  }
}

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
}

/** Variables that CodeBuild reads before the build: of the project, the action, and the buildspec's `env`. */
function variableCalls(facts: BuildFacts, by: string): readonly ServiceCall[] {
  const { account, region, properties, variables } = facts;
  const own = list(object(properties.Environment).EnvironmentVariables).map((one) => ({
    name: text(object(one).Name),
    value: text(object(one).Value),
    type: text(object(one).Type),
  }));
  const { parameterStore, secretsManager } = namedByBuildspec(facts);
  const named = (values: Readonly<Record<string, string>>, type: string): Variable[] =>
    Object.entries(values).map(([name, value]) => ({ name, value, type }));
  const specified = [...named(parameterStore, 'PARAMETER_STORE'), ...named(secretsManager, 'SECRETS_MANAGER')];
  return [...own, ...variables, ...specified].flatMap(({ name, value, type }): ServiceCall[] => {
    const why = `to read the variable ${name}`;
    if (value === '') return [];
    if (type === 'PARAMETER_STORE') {
      const resource = value.startsWith('arn:')
        ? value
        : `arn:aws:ssm:${region}:${account}:parameter/${value.replace(/^\//, '')}`;
      const source = 'CodeBuild User Guide, "Build environment variables"';
      return [{ by, action: 'ssm:GetParameters', resource, why, source }];
    }
    if (type !== 'SECRETS_MANAGER') return [];
    const resource = secretArn(value, account, region);
    const source = 'CodeBuild User Guide, "Build specification reference", env/secrets-manager';
    return [{ by, action: 'secretsmanager:GetSecretValue', resource, why, source }];
  });
}

/** A repository or an archive that the project has as its source, where a pipeline gives it none. */
function sourceCalls({ account, region, properties }: BuildFacts, by: string): readonly ServiceCall[] {
  const source = object(properties.Source);
  const location = text(source.Location);
  const why = 'to read its source';
  const auth = object(source.Auth);
  if (text(auth.Type) === 'CODECONNECTIONS') {
    const resource = text(auth.Resource);
    const service = resource.split(':')[2] ?? '';
    return ['GetConnectionToken', 'GetConnection'].map((name) => ({
      by,
      action: `${service}:${name}`,
      resource,
      why,
      source: 'CodeBuild User Guide, "GitHub and GitHub Enterprise Server access using CodeConnections"',
    }));
  }
  if (text(source.Type) === 'CODECOMMIT') {
    const resource = `arn:aws:codecommit:${region}:${account}:${location.split('/').at(-1) ?? ''}`;
    return [{ by, action: 'codecommit:GitPull', resource, why, source: ROLE }];
  }
  if (text(source.Type) !== 'S3' || location === '') return [];
  return [{ by, action: 's3:GetObject', resource: `arn:aws:s3:::${location}`, why, source: ROLE }];
}

/** A cache in a bucket: it is looked for before the build, and put after it. */
function cacheCalls({ project, properties }: BuildFacts, by: string): readonly ServiceCall[] {
  const cache = object(properties.Cache);
  const location = text(cache.Location);
  if (text(cache.Type) !== 'S3' || location === '') return [];
  const resource = `arn:aws:s3:::${location.replace(/\/$/, '')}/${project}`;
  const source = 'CodeBuild User Guide, "Amazon S3 caching"';
  const optional = 'a build continues without its cache';
  return ['s3:GetObject', 's3:PutObject'].map((action) => ({
    by,
    action,
    resource,
    why: 'to keep its cache',
    source,
    optional,
  }));
}

/** A batch is led by a role of its own, which starts the builds. */
function batchCalls(facts: BuildFacts): readonly ServiceCall[] {
  const { project, account, region, properties, isBatch } = facts;
  const by = text(object(properties.BuildBatchConfig).ServiceRole);
  if (!isBatch || !by.startsWith('arn:')) return [];
  const source = 'CodeBuild User Guide, "Batch builds": batch service role';
  const resource = `arn:aws:codebuild:${region}:${account}:project/${project}`;
  const why = 'to start the builds of a batch';
  return [
    { by: 'codebuild.amazonaws.com', action: 'sts:AssumeRole', resource: by, ...actsForProject(facts), why, source },
    { by, action: 'codebuild:StartBuild', resource, why, source },
    ...['StopBuild', 'RetryBuild'].map((name) => ({
      by,
      action: `codebuild:${name}`,
      resource,
      why,
      source,
      optional: 'asked for where a build of the batch is stopped or started again',
    })),
  ];
}

/**
 * The ARN of a secret that is named, or of which a partial ARN is given: AWS adds a hyphen and six characters to the name, and asks the policies for
 * the whole (Secrets Manager User Guide, "Secret ARN", "Finding a secret from a partial ARN").
 */
export function secretArn(reference: string, account: string, region: string): string {
  if (reference.startsWith('arn:')) {
    const arn = reference.split(':').slice(0, 7).join(':');
    return /-[A-Za-z0-9]{6}$/.test(arn) ? arn : `${arn}-AbCdEf`;
  }
  return `arn:aws:secretsmanager:${region}:${account}:secret:${reference.split(':')[0] ?? ''}-AbCdEf`;
}

function imageCalls({ properties }: BuildFacts, by: string): readonly ServiceCall[] {
  const environment = object(properties.Environment);
  if (text(environment.ImagePullCredentialsType) !== 'SERVICE_ROLE') return [];
  return pullCalls(by, text(environment.Image), 'to pull its image', 'CodeBuild User Guide, "Amazon ECR sample"');
}

function networkCalls({ account, region, properties }: BuildFacts, by: string): readonly ServiceCall[] {
  const network = object(properties.VpcConfig);
  const subnets = list(network.Subnets).map(text);
  if (subnets.length === 0) return [];
  const source =
    'CodeBuild User Guide, "Allow CodeBuild access to AWS services required to create a VPC network interface"';
  const why = 'to stand in its network';
  const own = (kind: string, id: string) => `arn:aws:ec2:${region}:${account}:${kind}/${id}`;
  const inSubnet = { 'ec2:Subnet': own('subnet', subnets[0] ?? '') };
  const groups = list(network.SecurityGroupIds).map(text);
  const describes = [
    'DescribeDhcpOptions',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
    'DescribeSecurityGroups',
    'DescribeVpcs',
  ];
  // A network interface is made of a subnet and its groups: each of them has to be allowed.
  const made = [
    own('network-interface', 'eni-0'),
    ...subnets.map((id) => own('subnet', id)),
    ...groups.map((id) => own('security-group', id)),
  ];
  return [
    ...describes.map((name) => ({ by, action: `ec2:${name}`, resource: '*', why, source })),
    ...made.map((resource) => ({ by, action: 'ec2:CreateNetworkInterface', resource, context: inSubnet, why, source })),
    {
      by,
      action: 'ec2:DeleteNetworkInterface',
      resource: own('network-interface', 'eni-0'),
      context: inSubnet,
      why,
      source,
    },
    ...subnets.map((subnet) => ({
      by,
      action: 'ec2:CreateNetworkInterfacePermission',
      resource: `arn:aws:ec2:${region}:${account}:network-interface/eni-0`,
      context: {
        'ec2:AuthorizedService': 'codebuild.amazonaws.com',
        'ec2:Subnet': `arn:aws:ec2:${region}:${account}:subnet/${subnet}`,
      },
      why,
      source,
    })),
  ];
}
