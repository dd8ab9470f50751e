import { list, object, text } from '../account/json';
import { artifactCalls, type ArtifactStore } from './codepipeline-calls';
import type { ServiceCall } from './service-call';

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
  readonly variables: readonly { readonly name: string; readonly value: string; readonly type?: string }[];
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
      why: 'to build as the project’s role',
      source: ROLE,
    },
    ...logCalls(facts, by),
    ...reportCalls(facts, by),
    ...artifactCalls(by, store, inputs, outputs, ROLE),
    ...variableCalls(facts, by),
    ...imageCalls(facts, by),
    ...networkCalls(facts, by),
  ];
}

function logCalls({ project, account, region, properties }: BuildFacts, by: string): readonly ServiceCall[] {
  const logs = object(object(properties.LogsConfig).CloudWatchLogs);
  if (text(logs.Status) === 'DISABLED') return [];
  const group = `arn:aws:logs:${region}:${account}:log-group:${text(logs.GroupName) || `/aws/codebuild/${project}`}`;
  const source = `${ROLE}; CodeBuild User Guide, "Logging and monitoring"`;
  const stream = `${group}:log-stream:build`;
  return [
    ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
      by,
      action,
      resource: stream,
      why: 'to write its log',
      source,
    })),
    {
      by,
      action: 'logs:CreateLogGroup',
      resource: group,
      why: 'to make its log group',
      source,
      optional: 'asked for where the log group is not there',
    },
  ];
}

/** Reports of an inline buildspec that is JSON, as CDK writes it; one in the source is not read beforehand. */
function reportCalls({ project, account, region, properties }: BuildFacts, by: string): readonly ServiceCall[] {
  const source = 'CodeBuild User Guide, "Test report permissions"';
  return reportGroups(text(object(properties.Source).BuildSpec)).flatMap((group) => {
    const resource = group.startsWith('arn:')
      ? group
      : `arn:aws:codebuild:${region}:${account}:report-group/${project}-${group}`;
    return ['CreateReport', 'UpdateReport', 'BatchPutTestCases'].map((name) => ({
      by,
      action: `codebuild:${name}`,
      resource,
      why: `to report ${group}`,
      source,
    }));
  });
}

function reportGroups(buildSpec: string): readonly string[] {
  try {
    return Object.keys(object(object(JSON.parse(buildSpec)).reports));
  } catch {
    return [];
  }
}

function variableCalls({ account, region, properties, variables }: BuildFacts, by: string): readonly ServiceCall[] {
  const own = list(object(properties.Environment).EnvironmentVariables).map((one) => ({
    name: text(object(one).Name),
    value: text(object(one).Value),
    type: text(object(one).Type),
  }));
  return [...own, ...variables].flatMap(({ name, value, type }): ServiceCall[] => {
    const why = `to read the variable ${name}`;
    if (type === 'PARAMETER_STORE') {
      const resource = `arn:aws:ssm:${region}:${account}:parameter/${value.replace(/^\//, '')}`;
      return [
        {
          by,
          action: 'ssm:GetParameters',
          resource,
          why,
          source: 'CodeBuild User Guide, "Build environment variables"',
        },
      ];
    }
    if (type !== 'SECRETS_MANAGER') return [];
    return [
      {
        by,
        action: 'secretsmanager:GetSecretValue',
        resource: secretArn(value, account, region),
        why,
        source: 'CodeBuild User Guide, "Build specification reference", env/secrets-manager',
      },
    ];
  });
}

/** The ARN of a secret that is named: AWS adds a hyphen and six characters to the name (Secrets Manager User Guide, "Secret ARN"). */
export function secretArn(reference: string, account: string, region: string): string {
  if (reference.startsWith('arn:')) return reference.split(':').slice(0, 7).join(':');
  return `arn:aws:secretsmanager:${region}:${account}:secret:${reference.split(':')[0] ?? ''}-AbCdEf`;
}

function imageCalls({ properties }: BuildFacts, by: string): readonly ServiceCall[] {
  const environment = object(properties.Environment);
  const [, account, region, repository] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(text(environment.Image)) ?? [];
  if (!account || !region || !repository || text(environment.ImagePullCredentialsType) !== 'SERVICE_ROLE') return [];
  const source = 'CodeBuild User Guide, "Amazon ECR sample"';
  const resource = `arn:aws:ecr:${region}:${account}:repository/${repository}`;
  return [
    { by, action: 'ecr:GetAuthorizationToken', resource: '*', why: 'to pull its image', source },
    ...['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'].map((action) => ({
      by,
      action,
      resource,
      why: 'to pull its image',
      source,
    })),
  ];
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
