import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RefusedRequest } from './aws-error';
import { sameText, type KnownCredentials } from './credentials';

/** What a request says of its signature (AWS General Reference, "Signature Version 4 signing process"). */
export interface Signature {
  readonly accessKeyId: string;
  /** `20261128`, the first part of the scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly value: string;
  /** `20261128T120000Z` */
  readonly time: string;
  readonly token?: string;
  /** It is in the address: how many seconds it holds. */
  readonly linkSeconds?: number;
}

/** Milliseconds that a client's clock may differ (AWS General Reference: 15 minutes; S3 API Reference, RequestTimeTooSkewed). */
const SKEW = 15 * 60_000;
/** Seconds that a presigned address may hold (S3 API Reference, X-Amz-Expires). */
const MOST_LINK_SECONDS = 604_800;
const REGION = /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/;
const SERVICE = /^[a-z0-9-]{1,64}$/;

/**
 * The signature of a request, in its header or its address, with a scope that names a region and a service of AWS.
 * @throws RefusedRequest where there is none, or where it is not of Signature Version 4
 */
export function signatureOf(request: IncomingMessage): Signature {
  const url = request.url ?? '/';
  const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  const header = request.headers.authorization;
  const read = header === undefined ? fromQuery(query) : fromHeader(header, request);
  const [accessKeyId = '', date = '', region = '', service = '', end, ...rest] = read.credential.split('/');
  if (rest.length > 0 || end !== 'aws4_request' || !/^\d{8}$/.test(date))
    throw malformed('Credential has to be KEY/DATE/REGION/SERVICE/aws4_request');
  if (!/^\w{16,128}$/.test(accessKeyId)) throw malformed('Credential names no access key');
  if (!REGION.test(region)) throw malformed(`Credential names no region of AWS: ${shown(region)}`);
  if (!SERVICE.test(service)) throw malformed(`Credential names no service of AWS: ${shown(service)}`);
  const { linkSeconds } = read;
  if (linkSeconds !== undefined && !(linkSeconds >= 1 && linkSeconds <= MOST_LINK_SECONDS))
    throw malformed(`X-Amz-Expires has to be 1 to ${MOST_LINK_SECONDS} seconds`);
  if (!/^\d{8}T\d{6}Z$/.test(read.time) || !read.time.startsWith(date))
    throw malformed('X-Amz-Date has to be the time of the signature, on the day of its scope');
  if (!/^[0-9a-f]{64}$/.test(read.value)) throw malformed('Signature has to be 64 hexadecimal digits');
  const { signedHeaders, value, time, token } = read;
  return {
    ...{ accessKeyId, date, region, service, signedHeaders, value, time },
    ...(token === undefined ? {} : { token }),
    ...(linkSeconds === undefined ? {} : { linkSeconds }),
  };
}

type Read = Omit<Signature, 'accessKeyId' | 'date' | 'region' | 'service'> & { readonly credential: string };

function fromHeader(header: string, { headers }: IncomingMessage): Read {
  const end = header.search(/\s/);
  const [algorithm, rest] = end < 0 ? [header, ''] : [header.slice(0, end), header.slice(end)];
  refuseOthers(algorithm);
  const parts = new Map(
    rest.split(',').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
  const time = headers['x-amz-date'] ?? timeOf(headers.date);
  const token = headers['x-amz-security-token'];
  return {
    credential: parts.get('Credential') ?? '',
    signedHeaders: (parts.get('SignedHeaders') ?? '').toLowerCase().split(';').filter(Boolean),
    value: parts.get('Signature') ?? '',
    time: typeof time === 'string' ? time : '',
    ...(typeof token === 'string' ? { token } : {}),
  };
}

function fromQuery(query: URLSearchParams): Read {
  const algorithm = query.get('X-Amz-Algorithm');
  if (algorithm === null) {
    if (query.has('AWSAccessKeyId')) refuseOthers('AWS');
    throw new RefusedRequest(
      'no signature',
      'Request is missing Authentication Token: a rehearsal answers signed requests only (docs/serving.md says where the credentials are)',
    );
  }
  refuseOthers(algorithm);
  const token = query.get('X-Amz-Security-Token');
  return {
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').toLowerCase().split(';').filter(Boolean),
    value: query.get('X-Amz-Signature') ?? '',
    time: query.get('X-Amz-Date') ?? '',
    linkSeconds: Number(query.get('X-Amz-Expires') ?? NaN),
    ...(token === null ? {} : { token }),
  };
}

function refuseOthers(algorithm: string): void {
  if (algorithm === 'AWS4-HMAC-SHA256') return;
  const name = { AWS: 'Signature Version 2', 'AWS4-ECDSA-P256-SHA256': 'Signature Version 4A' }[algorithm];
  throw malformed(
    `${name ?? `the signature ${shown(algorithm)}`} is not checked in a rehearsal: sign with AWS4-HMAC-SHA256 (signature version 4)`,
  );
}

function malformed(message: string): RefusedRequest {
  return new RefusedRequest('malformed', message);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

/** An HTTP date as a signature has it. */
function timeOf(date: string | undefined): string | undefined {
  const time = new Date(date ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace(/[:-]|\.\d{3}/g, '');
}

/** The key that signs for a day, region and service: made once, used for each request of it. */
const keys = new Map<string, Buffer>();
const MOST_KEYS = 2000;

/** The signing key of a scope (AWS General Reference, "Calculate the signature"). */
export function signingKey(secret: string, { date, region, service }: Signature): Buffer {
  const name = `${secret}/${date}/${region}/${service}`;
  const known = keys.get(name);
  if (known) return known;
  const made = [date, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(name, made);
  return made;
}

/** Everything that a signature has to be checked against but its value. @throws RefusedRequest */
export function checkCredentials(
  signature: Signature,
  known: KnownCredentials | undefined,
  now = Date.now(),
): KnownCredentials {
  if (!known)
    throw new RefusedRequest(
      'unknown key',
      'The security token included in the request is invalid: this rehearsal made no such access key',
    );
  if ((known.sessionToken ?? '') !== '' && !sameText(signature.token ?? '', known.sessionToken ?? ''))
    throw new RefusedRequest('wrong token', 'The security token included in the request is invalid');
  if (known.ended) throw new RefusedRequest('ended', 'The security token included in the request is expired');
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(signature.time) ?? [];
  const signed = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (signature.linkSeconds !== undefined && now > signed + signature.linkSeconds * 1000)
    throw new RefusedRequest('link expired', 'Request has expired');
  const late = signature.linkSeconds === undefined && now - signed > SKEW;
  if (!(signed - now <= SKEW) || late)
    throw new RefusedRequest(
      'wrong time',
      `Signature ${late ? 'expired' : 'not yet current'}: ${signature.time} is more than 15 minutes from ${new Date(now).toISOString()}`,
    );
  return known;
}

/**
 * Whether the signature is that of this request.
 * @param payload the hash of the body, or what stands in for it in `x-amz-content-sha256`
 */
export function isSigned(request: IncomingMessage, signature: Signature, secret: string, payload: string): boolean {
  const { signedHeaders, service } = signature;
  const headers = request.headersDistinct;
  const unsigned = Object.keys(headers).find(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name) && headers[name] !== undefined,
  );
  if (unsigned || !signedHeaders.includes('host'))
    throw new RefusedRequest(
      'wrong signature',
      `There were headers present in the request which were not signed: ${unsigned ?? 'host'}`,
    );
  const [path = '/', ...queries] = (request.url ?? '/').split('?');
  const scope = `${signature.date}/${signature.region}/${service}/aws4_request`;
  const key = signingKey(secret, signature);
  const lines = signedHeaders.map((name) => `${name}:${(headers[name] ?? []).map(compact).join(',')}\n`).join('');
  return canonicalPaths(path, service).some((canonicalPath) => {
    const canonical = [
      request.method ?? 'GET',
      canonicalPath,
      canonicalQuery(queries.join('?')),
      lines,
      signedHeaders.join(';'),
      payload,
    ].join('\n');
    const text = ['AWS4-HMAC-SHA256', signature.time, scope, sha256(canonical)].join('\n');
    return sameText(createHmac('sha256', key).update(text).digest('hex'), signature.value);
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function compact(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

/** S3 signs the path as it is sent; every other service signs it encoded once more, without empty and dotted parts. */
function canonicalPaths(path: string, service: string): string[] {
  if (/^s3(-|$)/.test(service)) {
    const again = encodedPath(decoded(path));
    return again === path ? [path] : [again, path];
  }
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const normal = `/${parts.join('/')}${parts.length > 0 && path.endsWith('/') ? '/' : ''}`;
  const twice = encodedPath(normal);
  // Smithy's clients leave !'()* as encodeURIComponent does.
  const smithy = normal.split('/').map(encodeURIComponent).join('/');
  return twice === smithy ? [twice] : [twice, smithy];
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encoded(decoded(name)), encoded(decoded(value))];
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('the address is not percent-encoded UTF-8');
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function encodedPath(path: string): string {
  return path.split('/').map(encoded).join('/');
}
