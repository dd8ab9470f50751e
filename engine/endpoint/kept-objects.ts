import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathSegment } from '../../model/path-segment';
import { makePrivateFolder } from '../files/write-atomically';
import type { AwsRequest } from '../ports/aws-request';
import type { LocalEndpoint } from '../ports/local-aws';
import { getObject, hasObject, putObject } from './s3-client';

/** The bucket that `cdk bootstrap` makes for file assets (aws-cdk-lib, DefaultStackSynthesizer): `cdk-QUALIFIER-assets-ACCOUNT-REGION`. */
const ASSETS = /^cdk-[a-z0-9]{1,10}-assets-(\d{12})-([a-z0-9-]+)$/;

/** Bytes of one object that is kept. */
const MOST = 2 * 1024 ** 3;

/** Characters of one segment of a kept object's path: file systems take 255 bytes. */
const SEGMENT = 200;

/** A bucket of an account and region. */
export interface Bucket {
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
}

/** Objects that a deployed bucket's lifecycle rule names by their prefix, and how long they live. */
export interface KeptPrefix extends Bucket {
  readonly prefix: string;
  readonly days: number;
}

/**
 * The objects that outlive a rehearsal, as they outlive an execution in AWS: the local AWS endpoint forgets them when it ends. The file assets that a
 * pipeline published, for a resumed run does not publish again what it has published; and what a deployed bucket keeps under a prefix until its
 * lifecycle rule expires it. Kept as files, by account, region, bucket and key; a file is there as a whole or not at all.
 */
export class KeptObjects {
  private readonly running = new Set<Promise<void>>();
  private restoring = false;

  /** @param prefixes what is deployed now */
  constructor(
    private readonly directory: string,
    private readonly endpoint: LocalEndpoint,
    private readonly prefixes: () => readonly KeptPrefix[],
  ) {}

  /** Told of each request that the endpoint has answered: keeps what was put by it, and forgets what was deleted. */
  remember(request: AwsRequest): Promise<void> {
    const work = this.follow(request);
    this.running.add(work);
    const done = (): void => void this.running.delete(work);
    work.then(done, done);
    return work;
  }

  /** When everything that was put so far is on disk. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  /** Puts everything back but what has expired. @param prepare makes the bucket */
  async restore(prepare: (bucket: Bucket) => Promise<void>, now = Date.now()): Promise<void> {
    this.restoring = true;
    try {
      for (const { at, key, file } of this.files()) {
        const days = this.daysOf(at, key);
        const expired = days === undefined || fs.statSync(file).mtimeMs + days * 86_400_000 < now;
        if (expired || file.endsWith('.new')) {
          fs.rmSync(file, { force: true });
          continue;
        }
        await prepare(at);
        await putObject({ endpoint: this.endpoint, ...at }, key, file);
      }
    } finally {
      this.restoring = false;
    }
  }

  private async follow({ service, method, url, account, region }: AwsRequest): Promise<void> {
    if (this.restoring || service !== 's3') return;
    const { pathname, searchParams: query } = new URL(url, 'http://x');
    const [, bucket = '', ...segments] = pathname.split('/');
    const [, owner = account, home = region] = ASSETS.exec(bucket) ?? [];
    const at = { account: owner, region: home, bucket };
    const key = decodeURIComponent(segments.join('/'));
    if (method === 'POST' && query.has('delete')) return this.forgetDeleted(at);
    if (key === '' || this.daysOf(at, key) === undefined) return;
    if (method === 'DELETE' && !query.has('uploadId') && !query.has('tagging'))
      return fs.rmSync(this.fileOf(at, key), { force: true });
    const whole = method === 'PUT' ? !query.has('partNumber') : method === 'POST' && query.has('uploadId');
    if (whole) await this.keep(at, key);
  }

  private async keep(at: Bucket, key: string): Promise<void> {
    const file = this.fileOf(at, key);
    const next = `${file}.${randomUUID()}.new`;
    makePrivateFolder(path.dirname(file));
    try {
      await getObject({ endpoint: this.endpoint, ...at }, key, next, MOST);
      fs.renameSync(next, file);
    } finally {
      fs.rmSync(next, { force: true });
    }
  }

  /** After a request that deleted several objects: what is not in the bucket any more is not kept. */
  private async forgetDeleted(bucket: Bucket): Promise<void> {
    for (const { at, key, file } of this.files())
      if (at.bucket === bucket.bucket && !(await hasObject({ endpoint: this.endpoint, ...at }, key)))
        fs.rmSync(file, { force: true });
  }

  /** How long an object is kept: for ever where it is an asset, undefined where it is not kept. */
  private daysOf(at: Bucket, key: string): number | undefined {
    if (ASSETS.test(at.bucket)) return Infinity;
    const days = this.prefixes()
      .filter((one) => one.bucket === at.bucket && one.account === at.account && one.region === at.region)
      .flatMap((one) => (key.startsWith(one.prefix) ? [one.days] : []));
    return days.length > 0 ? Math.min(...days) : undefined;
  }

  /** A key may be longer than a name of a file: then it is folders, whose names end in `+`, which no encoded key has. */
  private fileOf({ account, region, bucket }: Bucket, key: string): string {
    const encoded = encodeURIComponent(key).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
    const segments: string[] = [];
    for (let at = 0; at < encoded.length; at += SEGMENT)
      segments.push(encoded.slice(at, at + SEGMENT) + (at + SEGMENT < encoded.length ? '+' : ''));
    return path.join(this.directory, ...[account, region, bucket].map(pathSegment), ...segments);
  }

  private *files(): Iterable<{ readonly at: Bucket; readonly key: string; readonly file: string }> {
    if (!fs.existsSync(this.directory)) return;
    for (const entry of fs.readdirSync(this.directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const [account = '', region = '', bucket = '', ...rest] = path.relative(this.directory, file).split(path.sep);
      const key = decodeURIComponent(rest.map((segment) => segment.replace(/\+$/, '')).join(''));
      yield { at: { account, region, bucket }, key, file };
    }
  }
}
