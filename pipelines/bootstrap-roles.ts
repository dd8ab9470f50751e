/** The part of the bootstrap stack's names that is the same for all who did not choose another (CDK Developer Guide, "Bootstrapping"). */
const QUALIFIER = 'hnb659fds';

/** The ARN of one of the roles that `cdk bootstrap` makes in an account and region. */
export function bootstrapRoleArn(
  role: 'deploy' | 'file-publishing' | 'image-publishing' | 'lookup',
  account: string,
  region: string,
): string {
  return `arn:aws:iam::${account}:role/cdk-${QUALIFIER}-${role}-role-${account}-${region}`;
}

/** The ARN of the bucket that `cdk bootstrap` makes for file assets. */
export function bootstrapBucketArn(account: string, region: string): string {
  return `arn:aws:s3:::cdk-${QUALIFIER}-assets-${account}-${region}`;
}
