import { all, any, negate, unknown, type Truth } from '../conditions/truth';
import { holds } from '../conditions/condition';
import { matches, matchesResource, patternOf } from '../policy/pattern';
import { expand, type ReadKey } from '../policy/variables';
import type { Policy, Statement } from '../policy/policy';
import { leftOut, namedBy, type Naming } from './principal';
import { reader, type AccessRequest } from './request';

/** Whether a statement is about a request, and how it names the caller. */
export interface StatementMatch {
  readonly applies: Truth;
  /** Of a policy with principals; `direct` for every other. */
  readonly naming: Naming;
}

/**
 * Whether a statement is about a request: action, resource, principal and every condition (IAM User Guide, "IAM JSON policy elements reference").
 * @param hasBoundary whether the caller has a permissions boundary, which decides about NotPrincipal
 */
export function matchStatement(
  policy: Policy,
  statement: Statement,
  request: AccessRequest,
  hasBoundary: boolean,
): StatementMatch {
  const read = reader(request.context);
  const variables = policy.version === '2012-10-17';
  const naming = statement.principal ? namedBy(statement.principal, request.caller) : 'direct';
  if (naming === undefined) return { applies: false, naming: 'direct' };
  const applies = all([
    actionMatches(statement, request.action),
    notPrincipalMatches(statement, request, hasBoundary),
    resourceMatches(statement, request.resource, read, variables),
    ...statement.conditions.map((condition) => holds(condition, read, variables)),
  ]);
  return { applies, naming };
}

/** Names of actions are compared without regard to case. */
export function actionMatches({ action, notAction }: Pick<Statement, 'action' | 'notAction'>, asked: string): boolean {
  const matched = (patterns: readonly string[]) =>
    patterns.some((pattern) => matches(patternOf(pattern.toLowerCase()), asked.toLowerCase()));
  return action ? matched(action) : notAction ? !matched(notAction) : false;
}

function notPrincipalMatches({ notPrincipal }: Statement, request: AccessRequest, hasBoundary: boolean): Truth {
  if (!notPrincipal) return true;
  const out = leftOut(notPrincipal, request.caller, hasBoundary);
  return out === 'unclear'
    ? unknown('NotPrincipal names the caller without its account, its role and its session: AWS might deny it')
    : !out;
}

function resourceMatches(
  { resource, notResource }: Statement,
  asked: string,
  read: ReadKey,
  variables: boolean,
): Truth {
  const one = (text: string): Truth => {
    const expanded = expand(text, read, variables, true);
    if ('unknown' in expanded) return unknown(expanded.unknown);
    if ('null' in expanded) return false;
    const found = matchesResource(expanded.pattern, asked);
    return found === 'unclear'
      ? unknown(`whether "${text}" covers ${asked}: a * inside a part would run over a colon`)
      : found;
  };
  if (resource) return any(resource.map(one));
  // A policy of a resource may leave Resource out: it is about the resource that it is attached to (ECR's is written so).
  return notResource ? negate(any(notResource.map(one))) : true;
}
