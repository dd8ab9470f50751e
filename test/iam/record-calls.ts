import type { ServiceCall } from '../../engine/iam/calls/service-call';
import type { StackLedger } from '../../engine/ports/ledger';

/** Why a call of {@link recordCalls} has to be denied. */
export const ANOTHERS_RECORD = 'writes a record of another project';

/** What `buildspecs/scripts/passed.js` writes: each test's build and the synthesis its own record; and the same by who may everything, which has to be denied. */
export function recordCalls(ledger: Pick<StackLedger, 'resources'>): readonly ServiceCall[] {
  return ledger.resources('AWS::CodeBuild::Project').flatMap(({ properties, stack: { account, region } }) => {
    const name = String(properties.Name);
    const role = String(properties.ServiceRole);
    if (!/^saiondo-(\w+-test|synth)$/.test(name) || !role.startsWith(`arn:aws:iam::${account}:`)) return [];
    const put = (by: string, why: string): ServiceCall => ({
      ...{ by, why, action: 's3:PutObject' },
      resource: `arn:aws:s3:::saiondo-artifacts-${account}-${region}/passed/${name}/0123456789abcdef`,
      source: 'buildspecs/scripts/passed.js',
    });
    return [
      put(role, 'writes its record'),
      put(`arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`, ANOTHERS_RECORD),
    ];
  });
}
