import { isDeepStrictEqual } from 'node:util';
import { plainLine } from '../../model/plain-text';
import type { PermissionChange, ResourceChange } from '../../model/promotion.shape';

/** A template's resources, as far as they are compared. */
export interface TemplateLike {
  readonly Resources?: Readonly<
    Record<string, { readonly Type?: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
}

/** What changing a property does to a resource of a type. */
export type ReplacementOf = (type: string, property: string) => 'True' | 'False' | 'Conditional';

/** Types that say who may do or reach what. */
const SECURITY =
  /^AWS::(IAM::|EC2::SecurityGroup|EC2::NetworkAcl|S3::BucketPolicy|KMS::Key$|SecretsManager::ResourcePolicy|SNS::TopicPolicy|SQS::QueuePolicy|ECR::RepositoryPolicy|Lambda::Permission|WAFv2::)/;
/** Metadata of the CDK: no resource of anybody's. */
const IGNORED = 'AWS::CDK::Metadata';

/** Whether a resource of this type says who may do or reach what. */
export function isSecurity(type: string): boolean {
  return SECURITY.test(type);
}

/** The resources that differ between two templates, as they are written: references are compared as references. */
export function templateChanges(
  before: TemplateLike | undefined,
  after: TemplateLike,
  replacementOf: ReplacementOf,
): ResourceChange[] {
  const old = before?.Resources ?? {};
  const now = after.Resources ?? {};
  const ids = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return inOrder(
    ids.flatMap((logicalId): ResourceChange[] => {
      const was = old[logicalId];
      const is = now[logicalId];
      const type = is?.Type ?? was?.Type ?? '';
      if (type === IGNORED) return [];
      const base = { logicalId: plainLine(logicalId), type: plainLine(type), security: isSecurity(type) };
      if (!was) return [{ ...base, action: 'Add', properties: [] }];
      if (!is) return [{ ...base, action: 'Remove', properties: [] }];
      const properties = changedKeys(was.Properties ?? {}, is.Properties ?? {});
      if (properties.length === 0 && was.Type === is.Type) return [];
      const effects = properties.map((property) => replacementOf(type, property));
      const replacement =
        was.Type !== is.Type || effects.includes('True')
          ? 'True'
          : effects.includes('Conditional')
            ? 'Conditional'
            : 'False';
      return [{ ...base, action: 'Modify', replacement, properties: properties.map(plainLine) }];
    }),
  );
}

/** Replacements first, then what is removed, then what touches security, then the rest. */
export function inOrder(changes: readonly ResourceChange[]): ResourceChange[] {
  const rank = (change: ResourceChange): number => {
    if (change.replacement === 'True') return 0;
    if (change.replacement === 'Conditional') return 1;
    if (change.action === 'Remove') return 2;
    return change.security ? 3 : 4;
  };
  return [...changes].sort((a, b) => rank(a) - rank(b) || a.logicalId.localeCompare(b.logicalId));
}

/** The permissions that come and go between two templates: statements of policies, and managed policies. */
export function permissionChanges(
  stack: string,
  before: TemplateLike | undefined,
  after: TemplateLike,
): PermissionChange[] {
  const old = before?.Resources ?? {};
  const now = after.Resources ?? {};
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((logicalId) => {
    const was = new Set(statementsOf(old[logicalId]?.Properties));
    const is = new Set(statementsOf(now[logicalId]?.Properties));
    const change = (kind: 'added' | 'removed', statement: string): PermissionChange => ({
      change: kind,
      stack,
      logicalId: plainLine(logicalId),
      statement: plainLine(statement),
    });
    return [
      ...[...is].filter((one) => !was.has(one)).map((one) => change('added', one)),
      ...[...was].filter((one) => !is.has(one)).map((one) => change('removed', one)),
    ];
  });
}

function changedKeys(was: Readonly<Record<string, unknown>>, is: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((key) => !isDeepStrictEqual(was[key], is[key]));
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** Every policy statement in a resource's properties, in words, wherever its type keeps it. */
function statementsOf(properties: unknown): string[] {
  const found: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (Array.isArray(value)) {
      if (key === 'ManagedPolicyArns') found.push(...value.map((one) => `managed policy ${text(one)}`));
      value.forEach((one) => visit(one, key));
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const statements = (value as { Statement?: unknown }).Statement;
    if (Array.isArray(statements)) found.push(...statements.map((one) => statementText(one as Statement)));
    else for (const [name, inner] of Object.entries(value)) visit(inner, name);
  };
  visit(properties, '');
  return found;
}

function statementText(statement: Statement): string {
  const { Effect, Action, NotAction, Resource, Principal, Condition } = statement;
  return [
    Effect ?? 'Allow',
    NotAction === undefined ? text(Action) : `everything but ${text(NotAction)}`,
    ...(Resource === undefined ? [] : [`on ${text(Resource)}`]),
    ...(Principal === undefined ? [] : [`for ${principalText(Principal)}`]),
    ...(Condition === undefined ? [] : [`if ${conditionText(Condition)}`]),
  ].join(' ');
}

/** Accounts, roles and services say by themselves what they are; another kind of principal is named. */
function principalText(principal: unknown): string {
  return (
    objectEntries(principal)
      .map(([kind, value]) => (kind === 'AWS' || kind === 'Service' ? text(value) : `${kind} ${text(value)}`))
      .join(', ') || text(principal)
  );
}

/** Every key of every operator has to hold; one of a key's values is enough (IAM User Guide, "Conditions with multiple context keys or values"). */
function conditionText(condition: unknown): string {
  return (
    objectEntries(condition)
      .flatMap(([operator, keys]) =>
        objectEntries(keys).map(([key, value]) => `${key} ${operator} ${[value].flat().map(text).join(' or ')}`),
      )
      .join(' and ') || text(condition)
  );
}

function objectEntries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** A value of a template in few words: `Ref` and `Fn::GetAtt` by their names, another intrinsic function with its own. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(text).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, inner] = ['', '']] = Object.entries(value);
  if (key === 'Ref') return `\${${String(inner)}}`;
  if (key === 'Fn::GetAtt') return `\${${Array.isArray(inner) ? inner.join('.') : String(inner)}}`;
  if (key === 'Fn::Join' && Array.isArray(inner) && Array.isArray(inner[1]))
    return inner[1].map(text).join(String(inner[0]));
  if (key === 'Fn::Sub') return Array.isArray(inner) ? text(inner[0]) : String(inner);
  const [, name] = /^Fn::(\w+)$/.exec(key) ?? [];
  return name ? `\${${name} ${text(inner)}}` : JSON.stringify(value);
}
