import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathSegment } from '../../model/path-segment';
import { makePrivateFolder } from '../files/write-atomically';
import type { AwsRequest } from '../ports/aws-request';
import type { LocalEndpoint } from '../ports/local-aws';
import { getObject, putObject } from './s3-client';

/** The bucket that `cdk bootstrap` makes for file assets (aws-cdk-lib, DefaultStackSynthesizer): `cdk-QUALIFIER-assets-ACCOUNT-REGION`. */
const BUCKET = /^\/(cdk-[a-z0-9]{1,10}-assets-(\d{12})-([a-z0-9-]+))\/([^?]+)/;

/** Bytes of one asset that is kept. */
const MOST = 2 * 1024 ** 3;

/**
 * The file assets that a pipeline published: the local AWS endpoint forgets them when it ends, and a resumed run does not publish again what it
 * has published. Kept as files, by account, region, bucket and key.
 */
export class PublishedAssets {
  constructor(
    private readonly directory: string,
    private readonly endpoint: LocalEndpoint,
  ) {}

  private restoring = false;

  /** Told of each request that the endpoint has answered: keeps what was published by it. */
  async remember(request: AwsRequest): Promise<void> {
    const { service, method, url } = request;
    const [, bucket = '', account = '', region = '', key = ''] = BUCKET.exec(url) ?? [];
    const query = new URL(url, 'http://x').searchParams;
    const whole = method === 'PUT' ? !query.has('partNumber') : method === 'POST' && query.has('uploadId');
    if (this.restoring || service !== 's3' || !bucket || !whole) return;
    const file = path.join(
      this.directory,
      ...[account, region, bucket].map(pathSegment),
      encodeURIComponent(decodeURIComponent(key)),
    );
    makePrivateFolder(path.dirname(file));
    const at = { endpoint: this.endpoint, account, region, bucket };
    await getObject(at, decodeURIComponent(key), `${file}.new`, MOST);
    fs.renameSync(`${file}.new`, file);
  }

  /** Puts everything back. @param prepare makes the bucket */
  async restore(prepare: (account: string, region: string, bucket: string) => Promise<void>): Promise<void> {
    if (!fs.existsSync(this.directory)) return;
    this.restoring = true;
    try {
      for (const entry of fs.readdirSync(this.directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || entry.name.endsWith('.new')) continue;
        const file = path.join(entry.parentPath, entry.name);
        const [account = '', region = '', bucket = ''] = path.relative(this.directory, file).split(path.sep);
        await prepare(account, region, bucket);
        await putObject({ endpoint: this.endpoint, account, region, bucket }, decodeURIComponent(entry.name), file);
      }
    } finally {
      this.restoring = false;
    }
  }
}
