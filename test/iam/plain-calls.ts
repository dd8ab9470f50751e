import type { ServiceCall } from '../../engine/iam/calls/service-call';
import type { StackLedger } from '../../engine/ports/ledger';

/** A call over plain HTTP to every bucket and topic that has a policy, by who may everything: it has to be denied. */
export function plainCalls(ledger: Pick<StackLedger, 'resources'>): readonly ServiceCall[] {
  const call = (account: string, region: string, action: string, resource: string): ServiceCall => ({
    by: `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`,
    action,
    resource,
    context: { 'aws:SecureTransport': 'false' },
    why: 'over plain HTTP',
    source: 'IAM User Guide, "aws:SecureTransport"',
  });
  const buckets = ledger
    .resources('AWS::S3::BucketPolicy')
    .filter(({ stack }) => stack.stackName !== 'CDKToolkit')
    .map(({ properties, stack: { account, region } }) =>
      call(account, region, 's3:GetObject', `arn:aws:s3:::${String(properties.Bucket)}/one`),
    );
  const topics = ledger
    .resources('AWS::SNS::TopicPolicy')
    .flatMap(({ properties, stack: { account, region } }) =>
      (properties.Topics as string[]).map((topic) => call(account, region, 'sns:Publish', topic)),
    );
  return [...buckets, ...topics];
}
