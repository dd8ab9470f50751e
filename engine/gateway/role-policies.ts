import type { StackLedger } from '../ports/ledger';

/** A statement of a policy, as far as it is looked at. */
interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
}

/** Roles that `cdk bootstrap` makes and that builds may assume (aws-cdk-lib, DefaultStackSynthesizer). */
const BOOTSTRAP =
  /^arn:aws[a-z-]{0,12}:iam::\d{12}:role\/cdk-[a-z0-9]{1,10}-(deploy|file-publishing|image-publishing|lookup)-role-\d{12}-[a-z0-9-]{1,32}$/;
/** AWS's own policies that allow what is asked here. */
const ALLOWS_ALL = /:policy\/(AdministratorAccess|PowerUserAccess|AWSCloudFormationFullAccess)$/;

/** Whether a role is one that stacks here have, or one of a bootstrap. */
export function isKnownRole(ledger: StackLedger, roleArn: string): boolean {
  return BOOTSTRAP.test(roleArn) || roleOf(ledger, roleArn) !== undefined;
}

/**
 * Whether a role's own policies have a statement that allows an action on a resource. A first look, until permissions are judged: it reads no conditions,
 * no denials and no policies of the resource. A role that no stack here has allows nothing.
 * @param action `cloudformation:CreateStack`
 * @param resource an ARN; without it the statements' resources are not looked at
 */
export function allows(ledger: StackLedger, roleArn: string, action: string, resource?: string): boolean {
  const bootstrap = BOOTSTRAP.exec(roleArn)?.[1];
  if (bootstrap) return bootstrap === 'deploy' && action.startsWith('cloudformation:');
  const role = roleOf(ledger, roleArn);
  if (!role) return false;
  const arns = list(role.properties.ManagedPolicyArns).map(String);
  if (arns.some((arn) => ALLOWS_ALL.test(arn))) return true;
  const account = role.stack.account;
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy']
    .flatMap((type) => ledger.resources(type, account))
    .filter(
      ({ properties, physicalId }) =>
        [...list(properties.Roles), properties.RoleName].map(String).includes(role.physicalId) ||
        arns.includes(physicalId),
    )
    .map(({ properties }) => properties.PolicyDocument);
  const own = list(role.properties.Policies).map((one) => (one as { PolicyDocument?: unknown }).PolicyDocument);
  return [...own, ...attached]
    .flatMap((document) => list((document as { Statement?: unknown } | undefined)?.Statement) as Statement[])
    .some((statement) => matches(statement, action, resource));
}

function matches({ Effect, Action, NotAction, Resource }: Statement, action: string, resource?: string): boolean {
  if (Effect !== 'Allow') return false;
  const named = (patterns: unknown): boolean =>
    list(patterns).some((one) => like(String(one).toLowerCase(), action.toLowerCase()));
  if (Action === undefined ? NotAction === undefined || named(NotAction) : !named(Action)) return false;
  return resource === undefined || Resource === undefined || list(Resource).some((one) => like(String(one), resource));
}

/** IAM's wildcards, `*` and `?`, in time that grows with both lengths at most multiplied. */
function like(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let mark = 0;
  while (from < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      mark = from;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++mark;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

function roleOf(ledger: StackLedger, roleArn: string) {
  const [, account, path = ''] = /^arn:[^:]*:iam::(\d{12}):role\/(.+)$/.exec(roleArn) ?? [];
  const name = path.split('/').at(-1);
  return account === undefined
    ? undefined
    : ledger.resources('AWS::IAM::Role', account).find((role) => role.physicalId === name);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
