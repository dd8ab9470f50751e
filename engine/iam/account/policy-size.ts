import type { ResourceToPermit } from '../../ports/resource-permission';
import { list, object, text } from './json';

/** What one role, user or group may hold inline, altogether (IAM User Guide, "IAM and AWS STS quotas"). */
const INLINE: Readonly<Record<string, number>> = { role: 10_240, user: 2048, group: 5120 };
const MANAGED = 6144;
/** The quota of a trust policy that nobody has raised. */
const TRUST = 2048;

/**
 * Why IAM refuses policies for their size: characters without white space (IAM User Guide, "IAM and AWS STS quotas"; the texts are IAM's answers to CreatePolicy, CreateRole and
 * PutRolePolicy, LimitExceeded). Inline policies of one role that come from several resources are not added up.
 * @returns undefined: each fits
 */
export function tooLarge({ type, physicalId, properties }: ResourceToPermit): string | undefined {
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
  const single = /^AWS::IAM::(Role|User|Group)Policy$/.exec(type)?.[1];
  const holders =
    type === 'AWS::IAM::Policy'
      ? ['Role', 'User', 'Group'].flatMap((one) => list(properties[`${one}s`]).map((name) => [one, name] as const))
      : single
        ? [[single, properties[`${single}Name`]] as const]
        : [];
  const problems = holders.map(([one, name]) =>
    inlineProblem(one.toLowerCase(), text(name), sizeOf(properties.PolicyDocument)),
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
