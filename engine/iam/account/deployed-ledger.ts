import type { DeployedAccount, DeployedRole } from '../../../model/deployed-account';
import type { DeployedStack, ResourceOfStack, StackLedger } from '../../ports/ledger';
import { object, text } from './json';

/**
 * What was read from AWS as a ledger has it, so that it is judged like what a rehearsal deploys: roles with their policies, the pipeline, its projects, buckets and keys. What
 * could not be read is not in it: what asks for it is not known.
 */
export function deployedLedger(deployed: DeployedAccount): Pick<StackLedger, 'resources'> {
  const all = [
    pipelineOf(deployed),
    ...[...deployed.roles.values()].flatMap((one) => ('value' in one ? roleWithPolicies(one.value) : [])),
    ...[...deployed.buckets].flatMap(([name, one]) => ('value' in one ? bucketOf(name, one.value, deployed) : [])),
    ...[...deployed.keys].flatMap(([arn, one]) => ('value' in one ? [keyOf(arn, one.value)] : [])),
    ...deployed.projects.map(({ account, region, project }) =>
      resource(account, region, 'AWS::CodeBuild::Project', text(project.name), object(asProperties(project))),
    ),
  ];
  return {
    resources: (type, account, region) =>
      all.filter(
        (one) =>
          one.type === type &&
          (account === undefined || one.stack.account === account) &&
          (region === undefined || one.stack.region === region),
      ),
  };
}

function pipelineOf({ account, region, pipeline }: DeployedAccount): ResourceOfStack {
  return resource(account, region, 'AWS::CodePipeline::Pipeline', text(pipeline.name), object(asProperties(pipeline)));
}

/** A role, and each managed policy with the document that it has in the role's account: AWS's own are read there too. */
function roleWithPolicies({ arn, trust, inline, managed, boundary, tags }: DeployedRole): readonly ResourceOfStack[] {
  const account = arn.split(':')[4] ?? '';
  const parts = arn.slice(arn.indexOf('/')).split('/');
  const name = parts.at(-1) ?? '';
  const path = `${parts.slice(0, -1).join('/')}/`;
  const role = resource(account, '', 'AWS::IAM::Role', name, {
    RoleName: name,
    Path: path,
    AssumeRolePolicyDocument: trust,
    Policies: inline.map((one) => ({ PolicyName: one.name, PolicyDocument: one.document })),
    ManagedPolicyArns: managed.map((one) => one.arn),
    ...(boundary ? { PermissionsBoundary: boundary.arn } : {}),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });
  const policies = [...managed, ...(boundary ? [boundary] : [])].map((one) =>
    resource(account, '', 'AWS::IAM::ManagedPolicy', one.arn, { PolicyDocument: one.document }),
  );
  return [role, ...policies];
}

function bucketOf(name: string, policy: string, { account, region }: DeployedAccount): readonly ResourceOfStack[] {
  const bucket = resource(account, region, 'AWS::S3::Bucket', name, {});
  if (policy === '') return [bucket];
  return [
    bucket,
    resource(account, region, 'AWS::S3::BucketPolicy', `${name}-policy`, { Bucket: name, PolicyDocument: policy }),
  ];
}

function keyOf(arn: string, policy: string): ResourceOfStack {
  const [, , , region = '', account = '', id = ''] = arn.split(':');
  return resource(account, region, 'AWS::KMS::Key', id.replace('key/', ''), { KeyPolicy: policy });
}

function resource(
  account: string,
  region: string,
  type: string,
  physicalId: string,
  properties: Readonly<Record<string, unknown>>,
): ResourceOfStack {
  // AWS does not say of every resource which stack has it: it is named by its account.
  const stack = { account, region, stackName: account, stackId: account, template: {}, tags: {} };
  return {
    stack: stack as unknown as DeployedStack,
    logicalId: physicalId,
    type,
    physicalId,
    properties,
    attributes: {},
    standing: 'recorded',
  };
}

/** An API's answer as a template's properties: the same names with large first letters; an action's configuration has names of its own. */
function asProperties(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => asProperties(one));
  if (value === null || typeof value !== 'object' || value instanceof Date || key === 'configuration') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      asProperties(one, name),
    ]),
  );
}
