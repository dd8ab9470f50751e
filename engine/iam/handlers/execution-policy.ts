import { actionFacts } from '../actions/action-data';
import type { HandlerOperation } from './api-permissions';
import { handlerPermissions } from './handler-permissions';

/** A statement of an identity policy, as JSON. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** A policy document, as JSON. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** What an app says of its stacks, beyond the types of their resources. */
export interface ExecutionNeeds {
  /**
   * Actions that no resource of the app needs, though a handler lists them, each with the reason. With `changes` those that only read stay: the handler
   * of a type that the app uses reads what a resource has, whatever its properties are.
   */
  readonly leftOut: readonly (readonly [pattern: RegExp, reason: string, only?: 'changes'])[];
  /** Actions that are allowed on some resources only; the first pattern that covers an action counts. */
  readonly narrowed: readonly (readonly [sid: string, pattern: RegExp, resources: readonly string[]])[];
  /** What CloudFormation needs besides its handlers, and what is denied whatever is allowed. */
  readonly more: readonly PolicyStatement[];
}

/** Names of actions that change nothing. */
const READS = /:(Get|List|Describe)/;

/** Whether an app needs an action of a handler of its types. */
function isNeeded(action: string, { leftOut }: ExecutionNeeds): boolean {
  return !leftOut.some(([pattern, , only]) => pattern.test(action) && !(only === 'changes' && READS.test(action)));
}

const OPERATIONS: readonly HandlerOperation[] = ['create', 'read', 'update', 'delete'];

/**
 * What CloudFormation needs to make, read, change and delete resources of these types: what the types' handlers list, by service, without what AWS does not publish
 * and nobody can grant.
 */
export async function executionPolicy(types: readonly string[], needs: ExecutionNeeds): Promise<PolicyDocument> {
  const listed = types.flatMap((type) => OPERATIONS.flatMap((operation) => handlerPermissions(type, operation) ?? []));
  const wanted = [...new Set(listed)].filter((action) => isNeeded(action, needs));
  const published = await Promise.all(wanted.map(async (action) => ((await actionFacts(action)) ? [action] : [])));
  const groups = new Map<string, { readonly actions: string[]; readonly resources: string | readonly string[] }>();
  for (const action of published.flat().sort()) {
    const [sid, , resources] = needs.narrowed.find(([, pattern]) => pattern.test(action)) ?? [sidOf(action), '', '*'];
    const group = groups.get(sid) ?? { actions: [], resources };
    group.actions.push(action);
    groups.set(sid, group);
  }
  const allowed = [...groups].map(([Sid, { actions, resources }]): PolicyStatement => {
    return { Sid, Effect: 'Allow', Action: actions, Resource: resources };
  });
  return { Version: '2012-10-17', Statement: [...allowed, ...needs.more] };
}

/** `elastic-cache:…` → `ElasticCache`: a Sid has letters and digits only. */
function sidOf(action: string): string {
  const [service = ''] = action.split(':');
  return service.replace(/(^|[^a-z0-9])([a-z0-9])/gi, (_all, _before, letter: string) => letter.toUpperCase());
}

/** The characters that a managed policy may have, white space not counted (IAM User Guide, "IAM and AWS STS quotas"). */
export const MANAGED_POLICY = 6144;

/** A policy as several, each as large as a managed policy may be: a role has what all of them allow, and nothing that one denies. @throws Error where one statement is larger */
export function inParts({ Version, Statement }: PolicyDocument): readonly PolicyDocument[] {
  const parts: PolicyStatement[][] = [];
  const sizeOf = (statements: readonly PolicyStatement[]) => JSON.stringify({ Version, Statement: statements }).length;
  for (const statement of Statement) {
    if (sizeOf([statement]) > MANAGED_POLICY) throw new Error(`statement ${statement.Sid} does not fit into a policy`);
    const last = parts.at(-1);
    if (last && sizeOf([...last, statement]) <= MANAGED_POLICY) last.push(statement);
    else parts.push([statement]);
  }
  return parts.map((statements) => ({ Version, Statement: statements }));
}
