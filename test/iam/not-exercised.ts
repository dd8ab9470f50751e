/** Statements of the shipped app that no call needs, by the resource's type, construct, place and actions, each with the reason why it is there. */
export const NOT_EXERCISED: readonly (readonly [statement: RegExp, reason: string])[] = [
  [
    /SelfMutationRoleDefaultPolicy\w+ \d: Allow (cloudformation:DescribeStacks|s3:ListBucket)$/,
    'CDK Pipelines grants it for a `cdk deploy` that may not assume the roles of the bootstrap; here it always assumes them',
  ],
  [
    /^KMS::Key (Dev|Prod)-Network\/\w+ 2: Allow kms:CreateGrant/,
    'aws-cdk-lib adds it for every secret with a key; the key’s first statement lets the account in already',
  ],
  [
    /^S3::BucketPolicy Prod-Services\/AccessLogs\w+ [23]: Allow (s3:PutObject|s3:GetBucketAcl)$/,
    'aws-cdk-lib adds it for network load balancers, whose logs another service delivers; this one is an application load balancer',
  ],
];
