import * as fs from 'node:fs';
import * as http from 'node:http';
import { pipeline } from 'node:stream/promises';
import { SaiondoError } from '../../model/errors';
import type { LocalEndpoint } from '../ports/local-aws';
import { signedHeaders } from '../gateway/sign';

/** A bucket of the local AWS endpoint, as an account sees it. */
export interface BucketAddress {
  readonly endpoint: LocalEndpoint;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
}

/** What S3 says of an object. */
export interface ObjectVersion {
  /** Without its quotes. */
  readonly eTag: string;
  /** Undefined where the bucket keeps no versions. */
  readonly versionId?: string;
}

/** Whether the bucket exists. */
export async function hasBucket(at: BucketAddress): Promise<boolean> {
  return (await call(at, 'HEAD', '')).statusCode === 200;
}

/** Whether the object exists. */
export async function hasObject(at: BucketAddress, key: string): Promise<boolean> {
  return (await call(at, 'HEAD', pathOf(key))).statusCode === 200;
}

/**
 * Writes an object into a file.
 * @param most bytes that it may have
 * @throws SaiondoError `OBJECT_MISSING`, `ARTIFACT_TOO_LARGE`, `S3_FAILED`
 */
export async function getObject(
  at: BucketAddress,
  key: string,
  file: string,
  most: number,
  versionId?: string,
): Promise<ObjectVersion> {
  const query = versionId ? `?versionId=${encodeURIComponent(versionId)}` : '';
  const response = await call(at, 'GET', `${pathOf(key)}${query}`, { keep: true });
  if (response.statusCode !== 200) {
    response.resume();
    throw new SaiondoError(
      response.statusCode === 404
        ? `there is no object s3://${at.bucket}/${key}${versionId ? ` of the version ${versionId}` : ''}`
        : `s3://${at.bucket}/${key} cannot be read: ${response.statusCode ?? 0}`,
      { code: response.statusCode === 404 ? 'OBJECT_MISSING' : 'S3_FAILED' },
    );
  }
  if (Number(response.headers['content-length'] ?? 0) > most) {
    response.destroy();
    throw new SaiondoError(`s3://${at.bucket}/${key} has more than ${most} bytes`, { code: 'ARTIFACT_TOO_LARGE' });
  }
  await pipeline(response, fs.createWriteStream(file, { mode: 0o600 }));
  return versionOf(response);
}

/** Puts a file as an object. @throws SaiondoError `S3_FAILED` */
export async function putObject(
  at: BucketAddress,
  key: string,
  file: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ObjectVersion> {
  const response = await call(at, 'PUT', pathOf(key), { file, headers });
  if (response.statusCode !== 200)
    throw new SaiondoError(`s3://${at.bucket}/${key} cannot be written: ${response.statusCode ?? 0}`, {
      code: 'S3_FAILED',
      // The endpoint answers so to a region that AWS does not have: a name that is mistyped in the app.
      ...((response.statusCode ?? 0) >= 500
        ? { next: `look whether AWS has the region ${at.region}, which the app or --region names` }
        : {}),
    });
  return versionOf(response);
}

/** Makes a bucket that keeps versions, as an S3 source action demands of its own. */
export async function ensureVersionedBucket(at: BucketAddress): Promise<void> {
  const configuration =
    at.region === 'us-east-1'
      ? ''
      : `<CreateBucketConfiguration><LocationConstraint>${at.region}</LocationConstraint></CreateBucketConfiguration>`;
  if (!(await hasBucket(at))) await call(at, 'PUT', '', { body: configuration });
  const { statusCode } = await call(at, 'PUT', '?versioning', {
    body: '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
  });
  if (statusCode !== 200)
    throw new SaiondoError(`the bucket ${at.bucket} cannot be made: ${statusCode ?? 0}`, { code: 'S3_FAILED' });
}

function versionOf({ headers }: http.IncomingMessage): ObjectVersion {
  const versionId = headers['x-amz-version-id'];
  return {
    eTag: String(headers.etag ?? '').replaceAll('"', ''),
    ...(typeof versionId === 'string' && versionId !== 'null' ? { versionId } : {}),
  };
}

function pathOf(key: string): string {
  return `/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** One request, signed but for its body. An answer that is not kept is read to its end. */
async function call(
  { endpoint, account, region, bucket }: BucketAddress,
  method: string,
  path: string,
  options: { file?: string; body?: string; headers?: Readonly<Record<string, string>>; keep?: boolean } = {},
): Promise<http.IncomingMessage> {
  const { file, body = '', headers = {}, keep } = options;
  const length = file === undefined ? Buffer.byteLength(body) : fs.statSync(file).size;
  const { endpointUrl } = endpoint;
  const signed = await signedHeaders(
    { method, endpointUrl, path: `/${bucket}${path}`, region, service: 's3', headers },
    endpoint.credentials(account),
  );
  return new Promise((done, fail) => {
    const request = http.request(
      new URL(`/${bucket}${path}`, endpointUrl),
      { method, headers: { ...signed, 'content-length': String(length) } },
      (response) => {
        response.once('error', fail);
        if (keep) return done(response);
        response.resume();
        response.once('end', () => done(response));
      },
    );
    request.once('error', fail);
    if (file === undefined) request.end(body);
    else pipeline(fs.createReadStream(file), request).catch(fail);
  });
}
