import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import type { NamedPolicy, PolicyKind, UnreadPolicy } from '../decision/evaluate';
import { awsManagedDocument, mayDeny } from './aws-managed';
import { list, object, text } from './json';
import { readOnce } from './read-once';
import { attached, type AttachedPolicy } from './read-policy';
import { awsManagedKey } from './aws-managed-key';
import { networkedRoles } from './networked-roles';
import { functionPolicy, logsPolicy } from './service-policies';

/** A role with everything that decides what it may. */
export interface KnownRole {
  readonly arn: string;
  readonly account: string;
  /** The construct's path of the assembly's metadata, else `Stack/LogicalId`. */
  readonly construct: string;
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly trust?: NamedPolicy;
  readonly unread: readonly UnreadPolicy[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What a resource says of who may use it. `account` undefined: nobody here knows whose it is. */
export interface KnownResource {
  readonly account?: string;
  readonly construct?: string;
  readonly policy?: NamedPolicy;
  readonly unread?: UnreadPolicy;
  /** Its tags, its stack's with them; undefined where nobody here knows them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The key that its content is encrypted with, where it is one of the app: of a bucket, a secret. */
  readonly key?: string;
  /** Of a bucket: it asks its key once for many objects. */
  readonly bucketKey?: boolean;
  /** Whether the ledger has the resource: of any other its policy is not known. */
  readonly deployed: boolean;
}

/** A resource's place for people: the construct's path, else its stack and logical id. */
export function constructOf({ stack, logicalId }: ResourceOfStack): string {
  const metadata = object(object(object(stack.template.Resources)[logicalId]).Metadata);
  const path = text(metadata['aws:cdk:path']).replace(/\/Resource$/, '');
  return path || `${stack.stackName}/${logicalId}`;
}

/** The tags of a resource: its own, and those of its stack, which CloudFormation gives to each resource that takes tags. */
function tagsOf({ properties, stack }: ResourceOfStack): Readonly<Record<string, string>> {
  const own = Array.isArray(properties.Tags)
    ? Object.fromEntries(properties.Tags.map((tag) => [text(object(tag).Key), text(object(tag).Value)]))
    : (object(properties.Tags) as Record<string, string>);
  return { ...stack.tags, ...own };
}

/** The key of what a bucket, a secret, a topic or a queue holds, by its ARN or its alias'; empty where it asks none. */
function keyIn({ type, properties, stack: { account, region } }: ResourceOfStack): string {
  const named = keyNamedIn(type, properties);
  if (named === '' || named.startsWith('arn:')) return named;
  return `arn:aws:kms:${region}:${account}:${named.startsWith('alias/') ? named : `key/${named}`}`;
}

/** The key as the template names it, or the one that AWS keeps for the service where it names none. */
function keyNamedIn(type: string, properties: ResourceOfStack['properties']): string {
  switch (type) {
    case 'AWS::SNS::Topic':
    case 'AWS::SQS::Queue':
      return text(properties.KmsMasterKeyId);
    case 'AWS::SecretsManager::Secret':
      return text(properties.KmsKeyId) || 'alias/aws/secretsmanager';
    case 'AWS::S3::Bucket': {
      const [rule] = list(object(properties.BucketEncryption).ServerSideEncryptionConfiguration).map(object);
      const byDefault = object(rule?.ServerSideEncryptionByDefault);
      if (!text(byDefault.SSEAlgorithm).startsWith('aws:kms')) return '';
      return text(byDefault.KMSMasterKeyID) || 'alias/aws/s3';
    }
    default:
      return text(properties.KmsKeyId);
  }
}

/** Amazon S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys". */
function hasBucketKey({ type, properties }: ResourceOfStack): boolean {
  if (type !== 'AWS::S3::Bucket') return false;
  const [rule] = list(object(properties.BucketEncryption).ServerSideEncryptionConfiguration).map(object);
  return String(rule?.BucketKeyEnabled) === 'true';
}

/** A secret's ARN without the hyphen and six characters that AWS adds to its name (Secrets Manager User Guide, "Secret ARN"). */
function withoutSuffix(arn: string): string {
  return /^arn:[^:]+:secretsmanager:/.test(arn) ? arn.replace(/-[A-Za-z0-9]{6}$/, '') : arn;
}

/** Roles and policies of everything that is deployed here, by ARN. It is read once: make another one after a deployment. */
export class AccountPolicies {
  private readonly roles = new Map<string, KnownRole>();
  private readonly resources = new Map<string, KnownResource>();
  private readonly aliases = new Map<string, string>();
  /** ARNs of secrets by what comes before their six random characters. */
  private readonly secrets = new Map<string, string>();

  private readonly networked: ReadonlySet<string>;

  private readonly ledger: Pick<StackLedger, 'resources'>;

  constructor(ledger: Pick<StackLedger, 'resources'>) {
    this.ledger = readOnce(ledger);
    for (const resource of this.ledger.resources('AWS::IAM::Role')) {
      const role = this.readRole(resource);
      this.roles.set(role.arn, role);
    }
    this.readResources();
    this.networked = networkedRoles(this.ledger);
  }

  role(arn: string): KnownRole | undefined {
    return this.roles.get(arn);
  }

  /** Every role that is deployed here. */
  everyRole(): readonly KnownRole[] {
    return [...this.roles.values()];
  }

  /** Whether what works with a role, or has it for its work, may be in a network: a project, a function or a task. A service that has no role is in none of them. */
  isInNetwork(role: string): boolean {
    return this.networked.has(role);
  }

  /** Whether anything that is deployed here is in a network. */
  hasNetworks(): boolean {
    return this.networked.size > 0;
  }

  /** The ARN of the key behind an alias' ARN, of the secret that a name means; any other ARN as it is. */
  keyOf(arn: string): string {
    return this.aliases.get(arn) ?? this.secrets.get(withoutSuffix(arn)) ?? arn;
  }

  /** The names of a key's aliases (`alias/artifacts`). */
  aliasesOf(key: string): readonly string[] {
    return [...this.aliases].flatMap(([alias, arn]) => (arn === key ? [alias.slice(alias.indexOf('alias/'))] : []));
  }

  /** What is known of a resource: an object belongs to its bucket, a log stream to its log group. */
  resource(arn: string): KnownResource {
    const [, , service = '', , account = '', name = ''] = arn.split(':');
    const known = this.resources.get(this.ownerOf(arn, service, name)) ?? awsManagedKey(arn);
    return known ?? { deployed: false, ...(/^\d{12}$/.test(account) ? { account } : {}) };
  }

  private ownerOf(arn: string, service: string, name: string): string {
    if (service === 's3') return `arn:aws:s3:::${name.split('/')[0] ?? ''}`;
    if (service === 'logs') return arn.split(':').slice(0, 7).join(':');
    return this.keyOf(arn);
  }

  private readRole(resource: ResourceOfStack): KnownRole {
    const { properties, stack, physicalId } = resource;
    const path = text(properties.Path) || '/';
    const arn = text(resource.attributes.Arn) || `arn:aws:iam::${stack.account}:role${path}${physicalId}`;
    const construct = constructOf(resource);
    const of = (kind: PolicyKind, document: unknown, name: string, by?: string) => attached(document, kind, name, by);
    const policies: AttachedPolicy[] = list(properties.Policies).map((one) =>
      of('identity', object(one).PolicyDocument, `${text(object(one).PolicyName)} of ${construct}`),
    );
    const managed = list(properties.ManagedPolicyArns).map(text);
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy']) {
      for (const other of this.ledger.resources(type, stack.account)) {
        const names = [...list(other.properties.Roles), ...list(other.properties.RoleName)].map(text);
        if (names.includes(physicalId))
          policies.push(of('identity', other.properties.PolicyDocument, constructOf(other)));
      }
    }
    for (const one of managed) policies.push(this.managed(one, 'identity', stack.account));
    // A role that may nothing at all serves nobody: what gives it its permissions is elsewhere, and is not known here.
    if (policies.length === 0)
      policies.push({ unread: { kind: 'identity', name: construct, reason: 'no stack here attaches a policy to it' } });
    const boundary = text(properties.PermissionsBoundary);
    const limit = boundary ? this.managed(boundary, 'boundary', stack.account) : undefined;
    const trust = of('trust', properties.AssumeRolePolicyDocument, `trust policy of ${construct}`);
    return {
      arn,
      account: stack.account,
      construct,
      identity: policies.flatMap((one) => ('policy' in one ? [one.policy] : [])),
      unread: [...policies, ...(limit ? [limit] : []), trust].flatMap((one) => ('unread' in one ? [one.unread] : [])),
      ...(limit && 'policy' in limit ? { boundary: limit.policy } : {}),
      ...('policy' in trust ? { trust: trust.policy } : {}),
      tags: tagsOf(resource),
    };
  }

  /** A managed policy that limits a session, by its ARN: one that is deployed here, or one of AWS. */
  sessionPolicy(arn: string): AttachedPolicy {
    return this.managed(arn, 'session', arn.split(':')[4] ?? '');
  }

  private managed(arn: string, kind: 'identity' | 'boundary' | 'session', account: string): AttachedPolicy {
    const own = this.ledger
      .resources('AWS::IAM::ManagedPolicy', account)
      .find(({ physicalId, attributes }) => [physicalId, attributes.PolicyArn, attributes.Arn].includes(arn));
    if (own) return attached(own.properties.PolicyDocument, kind, constructOf(own), arn);
    const document = awsManagedDocument(arn);
    return document
      ? attached(document, kind, arn, arn)
      : {
          unread: { kind, name: arn, reason: 'the rehearsal does not have its document', deniesNothing: !mayDeny(arn) },
        };
  }

  private readResources(): void {
    const put = (arn: string, resource: ResourceOfStack, document: unknown): void => {
      const construct = constructOf(resource);
      const read = document === undefined ? undefined : attached(document, 'resource', `policy of ${construct}`);
      const key = this.keyOf(keyIn(resource));
      this.resources.set(arn, {
        account: resource.stack.account,
        construct,
        deployed: true,
        tags: tagsOf(resource),
        ...(key ? { key } : {}),
        ...(hasBucketKey(resource) ? { bucketKey: true } : {}),
        ...read,
      });
    };
    for (const key of this.ledger.resources('AWS::KMS::Key')) {
      const { account, region } = key.stack;
      const arn = text(key.attributes.Arn) || `arn:aws:kms:${region}:${account}:key/${key.physicalId}`;
      put(arn, key, key.properties.KeyPolicy);
      for (const alias of this.ledger.resources('AWS::KMS::Alias', account, region)) {
        const target = text(alias.properties.TargetKeyId);
        if (target === arn || target === key.physicalId)
          this.aliases.set(`arn:aws:kms:${region}:${account}:${text(alias.properties.AliasName)}`, arn);
      }
    }
    for (const bucket of this.ledger.resources('AWS::S3::Bucket')) {
      const policy = this.ledger
        .resources('AWS::S3::BucketPolicy', bucket.stack.account)
        .find(({ properties }) => properties.Bucket === bucket.physicalId);
      put(`arn:aws:s3:::${bucket.physicalId}`, bucket, policy?.properties.PolicyDocument);
    }
    const named: readonly (readonly [
      string,
      (resource: ResourceOfStack) => string,
      (resource: ResourceOfStack) => unknown,
    ])[] = [
      [
        'AWS::ECR::Repository',
        (one) => `ecr|repository/${one.physicalId}`,
        (one) => one.properties.RepositoryPolicyText,
      ],
      ['AWS::CodeBuild::Project', (one) => `codebuild|project/${one.physicalId}`, () => undefined],
      ['AWS::Logs::LogGroup', (one) => `logs|log-group:${one.physicalId}`, (one) => logsPolicy(one, this.ledger)],
      [
        'AWS::Lambda::Function',
        (one) => `lambda|function:${one.physicalId}`,
        (one) => functionPolicy(one, this.ledger),
      ],
    ];
    for (const [type, name, document] of named) {
      for (const one of this.ledger.resources(type)) {
        const [service = '', rest = ''] = name(one).split('|');
        put(`arn:aws:${service}:${one.stack.region}:${one.stack.account}:${rest}`, one, document(one));
      }
    }
    // The secret that RDS makes for a database's master user.
    for (const type of ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster']) {
      for (const one of this.ledger.resources(type)) {
        const arn = text(one.attributes['MasterUserSecret.SecretArn']);
        const secret = {
          ...one,
          type: 'AWS::SecretsManager::Secret',
          properties: object(one.properties.MasterUserSecret),
        };
        if (arn === '') continue;
        this.secrets.set(withoutSuffix(arn), arn);
        put(arn, secret, undefined);
      }
    }
    const own: readonly (readonly [string, string, string, string])[] = [
      ['AWS::SecretsManager::Secret', 'AWS::SecretsManager::ResourcePolicy', 'SecretId', 'ResourcePolicy'],
      ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics', 'PolicyDocument'],
      ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues', 'PolicyDocument'],
    ];
    for (const [type, policyType, key, document] of own) {
      for (const one of this.ledger.resources(type)) {
        const policy = this.ledger
          .resources(policyType, one.stack.account)
          .find(({ properties }) => list(properties[key]).includes(one.physicalId));
        const arn = text(one.attributes.Arn) || one.physicalId;
        if (type === 'AWS::SecretsManager::Secret') this.secrets.set(withoutSuffix(arn), arn);
        put(arn, one, policy?.properties[document]);
      }
    }
  }
}
