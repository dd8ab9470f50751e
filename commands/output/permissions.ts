import type { PermissionRecord } from '../../model/permission-record';
import { countsInWords, nameOfRole, type RolePermissions } from '../../views/permissions';

/** A run's judged calls for people: by role, what is denied first, with the statement that is missing, and what no call exercised. */
export function describePermissions(roles: readonly RolePermissions[]): readonly string[] {
  return roles.flatMap((one) => [
    `${nameOfRole(one)}: ${countsInWords(one)}`,
    ...one.calls.filter(({ result }) => result !== 'allowed').flatMap(callLines),
    ...usedLine(one),
    ...one.usedInPart.map(
      ({ entry, statement, policy, usedFor }) =>
        `  used in part: ${entry} (${statement} of ${policy}), for ${usedFor.join(', ')}`,
    ),
    ...one.neverUsed.map(
      ({ actions, resources, statement, policy, whole }) =>
        `  never used: ${whole ? '' : 'of it '}${actions.join(', ')} on ${resources.join(', ')} (${statement} of ${policy})`,
    ),
    ...one.unread.map((reason) => `  not known: what it may by ${reason}`),
  ]);
}

function callLines(one: PermissionRecord): readonly string[] {
  if (one.result === 'not known') return [`  not known: ${one.action} on ${one.resource}: ${one.text}`];
  return [
    `  ${one.result}: ${one.action} on ${one.resource}, ${one.why} (${one.stage}/${one.pipelineAction})`,
    `    ${one.text}`,
    ...(one.remedy ? [`    ${one.remedy.text}`] : []),
    ...(one.remedy?.code ? [`    in CDK: ${one.remedy.code}`] : []),
  ];
}

/** What was allowed and used, an action once: on its resource, or on how many. */
function usedLine({ calls }: RolePermissions): readonly string[] {
  const resources = new Map<string, string[]>();
  for (const { result, action, resource } of calls)
    if (result === 'allowed') resources.set(action, [...(resources.get(action) ?? []), resource]);
  if (resources.size === 0) return [];
  const words = [...resources].map(([action, on]) => {
    const [only = '*', ...more] = on;
    return more.length > 0 ? `${action} on ${on.length} resources` : only === '*' ? action : `${action} on ${only}`;
  });
  return [`  allowed and used: ${words.join(', ')}`];
}
