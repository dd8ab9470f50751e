import type { ServiceCall } from './service-call';

/** Where a pipeline keeps its artifacts, in one region. */
export interface ArtifactStore {
  readonly bucket: string;
  /** The key's ARN; undefined where it is the account's own of S3, which asks no policy of the app. */
  readonly key?: string;
}

/** The object that an artifact is. */
export const artifactArn = ({ bucket }: ArtifactStore, name: string): string =>
  `arn:aws:s3:::${bucket}/${name.slice(0, 10)}/artifact`;

/** The calls that write or read an artifact in the store. */
export function artifactCalls(
  by: string,
  store: ArtifactStore,
  reads: readonly string[],
  writes: readonly string[],
  source: string,
): readonly ServiceCall[] {
  if (store.bucket === '') return [];
  const region = store.key?.split(':')[3] ?? '';
  const context = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
  const object = (name: string) => artifactArn(store, name);
  return [
    ...reads.flatMap((name): ServiceCall[] => [
      { by, action: 's3:GetObject', resource: object(name), why: `to read the artifact ${name}`, source },
      {
        by,
        action: 's3:GetObjectVersion',
        resource: object(name),
        why: `to read the artifact ${name}`,
        source,
        optional: 'asked for where the bucket keeps versions',
      },
      ...(store.key
        ? [
            {
              by,
              action: 'kms:Decrypt',
              resource: store.key,
              context,
              content: object(name),
              why: `to decrypt the artifact ${name}`,
              source,
            },
          ]
        : []),
    ]),
    ...writes.flatMap((name): ServiceCall[] => [
      {
        by,
        action: 's3:PutObject',
        resource: object(name),
        // The policy of a bucket that the console makes refuses every upload that is not encrypted so (CodePipeline User Guide, "Configure server-side encryption").
        context: {
          's3:x-amz-server-side-encryption': 'aws:kms',
          ...(store.key ? { 's3:x-amz-server-side-encryption-aws-kms-key-id': store.key } : {}),
        },
        why: `to write the artifact ${name}`,
        source,
      },
      ...(store.key
        ? [
            {
              by,
              action: 'kms:GenerateDataKey',
              resource: store.key,
              context,
              content: object(name),
              why: `to encrypt the artifact ${name}`,
              source,
            },
          ]
        : []),
    ]),
  ];
}
