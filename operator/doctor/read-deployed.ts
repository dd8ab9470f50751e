import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import type { DeployedAccount, DeployedRole, Read } from '../../model/deployed-account';
import type { Aws, Place } from '../aws';
import { accountOf } from '../executions';
import { reasonOf } from '../reason';

/** The operations of {@link readDeployed}. */
export type ReadDeployedOperations =
  | 'getRole'
  | 'listRolePolicies'
  | 'getRolePolicy'
  | 'listAttachedRolePolicies'
  | 'getPolicy'
  | 'getPolicyVersion'
  | 'getBucketPolicy'
  | 'getKeyPolicy'
  | 'batchGetProjects';

type Project = DeployedAccount['projects'][number];

/** Projects that one request may name (CodeBuild API Reference, BatchGetProjects). */
const PROJECTS = 100;

/**
 * Reads what decides which calls of a pipeline AWS allows: its roles, those of its actions and builds with every policy, its buckets' and keys' policies. What may not be
 * read is told with AWS's reason, and the rest is read all the same.
 */
export async function readDeployed(
  aws: Aws<ReadDeployedOperations>,
  home: Place,
  pipeline: PipelineDeclaration,
): Promise<DeployedAccount> {
  const actions = (pipeline.stages ?? []).flatMap((stage) => stage.actions ?? []);
  const read = await Promise.all(
    projectsOf(actions, home).map(async ({ names, ...place }) => {
      const where = `${place.account}/${place.region}`;
      const found = await each([where], () => readProjects(aws, place, names));
      return { where, of: found.get(where) };
    }),
  );
  const projects = read.flatMap(({ of }) => (of && 'value' in of ? of.value : []));
  const unreadProjects = new Map(
    read.flatMap(({ where, of }) => (of && 'unread' in of ? [[where, of.unread] as const] : [])),
  );
  const arns = [
    pipeline.roleArn,
    ...actions.flatMap((one) => [one.roleArn, one.configuration?.RoleArn]),
    ...projects.map(({ project }) => project.serviceRole),
  ].filter((one): one is string => typeof one === 'string' && one.startsWith('arn:'));
  const stores = [pipeline.artifactStore, ...Object.values(pipeline.artifactStores ?? {})];
  const keys = stores.flatMap((one) => (one?.encryptionKey?.id?.startsWith('arn:') ? [one.encryptionKey.id] : []));
  const buckets = stores.flatMap((one) => (one?.location ? [one.location] : []));
  return {
    ...{ account: home.account, region: home.region, projects, unreadProjects },
    pipeline: pipeline as unknown as Readonly<Record<string, unknown>>,
    roles: await each(arns, (arn) => readRole(aws, arn, home)),
    buckets: await each(buckets, (Bucket) => bucketPolicy(aws, Bucket)),
    keys: await each(keys, async (KeyId) => {
      const { Policy = '' } = await aws(placeOf(KeyId, home)).getKeyPolicy({ KeyId, PolicyName: 'default' });
      return Policy;
    }),
  };
}

async function each<Value>(
  names: readonly string[],
  read: (name: string) => Promise<Value>,
): Promise<ReadonlyMap<string, Read<Value>>> {
  const found = [...new Set(names)].map(async (name): Promise<[string, Read<Value>]> => {
    try {
      return [name, { value: await read(name) }];
    } catch (error) {
      return [name, { unread: reasonOf(error) }];
    }
  });
  return new Map(await Promise.all(found));
}

const placeOf = (arn: string, home: Place): Place => ({
  account: arn.split(':')[4] || home.account,
  region: arn.split(':')[3] || home.region,
});

async function readRole(aws: Aws<ReadDeployedOperations>, arn: string, home: Place): Promise<DeployedRole> {
  const iam = aws(placeOf(arn, home));
  const RoleName = arn.split('/').at(-1) ?? '';
  const { Role } = await iam.getRole({ RoleName });
  const inline: DeployedRole['inline'][number][] = [];
  const managed: DeployedRole['managed'][number][] = [];
  for (let Marker: string | undefined; ;) {
    const page = await iam.listRolePolicies({ RoleName, ...(Marker ? { Marker } : {}) });
    for (const PolicyName of page.PolicyNames ?? []) {
      const { PolicyDocument } = await iam.getRolePolicy({ RoleName, PolicyName });
      inline.push({ name: PolicyName, document: decoded(PolicyDocument) });
    }
    Marker = page.IsTruncated ? page.Marker : undefined;
    if (!Marker) break;
  }
  for (let Marker: string | undefined; ;) {
    const page = await iam.listAttachedRolePolicies({ RoleName, ...(Marker ? { Marker } : {}) });
    for (const { PolicyArn = '' } of page.AttachedPolicies ?? []) managed.push(await managedPolicy(iam, PolicyArn));
    Marker = page.IsTruncated ? page.Marker : undefined;
    if (!Marker) break;
  }
  const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    ...{ arn, inline, managed },
    trust: decoded(Role?.AssumeRolePolicyDocument),
    ...(boundary ? { boundary: await managedPolicy(iam, boundary) } : {}),
    tags: Object.fromEntries((Role?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}

async function managedPolicy(
  iam: ReturnType<Aws<ReadDeployedOperations>>,
  PolicyArn: string,
): Promise<{ arn: string; document: string }> {
  const { Policy } = await iam.getPolicy({ PolicyArn });
  const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: Policy?.DefaultVersionId });
  return { arn: PolicyArn, document: decoded(PolicyVersion?.Document) };
}

/** IAM gives documents URL-encoded (IAM API Reference, GetRole, GetRolePolicy, GetPolicyVersion). */
const decoded = (document = ''): string => decodeURIComponent(document);

/** A bucket's policy, as JSON; an empty text where it has none. */
async function bucketPolicy(aws: Aws<ReadDeployedOperations>, Bucket: string): Promise<string> {
  try {
    return (await aws().getBucketPolicy({ Bucket })).Policy ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchBucketPolicy') return '';
    throw error;
  }
}

/** The projects of the pipeline's actions, by the place that they are in. */
function projectsOf(
  actions: readonly {
    readonly actionTypeId?: { readonly provider?: string | undefined } | undefined;
    readonly configuration?: Readonly<Record<string, string>> | undefined;
    readonly roleArn?: string | undefined;
    readonly region?: string | undefined;
  }[],
  home: Place,
): readonly (Place & { readonly names: readonly string[] })[] {
  const places = new Map<string, Place & { readonly names: string[] }>();
  for (const { actionTypeId, configuration, roleArn, region = home.region } of actions) {
    const name = configuration?.ProjectName;
    if (actionTypeId?.provider !== 'CodeBuild' || name === undefined) continue;
    const account = accountOf(roleArn) ?? home.account;
    const place = places.get(`${account}/${region}`) ?? { account, region, names: [] };
    if (!place.names.includes(name)) place.names.push(name);
    places.set(`${account}/${region}`, place);
  }
  return [...places.values()];
}

/** Projects that may be read: the calls of the others' roles are not among those that are judged. */
async function readProjects(
  aws: Aws<ReadDeployedOperations>,
  { account, region }: Place,
  names: readonly string[],
): Promise<readonly Project[]> {
  const found: Project[] = [];
  for (let at = 0; at < names.length; at += PROJECTS) {
    const { projects = [] } = await aws({ account, region }).batchGetProjects({
      names: names.slice(at, at + PROJECTS),
    });
    for (const project of projects) found.push({ account, region, project: project as unknown as Project['project'] });
  }
  return found;
}
