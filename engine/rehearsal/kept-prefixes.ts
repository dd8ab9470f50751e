import type { DiskLedger } from '../cloudformation/ledger';
import type { KeptPrefix } from '../endpoint/kept-objects';

interface LifecycleRule {
  readonly Status?: unknown;
  readonly Prefix?: unknown;
  readonly ExpirationInDays?: unknown;
}

/**
 * What deployed buckets keep under a prefix for a number of days (CloudFormation Template Reference, AWS::S3::Bucket Rule). A rule for the whole bucket
 * says only when to clean up, so it is not among them: a bucket's other objects are of one rehearsal.
 */
export function keptPrefixes(ledger: Pick<DiskLedger, 'resources'>): KeptPrefix[] {
  return ledger.resources('AWS::S3::Bucket').flatMap(({ physicalId: bucket, properties, stack }) => {
    const { Rules: rules } = (properties.LifecycleConfiguration ?? {}) as { readonly Rules?: unknown };
    return (Array.isArray(rules) ? (rules as LifecycleRule[]) : []).flatMap(({ Status, Prefix, ExpirationInDays }) =>
      Status === 'Enabled' && typeof Prefix === 'string' && Prefix !== '' && Number(ExpirationInDays) > 0
        ? [{ account: stack.account, region: stack.region, bucket, prefix: Prefix, days: Number(ExpirationInDays) }]
        : [],
    );
  });
}
