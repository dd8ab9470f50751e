import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { SaiondoError } from '../../model/errors';
import type { Provisioned, ProvisionRequest } from '../ports/provisioner';
import { unzip } from '../files/artifact-zip';
import { compileWildcard } from '../text/file-glob';
import { temporaryFolder } from '../host/temporary-folder';

interface BucketDeployment {
  readonly SourceBucketNames?: readonly string[];
  readonly SourceObjectKeys?: readonly string[];
  /** Placeholders of each source, and what they are replaced by. */
  readonly SourceMarkers?: readonly Readonly<Record<string, string>>[];
  readonly DestinationBucketName?: string;
  readonly DestinationBucketKeyPrefix?: string;
  readonly Extract?: boolean | string;
  readonly Prune?: boolean | string;
  readonly Exclude?: readonly string[];
  readonly Include?: readonly string[];
  readonly SystemMetadata?: Readonly<Record<string, string>>;
  readonly UserMetadata?: Readonly<Record<string, string>>;
  readonly DistributionId?: string;
  readonly OutputObjectKeys?: boolean | string;
}

/** Content types by extension, as the function's `aws s3 sync` guesses them; anything else is binary. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
};

/**
 * The CDK's BucketDeployment (aws-cdk-lib/aws-s3-deployment): the sources' files into the destination bucket, their markers replaced; with
 * `Prune` what is no longer there goes. CloudFront is only recorded, so nothing is invalidated.
 * @throws SaiondoError `OBJECT_MISSING` where a source was not published
 */
export async function deployToBucket(
  request: ProvisionRequest,
  clientOf: (at: { account: string; region: string }) => Promise<S3Client>,
): Promise<Provisioned> {
  const properties = request.properties as BucketDeployment;
  const {
    SourceBucketNames: buckets = [],
    SourceObjectKeys: keys = [],
    DestinationBucketName: bucket = '',
  } = properties;
  const prefix = properties.DestinationBucketKeyPrefix ?? '';
  const client = await clientOf(request);
  const work = temporaryFolder('deployment');
  try {
    const content = path.join(work, 'content');
    fs.mkdirSync(content);
    for (const [i, key] of keys.entries()) {
      const archive = path.join(work, `source-${i}.zip`);
      await download(client, buckets[i] ?? '', key, archive);
      const source = path.join(work, `source-${i}`);
      fs.mkdirSync(source);
      if (String(properties.Extract) === 'false') fs.renameSync(archive, path.join(source, path.basename(key)));
      else await unzip(archive, source);
      await fillMarkers(source, properties.SourceMarkers?.[i] ?? {});
      fs.cpSync(source, content, { recursive: true, verbatimSymlinks: true });
    }
    const files = chosen(filesIn(content), properties);
    await upload(client, bucket, prefix, content, files, properties);
    if (String(properties.Prune) !== 'false') await prune(client, bucket, prefix, files, properties);
    return {
      standing: 'real',
      attributes: { DestinationBucketArn: `arn:aws:s3:::${bucket}`, SourceObjectKeys: keys },
      detail: `${files.length} files to s3://${bucket}/${prefix}`,
    };
  } finally {
    client.destroy();
    fs.rmSync(work, { recursive: true, force: true });
  }
}

async function download(client: S3Client, Bucket: string, Key: string, file: string): Promise<void> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const found = await client.send(new GetObjectCommand({ Bucket, Key })).catch((cause: unknown) => {
    throw new SaiondoError(
      `the source s3://${Bucket}/${Key} cannot be read: ${cause instanceof Error ? cause.message : ''}`,
      {
        code: 'OBJECT_MISSING',
        next: 'the pipeline publishes it in its Assets stage: run that first',
        cause,
      },
    );
  });
  await pipeline(found.Body as Readable, fs.createWriteStream(file, { mode: 0o600 }));
}

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** `--exclude` first, then `--include`, as `aws s3 sync` reads them: the later wins. */
function chosen(files: readonly string[], { Exclude = [], Include = [] }: BucketDeployment): string[] {
  const [excluded, included] = [Exclude, Include].map((patterns) => {
    const tests = patterns.map((pattern) => compileWildcard(pattern, true));
    return (file: string): boolean => tests.some((test) => test(file));
  });
  return files.filter((file) => !excluded?.(file) || included?.(file));
}

async function fillMarkers(folder: string, markers: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(markers);
  if (entries.length === 0) return;
  for (const file of filesIn(folder)) {
    const at = path.join(folder, file);
    const bytes = await fs.promises.readFile(at);
    if (!entries.some(([marker]) => bytes.includes(marker))) continue;
    const filled = entries.reduce(
      (all, [marker, value]) => all.replaceAll(marker, () => String(value)),
      bytes.toString('utf8'),
    );
    await fs.promises.writeFile(at, filled);
  }
}

async function upload(
  client: S3Client,
  Bucket: string,
  prefix: string,
  folder: string,
  files: readonly string[],
  { SystemMetadata = {}, UserMetadata = {} }: BucketDeployment,
): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  for (const file of files) {
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: path.posix.join(prefix, file),
        Body: await fs.promises.readFile(path.join(folder, file)),
        ContentType: SystemMetadata['content-type'] ?? CONTENT_TYPES[path.extname(file)] ?? 'binary/octet-stream',
        ...(SystemMetadata['cache-control'] ? { CacheControl: SystemMetadata['cache-control'] } : {}),
        Metadata: { ...UserMetadata },
      }),
    );
  }
}

async function prune(
  client: S3Client,
  Bucket: string,
  prefix: string,
  files: readonly string[],
  properties: BucketDeployment,
): Promise<void> {
  const { DeleteObjectCommand, paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
  const kept = new Set(files.map((file) => path.posix.join(prefix, file)));
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
    for (const { Key = '' } of page.Contents ?? []) {
      const file = path.posix.relative(prefix, Key);
      if (!kept.has(Key) && chosen([file], properties).length > 0)
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
    }
  }
}
