import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Credentials } from '../../engine/gateway/credentials';
import { ANY_ACCOUNT } from '../../engine/api/protocol/service';
import { writeAtomically } from '../../engine/files/write-atomically';
import type { Layout } from '../../model/layout';

/** The pipeline's account and region. */
interface Home {
  readonly account: string;
  readonly region: string;
}

/**
 * Writes the person's credentials as the AWS CLI, boto3 and the SDK read them (AWS CLI User Guide, "Configuration and credential file settings"): the profile
 * `saiondo` in the pipeline's account, and `saiondo-ACCOUNT` in every account that has a stack here. Each names the rehearsal's address.
 * @param home undefined: no pipeline is known yet; the credentials then name no account and see all
 */
export function writeAwsConfig(
  file: string,
  layout: Layout,
  credentials: Credentials,
  endpoint: string,
  home?: Home,
): void {
  const ledger = new DiskLedger(layout);
  const pipeline = ledger.resources('AWS::CodePipeline::Pipeline')[0]?.stack;
  const first = home ?? pipeline ?? { account: ANY_ACCOUNT, region: 'us-east-1' };
  const places = new Map<string, Home>([['saiondo', first]]);
  for (const { account, region } of [first, ...ledger.list()])
    if (account !== ANY_ACCOUNT && !places.has(`saiondo-${account}`))
      places.set(`saiondo-${account}`, { account, region });
  const profiles = [...places].map(([name, { account, region }]) => {
    const { accessKeyId, secretAccessKey } = credentials.person(account);
    return [
      `[profile ${name}]`,
      `endpoint_url = ${endpoint}`,
      `region = ${region}`,
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      // Buckets here have no names of their own in DNS.
      's3 =',
      '  addressing_style = path',
      '',
    ].join('\n');
  });
  writeAtomically(
    file,
    `# The rehearsal at ${endpoint} made this for its person. It ends with the rehearsal.\n${profiles.join('\n')}`,
  );
}
