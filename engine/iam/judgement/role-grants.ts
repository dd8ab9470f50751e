import type { ExercisedStatement, GrantedStatement, RoleGrants } from '../../../model/permission-record';
import type { AccountPolicies, KnownRole } from '../account/account-policies';
import { actionMatches } from '../decision/statement-match';
import { statementName, type Statement } from '../policy/policy';
import type { Judged } from './judge';

/** What every role that is deployed here may by its own policies. Denials, boundaries and policies of resources are not among it: they grant the role nothing of its own. */
export function grantsOf(policies: AccountPolicies): readonly RoleGrants[] {
  return policies.everyRole().map(({ arn, construct, identity, unread }) => ({
    role: arn,
    construct,
    statements: identity.flatMap(({ name, policy }) =>
      policy.statements.filter(({ effect }) => effect === 'Allow').map((one) => granted(name, one)),
    ),
    unread: unread.filter(({ kind }) => kind === 'identity').map(({ name, reason }) => `${name}: ${reason}`),
  }));
}

function granted(policy: string, statement: Statement): GrantedStatement {
  const { index, resource, notResource = [] } = statement;
  return {
    policy,
    index,
    statement: statementName(statement),
    actions: entriesOf(statement),
    resources: resource ?? [`everything but ${notResource.join(', ')}`],
  };
}

/** The entries of a statement's actions; a `NotAction` is one. */
function entriesOf({ action, notAction = [] }: Statement): readonly string[] {
  return action ?? [`everything but ${notAction.join(', ')}`];
}

/**
 * The statements of a role's own policies that a call exercised: those that allow it. A call whose resource or condition is not known exercised perhaps each that names its
 * action.
 */
export function exercisedBy({ call, decision }: Judged, role: KnownRole | undefined): readonly ExercisedStatement[] {
  if (role === undefined || decision.result === 'denied') return [];
  const found =
    decision.result === 'allowed'
      ? decision.by.filter(({ kind }) => kind === 'identity').map(({ policy, statement }) => ({ policy, statement }))
      : role.identity.flatMap((policy) =>
          policy.policy.statements
            .filter((one) => one.effect === 'Allow' && actionMatches(one, call.action))
            .map((statement) => ({ policy, statement })),
        );
  return found.map(({ policy, statement }) => ({
    policy: policy.name,
    index: statement.index,
    actions: statement.action
      ? statement.action.filter((one) => actionMatches({ action: [one] }, call.action))
      : entriesOf(statement),
  }));
}
