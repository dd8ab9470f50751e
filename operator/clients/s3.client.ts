import type {
  GetBucketPolicyCommandInput,
  GetBucketPolicyCommandOutput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of Amazon S3 that the operator calls, by their API names. */
export function s3Calls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-s3'),
    (sdk) => new sdk.S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined }),
  );
  return {
    getBucketPolicy: (input: GetBucketPolicyCommandInput): Promise<GetBucketPolicyCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetBucketPolicyCommand(input))),
    getObject: (input: GetObjectCommandInput): Promise<GetObjectCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetObjectCommand(input))),
  };
}
