import type { ResourceToPermit } from '../../ports/resource-permission';
import { list, object, text } from './json';

/** What one role, user or group may hold inline, altogether (IAM User Guide, "IAM and AWS STS quotas"). */
const INLINE: Readonly<Record<string, number>> = { role: 10_240, user: 2048, group: 5120 };
const MANAGED = 6144;
/** The quota of a trust policy that nobody has raised. */
const TRUST = 2048;
/** Amazon S3 User Guide, "Bucket policies": 20 KB. */
const BUCKET = 20_480;
/** KMS Developer Guide, "Resource quotas": key policy document size, 32 KB. */
const KEY = 32_768;

/**
 * Why IAM refuses policies for their size: characters without white space (IAM User Guide, "IAM and AWS STS quotas"; the texts are IAM's answers to CreatePolicy, CreateRole and
 * PutRolePolicy, LimitExceeded). Inline policies of one role that come from several resources are added up by {@link inlineTooLarge}.
 * @returns undefined: each fits
 */
export function tooLarge({ type, physicalId, properties }: ResourceToPermit): string | undefined {
  if (type === 'AWS::S3::BucketPolicy' && sizeOf(properties.PolicyDocument) > BUCKET)
    return 'MalformedPolicy: Policy exceeds the maximum allowed document size.';
  if (type === 'AWS::KMS::Key' && sizeOf(properties.KeyPolicy) > KEY)
    return `LimitExceededException: The key policy exceeds the maximum size of ${KEY} bytes`;
  const kind = /^AWS::IAM::(Role|User|Group)$/.exec(type)?.[1]?.toLowerCase();
  if (type === 'AWS::IAM::Role' && sizeOf(properties.AssumeRolePolicyDocument) > TRUST)
    return `LimitExceeded: Cannot exceed quota for ACLSizePerRole: ${TRUST}`;
  if (type === 'AWS::IAM::ManagedPolicy' && sizeOf(properties.PolicyDocument) > MANAGED)
    return `LimitExceeded: Cannot exceed quota for PolicySize: ${MANAGED}`;
  if (kind) {
    const inline = list(properties.Policies).map((one) => sizeOf(object(one).PolicyDocument));
    return inlineProblem(
      kind,
      physicalId,
      inline.reduce((sum, one) => sum + one, 0),
    );
  }
  const problems = holdersOf({ type, properties }).map(([one, name]) =>
    inlineProblem(one.toLowerCase(), name, sizeOf(properties.PolicyDocument)),
  );
  return problems.find((one) => one !== undefined);
}

function inlineProblem(kind: string, name: string, size: number): string | undefined {
  const most = INLINE[kind] ?? Infinity;
  if (size <= most) return undefined;
  return `LimitExceeded: Maximum policy size of ${most} bytes exceeded for ${kind} ${name}`;
}

/** The characters of a document, white space between its elements not counted. */
function sizeOf(document: unknown): number {
  if (typeof document !== 'string') return document === undefined ? 0 : JSON.stringify(document).length;
  try {
    return JSON.stringify(JSON.parse(document)).length;
  } catch {
    // That it is not JSON is told by who reads it.
    return 0;
  }
}

/**
 * Of one role, user or group whose inline policies come from several resources, the last one that does not fit any more.
 * @param all the resources of an account, those of the stack at hand with them
 */
export function inlineTooLarge(
  all: readonly Pick<ResourceToPermit, 'type' | 'logicalId' | 'physicalId' | 'properties'>[],
): { readonly logicalId: string; readonly refused: string } | undefined {
  const sums = new Map<string, number>();
  const add = (kind: string, name: string, size: number): string | undefined => {
    const sum = (sums.get(`${kind} ${name}`) ?? 0) + size;
    sums.set(`${kind} ${name}`, sum);
    return inlineProblem(kind, name, sum);
  };
  for (const { type, physicalId, properties } of all) {
    const kind = /^AWS::IAM::(Role|User|Group)$/.exec(type)?.[1]?.toLowerCase();
    if (kind) for (const one of list(properties.Policies)) add(kind, physicalId, sizeOf(object(one).PolicyDocument));
  }
  for (const one of all) {
    const size = sizeOf(one.properties.PolicyDocument);
    for (const [kind, name] of holdersOf(one)) {
      const refused = add(kind.toLowerCase(), name, size);
      if (refused !== undefined) return { logicalId: one.logicalId, refused };
    }
  }
  return undefined;
}

/** Whom an inline policy that is a resource of its own belongs to. */
function holdersOf({
  type,
  properties,
}: Pick<ResourceToPermit, 'type' | 'properties'>): readonly (readonly [kind: string, name: string])[] {
  if (type === 'AWS::IAM::Policy')
    return ['Role', 'User', 'Group'].flatMap((one) =>
      list(properties[`${one}s`]).map((name) => [one, text(name)] as const),
    );
  const single = /^AWS::IAM::(Role|User|Group)Policy$/.exec(type)?.[1];
  return single ? [[single, text(properties[`${single}Name`])]] : [];
}
