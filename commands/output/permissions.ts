import type { PermissionRecord } from '../../model/permission-record';
import { byRole, RESULTS } from '../../views/permissions';

/** A run's judged calls for people: by role, what is denied first, with the statement that is missing. */
export function describePermissions(records: readonly PermissionRecord[]): readonly string[] {
  return byRole(records).flatMap(({ construct, role, counts, calls }) => [
    `${construct === role ? role : `${construct} (${role})`}: ${RESULTS.filter((one) => counts[one] > 0)
      .map((one) => `${counts[one]} ${one}`)
      .join(', ')}`,
    ...calls.flatMap((one) => {
      if (one.result === 'allowed') return [];
      if (one.result === 'not known') return [`  not known: ${one.action} on ${one.resource}: ${one.text}`];
      return [
        `  ${one.result}: ${one.action} on ${one.resource}, ${one.why} (${one.stage}/${one.pipelineAction})`,
        `    ${one.text}`,
        ...(one.remedy ? [`    ${one.remedy.text}`] : []),
        ...(one.remedy?.code ? [`    in CDK: ${one.remedy.code}`] : []),
      ];
    }),
  ]);
}
