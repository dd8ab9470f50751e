import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathSegment } from '../../model/path-segment';
import { makePrivateFolder } from '../files/write-atomically';
import type { AwsRequest, AwsResponse } from '../ports/aws-request';
import type { LocalEndpoint } from '../ports/local-aws';
import { objectAnswer } from './object-answer';
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

/** An object on disk. */
interface KeptObject {
  readonly at: Bucket;
  readonly key: string;
  readonly file: string;
}

/** Never passed on to what stands behind the gateway. */
const MARK = 'x-saiondo-own';

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
  /** Tells the engine's own requests, by which an object comes back: they are not followed. */
  private readonly mark = randomUUID();
  private turn: Promise<void> = Promise.resolve();
  /** What is on disk and not yet in the endpoint, by its file: most of it is never asked for again, and some of it is large. */
  private readonly waiting = new Map<string, KeptObject>();

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

  /** Brings everything back but what has expired: the bucket now, an object when somebody asks for it. @param prepare makes the bucket */
  async restore(prepare: (bucket: Bucket) => Promise<void>, now = Date.now()): Promise<void> {
    const buckets = new Map<string, Bucket>();
    for (const kept of this.files()) {
      const { at, key, file } = kept;
      const days = this.daysOf(at, key);
      const expired = days === undefined || fs.statSync(file).mtimeMs + days * 86_400_000 < now;
      if (expired || file.endsWith('.new')) {
        fs.rmSync(file, { force: true });
        continue;
      }
      this.waiting.set(file, kept);
      buckets.set([at.account, at.region, at.bucket].join(), at);
    }
    for (const at of buckets.values()) await prepare(at);
  }

  /** Told of each request ahead of the endpoint. @returns the answer to who reads an object that waits on disk; before any other request the endpoint has what it asks for */
  async answer(request: AwsRequest): Promise<AwsResponse | undefined> {
    if (this.waiting.size === 0 || request.service !== 's3' || request.headers[MARK] === this.mark) return undefined;
    const { at, key } = placeOf(request);
    const file = key === '' ? '' : this.fileOf(at, key);
    if (this.waiting.has(file) && fs.existsSync(file)) {
      const own = objectAnswer(request, file);
      if (own) return own;
    }
    // A copy names its source in a header.
    if (request.headers['x-amz-copy-source'] !== undefined) await this.bring();
    else await (key === '' ? this.bring(at) : this.bring(at, key));
    return undefined;
  }

  /** Puts into the endpoint what waits on disk. @param key one object; all of its bucket without it; without a bucket everything */
  async bring(bucket?: Bucket, key?: string): Promise<void> {
    const wanted = [...this.waiting].filter(
      ([, one]) => bucket === undefined || (one.at.bucket === bucket.bucket && (key === undefined || one.key === key)),
    );
    for (const [file, { at, key: name }] of wanted) await this.put(file, at, name);
  }

  /** One at a time: two that ask for an object wait for the same. */
  private put(file: string, at: Bucket, key: string): Promise<void> {
    this.turn = this.turn
      .catch(() => undefined)
      .then(async () => {
        if (!this.waiting.has(file)) return;
        const own = { [MARK]: this.mark };
        if (fs.existsSync(file)) await putObject({ endpoint: this.endpoint, ...at }, key, file, own);
        this.waiting.delete(file);
      });
    return this.turn;
  }

  private async follow(request: AwsRequest): Promise<void> {
    const { service, method, url, headers } = request;
    if (service !== 's3' || headers[MARK] === this.mark) return;
    const { at, key } = placeOf(request);
    const { searchParams: query } = new URL(url, 'http://x');
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

  private *files(): Iterable<KeptObject> {
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

/** The bucket and the object that a request is about; the key is '' where it is about the bucket. */
function placeOf({ url, account, region }: AwsRequest): { readonly at: Bucket; readonly key: string } {
  const [, bucket = '', ...segments] = new URL(url, 'http://x').pathname.split('/');
  const [, owner = account, home = region] = ASSETS.exec(bucket) ?? [];
  return { at: { account: owner, region: home, bucket }, key: decodeURIComponent(segments.join('/')) };
}
