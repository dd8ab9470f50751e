import type { PermissionRecord } from '../../engine/iam/judgement/permission-record';

/** A run's judged calls for people: by role, what is denied first, with the statement that is missing. */
export function describePermissions(records: readonly PermissionRecord[]): readonly string[] {
  const roles = new Map<string, PermissionRecord[]>();
  for (const record of records) roles.set(record.role, [...(roles.get(record.role) ?? []), record]);
  return [...roles.values()].flatMap((own) => {
    const [{ construct, role }] = own as [PermissionRecord];
    const count = (result: PermissionRecord['result']) =>
      new Set(own.filter((one) => one.result === result).map(key)).size;
    const words = (['allowed', 'denied', 'warning', 'not known'] as const).map((one) => `${count(one)} ${one}`);
    return [
      `${construct === role ? role : `${construct} (${role})`}: ${words.filter((word) => !word.startsWith('0 ')).join(', ')}`,
      ...once(own.filter(({ result }) => result === 'denied' || result === 'warning')).flatMap((one) => [
        `  ${one.result}: ${one.action} on ${one.resource}, ${one.why} (${one.stage}/${one.pipelineAction})`,
        `    ${one.text}`,
        ...(one.remedy ? [`    ${one.remedy.text}`] : []),
        ...(one.remedy?.code ? [`    in CDK: ${one.remedy.code}`] : []),
      ]),
      ...once(own.filter(({ result }) => result === 'not known')).map(
        (one) => `  not known: ${one.action} on ${one.resource}: ${one.text}`,
      ),
    ];
  });
}

const key = ({ action, resource }: PermissionRecord): string => `${action} ${resource}`;

function once(records: readonly PermissionRecord[]): readonly PermissionRecord[] {
  return [...new Map(records.map((record) => [`${record.result} ${key(record)}`, record])).values()];
}
