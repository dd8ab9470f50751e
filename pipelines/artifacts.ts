import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { acknowledge } from '../lib/acknowledge';
import { artifactBucketName, artifactKeyAlias } from '../lib/delivery-project';
import { RECORDS_PREFIX } from './records-prefix';

/**
 * The artifact store. Each environment's builds may read it: granted to the account under a condition on the role's name, because naming a
 * role that does not exist yet makes a policy invalid, and on the first deployment none of them exists.
 */
export class Artifacts extends Construct {
  readonly bucket: Bucket;
  /** What the artifacts are encrypted with. */
  readonly key: Key;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    const key = (this.key = new Key(this, 'Key', {
      alias: artifactKeyAlias(configuration),
      description: `${configuration.project}: pipeline artifacts`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    }));
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: artifactBucketName(configuration),
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [
        { expiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(7) },
        // What is older counts for nothing: the builds that read it say so too.
        { prefix: `${RECORDS_PREFIX}/`, expiration: Duration.days(configuration.pipeline.recordDays + 1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'only the pipeline’s own roles reach it, and CodePipeline’s execution history names each artifact’s maker',
    });
    for (const [name, { account }] of Object.entries(configuration.environments)) {
      const conditions = {
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/${configuration.project}-${name}-*-build` },
      };
      this.bucket.addToResourcePolicy(
        new PolicyStatement({
          principals: [new AccountPrincipal(account)],
          actions: ['s3:GetObject', 's3:GetObjectVersion'],
          resources: [this.bucket.arnForObjects('*')],
          conditions,
        }),
      );
      key.addToResourcePolicy(
        new PolicyStatement({
          principals: [new AccountPrincipal(account)],
          actions: ['kms:Decrypt', 'kms:DescribeKey'],
          resources: ['*'],
          conditions,
        }),
      );
    }
  }
}
