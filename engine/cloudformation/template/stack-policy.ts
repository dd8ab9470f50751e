import { compileWildcard } from '../../text/file-glob';

/** A stack policy (CloudFormation User Guide, "Prevent updates to stack resources"). */
export interface StackPolicy {
  readonly Statement?: readonly PolicyStatement[] | PolicyStatement;
}

interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What an update does to a resource, in a policy's words. */
export type UpdateAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

/**
 * Whether a policy lets an update touch a resource. A stack without a policy allows everything; with one, what no statement allows is denied,
 * and a deny wins.
 * @returns undefined where it is allowed, else why not, in CloudFormation's words
 */
export function policyDenial(
  policy: StackPolicy | undefined,
  action: UpdateAction,
  resource: { readonly logicalId: string; readonly type: string },
): string | undefined {
  if (!policy?.Statement) return undefined;
  const statements = [policy.Statement].flat() as readonly PolicyStatement[];
  const applies = statements.map((statement) => matches(statement, action, resource));
  const at = `[${action}] for resource [LogicalResourceId/${resource.logicalId}]`;
  const denying = statements.findIndex((statement, i) => applies[i] && statement.Effect === 'Deny');
  if (denying >= 0) return `Action denied by stack policy: Statement [#${denying + 1}] does not allow ${at};`;
  if (statements.some((statement, i) => applies[i] && statement.Effect === 'Allow')) return undefined;
  return `Action not allowed by stack policy: no statement allows ${at};`;
}

function matches(
  statement: PolicyStatement,
  action: UpdateAction,
  resource: { readonly logicalId: string; readonly type: string },
): boolean {
  const id = `LogicalResourceId/${resource.logicalId}`;
  const acts =
    statement.Action !== undefined ? like(statement.Action, action) : !like(statement.NotAction ?? [], action);
  const concerns =
    statement.Resource !== undefined ? like(statement.Resource, id) : !like(statement.NotResource ?? [], id);
  const conditions = Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      if (key !== 'ResourceType') return false;
      return operator === 'StringLike'
        ? like(values, resource.type)
        : operator === 'StringEquals' && [values].flat().includes(resource.type);
    }),
  );
  return acts && concerns && conditions;
}

function like(patterns: string | readonly string[], text: string): boolean {
  return ([patterns].flat() as string[]).some((pattern) => compileWildcard(pattern)(text));
}
