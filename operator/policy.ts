import type { OperationName, Place } from './aws';
import { lookupRoleArn } from './credentials';
import { partitionOf } from './partition';

/** What a policy is for: the resources that it may name. */
export interface PolicyScope {
  readonly pipeline: string;
  readonly project: string;
  readonly home: Place;
  readonly environments: readonly Place[];
  readonly connectionArn?: string;
}

/** A statement of an IAM policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** An IAM policy document. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

interface Permission {
  readonly actions: readonly string[];
  /** Resources by the Service Authorization Reference; `*` where the service takes nothing narrower. */
  readonly resources: (scope: PolicyScope) => readonly string[];
}

const arn =
  (service: string, resource: (scope: PolicyScope) => string) =>
  (scope: PolicyScope): readonly string[] => {
    const { account, region } = scope.home;
    return [`arn:${partitionOf(region)}:${service}:${region}:${account}:${resource(scope)}`];
  };
/** Resources that only an environment has: named where one shares the pipeline's account, else its look-up role reads them. */
function shared(resources: Permission['resources']): Permission['resources'] {
  return (scope) => (scope.environments.some((one) => one.account === scope.home.account) ? resources(scope) : []);
}
const everywhere = (): readonly string[] => ['*'];
const pipeline = arn('codepipeline', ({ pipeline: name }) => name);
const stage = arn('codepipeline', ({ pipeline: name }) => `${name}/*`);
const action = arn('codepipeline', ({ pipeline: name }) => `${name}/*/*`);
const project = arn('codebuild', ({ project: name }) => `project/${name}-*`);
const reports = arn('codebuild', ({ project: name }) => `report-group/${name}-*`);
const log = (scope: PolicyScope): readonly string[] =>
  [`/${scope.project}/*`, `/aws/codebuild/${scope.project}-*`].flatMap((group) =>
    arn('logs', () => `log-group:${group}:log-stream:*`)(scope),
  );
const stack = arn('cloudformation', () => 'stack/*');
const secret = arn('secretsmanager', ({ project: name }) => `secret:${name}/*`);
const parameter = (scope: PolicyScope): readonly string[] => [
  ...arn('ssm', () => 'parameter/cdk-bootstrap/*')(scope),
  ...shared(arn('ssm', ({ project: name }) => `parameter/${name}/*`))(scope),
];

/** The pipeline's roles and its builds', and those of `cdk bootstrap`. */
const roles = (scope: PolicyScope): readonly string[] =>
  [`${scope.project}-*`, 'cdk-*'].map(
    (name) => `arn:${partitionOf(scope.home.region)}:iam::${scope.home.account}:role/${name}`,
  );
const policies = (scope: PolicyScope): readonly string[] =>
  [scope.home.account, 'aws'].map((owner) => `arn:${partitionOf(scope.home.region)}:iam::${owner}:policy/*`);
const artifacts = ({ home, project: name }: PolicyScope): readonly string[] => [
  `arn:${partitionOf(home.region)}:s3:::${name}-artifacts-${home.account}-${home.region}`,
];

const of = (name: string, resources: Permission['resources']): Permission => ({ actions: [name], resources });

/**
 * What each operation needs in IAM (Service Authorization Reference). Another account's resources are read by its look-up role, whose own
 * policy decides there: the policy here only lets it be assumed.
 */
const PERMISSIONS: Readonly<Record<OperationName, Permission>> = {
  getPipeline: of('codepipeline:GetPipeline', pipeline),
  getPipelineState: of('codepipeline:GetPipelineState', pipeline),
  listPipelineExecutions: of('codepipeline:ListPipelineExecutions', pipeline),
  listActionExecutions: of('codepipeline:ListActionExecutions', pipeline),
  startPipelineExecution: of('codepipeline:StartPipelineExecution', pipeline),
  stopPipelineExecution: of('codepipeline:StopPipelineExecution', pipeline),
  retryStageExecution: of('codepipeline:RetryStageExecution', stage),
  rollbackStage: of('codepipeline:RollbackStage', stage),
  putApprovalResult: of('codepipeline:PutApprovalResult', action),
  batchGetBuilds: of('codebuild:BatchGetBuilds', project),
  batchGetReports: of('codebuild:BatchGetReports', reports),
  describeTestCases: of('codebuild:DescribeTestCases', reports),
  getLogEvents: of('logs:GetLogEvents', log),
  describeStackEvents: of('cloudformation:DescribeStackEvents', stack),
  describeStacks: of('cloudformation:DescribeStacks', stack),
  describeChangeSet: of('cloudformation:DescribeChangeSet', stack),
  describeServices: of(
    'ecs:DescribeServices',
    arn('ecs', () => 'service/*'),
  ),
  listTasks: of('ecs:ListTasks', everywhere),
  describeTasks: of(
    'ecs:DescribeTasks',
    arn('ecs', () => 'task/*'),
  ),
  describeImages: of(
    'ecr:DescribeImages',
    arn('ecr', ({ project: name }) => `repository/${name}/*`),
  ),
  getObject: {
    // The artifacts are encrypted with a key of their own, whose id is known to AWS alone.
    actions: ['s3:GetObject', 'kms:Decrypt'],
    resources: (scope) => [
      `arn:${partitionOf(scope.home.region)}:s3:::${scope.project}-artifacts-${scope.home.account}-${scope.home.region}/*`,
      ...arn('kms', () => 'key/*')(scope),
    ],
  },
  getParameter: of('ssm:GetParameter', parameter),
  getRole: of('iam:GetRole', roles),
  listRolePolicies: of('iam:ListRolePolicies', roles),
  getRolePolicy: of('iam:GetRolePolicy', roles),
  listAttachedRolePolicies: of('iam:ListAttachedRolePolicies', roles),
  getPolicy: of('iam:GetPolicy', policies),
  getPolicyVersion: of('iam:GetPolicyVersion', policies),
  batchGetProjects: of('codebuild:BatchGetProjects', project),
  getBucketPolicy: of('s3:GetBucketPolicy', artifacts),
  getKeyPolicy: of(
    'kms:GetKeyPolicy',
    arn('kms', () => 'key/*'),
  ),
  // Needs no permission (STS API Reference).
  getCallerIdentity: { actions: [], resources: () => [] },
  describeSecret: of('secretsmanager:DescribeSecret', shared(secret)),
  getSecretValue: of('secretsmanager:GetSecretValue', shared(secret)),
  listServiceQuotas: of('servicequotas:ListServiceQuotas', everywhere),
  getConnection: {
    // The service prefix has to be the one of the ARN (Developer Tools console User Guide, "Connections rename - Summary of changes").
    actions: ['codeconnections:GetConnection', 'codestar-connections:GetConnection'],
    resources: ({ connectionArn }) => [connectionArn ?? '*'],
  },
};

/** Operations that may be asked of an environment's account. */
const ELSEWHERE: ReadonlySet<OperationName> = new Set<OperationName>([
  'batchGetBuilds',
  'batchGetReports',
  'describeTestCases',
  'getLogEvents',
  'describeStackEvents',
  'describeStacks',
  'describeChangeSet',
  'describeServices',
  'listTasks',
  'describeTasks',
  'getParameter',
  'getRole',
  'listRolePolicies',
  'getRolePolicy',
  'listAttachedRolePolicies',
  'getPolicy',
  'getPolicyVersion',
  'batchGetProjects',
  'describeSecret',
  'getSecretValue',
  'listServiceQuotas',
]);

/** The least policy that lets a person make these calls: statements by resource, in the operations' order. */
export function policyOf(operations: readonly OperationName[], scope: PolicyScope): PolicyDocument {
  const statements = new Map<string, { actions: Set<string>; resources: readonly string[] }>();
  const allow = (actions: readonly string[], resources: readonly string[]): void => {
    if (actions.length === 0 || resources.length === 0) return;
    const key = resources.join();
    const statement = statements.get(key) ?? { actions: new Set<string>(), resources };
    actions.forEach((one) => statement.actions.add(one));
    statements.set(key, statement);
  };
  for (const name of operations) allow(PERMISSIONS[name].actions, PERMISSIONS[name].resources(scope));
  const others = scope.environments.filter((one) => one.account !== scope.home.account);
  if (operations.some((name) => ELSEWHERE.has(name)) && others.length > 0)
    allow(['sts:AssumeRole'], [...new Set(others.map(lookupRoleArn))]);
  return {
    Version: '2012-10-17',
    Statement: [...statements.values()].map(({ actions, resources }, at) => ({
      Sid: `Saiondo${at + 1}`,
      Effect: 'Allow',
      Action: [...actions].sort(),
      Resource: resources,
    })),
  };
}
