import type { IncomingMessage } from 'node:http';
import type { AwsRequest } from '../ports/aws-request';
import type { Principal } from '../ports/principal';
import type { Signature } from './signature';

/** Virtual-hosted buckets (S3 User Guide, "Virtual hosting of buckets"): `BUCKET.s3.REGION.amazonaws.com`, `BUCKET.localhost`. */
const BUCKET_HOST =
  /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?:s3(?:[.-](?:dualstack\.|fips\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?|localhost)(?::\d+)?$/i;
/** `SERVICE.REGION.amazonaws.com`, `SERVICE.amazonaws.com`. */
const SERVICE_HOST =
  /(?:^|\.)([a-z0-9-]+)(?:\.([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}))?\.(?:amazonaws\.com(?:\.cn)?|api\.aws)(?::\d+)?$/i;

/** What a request's address says by itself: the service of its name, and the path with the bucket in it. */
export function addressOf({ headers, url = '/' }: IncomingMessage): {
  readonly service?: string;
  readonly url: string;
  /** The host without the bucket: a service that finds it in the path as well takes it for a part of the key. */
  readonly host: string;
} {
  const { host = '' } = headers;
  const scope = scopeOf(headers.authorization ?? url.replaceAll('%2F', '/'));
  const bucket = BUCKET_HOST.exec(host)?.[1];
  const service = scope ?? (bucket ? 's3' : SERVICE_HOST.exec(host)?.[1]?.toLowerCase());
  return {
    ...(service === undefined ? {} : { service }),
    ...(bucket && service === 's3' ? { url: `/${bucket}${url}`, host: host.slice(bucket.length + 1) } : { url, host }),
  };
}

/** The service of a signature's scope, read of what is not checked yet. */
function scopeOf(text: string): string | undefined {
  const at = text.indexOf('Credential=');
  const [, , , service = '', end = ''] = at < 0 ? [] : text.slice(at, at + 400).split('/');
  return end.startsWith('aws4_request') && /^[a-z0-9-]{1,64}$/.test(service) ? service : undefined;
}

/** A request whose signature is right, as handlers take it. */
export function describe(
  incoming: IncomingMessage,
  from: { readonly signature: Signature; readonly principal: Principal; readonly body: Buffer },
): AwsRequest {
  const { signature, principal, body } = from;
  const { url, host } = addressOf(incoming);
  const target = incoming.headers['x-amz-target'];
  const [, rpcService, rpcOperation] = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(url) ?? [];
  return {
    principal,
    service: signature.service,
    region: signature.region,
    account: principal.account,
    method: incoming.method ?? 'GET',
    url,
    headers: { ...incoming.headers, host },
    body,
    operation:
      typeof target === 'string'
        ? target
        : incoming.headers['smithy-protocol'] !== undefined && rpcService
          ? `${rpcService}.${rpcOperation ?? ''}`
          : (actionOf(incoming, body) ?? ''),
  };
}

/** `Action` of the query protocols. What is not read as a form elsewhere is none here either. */
function actionOf(incoming: IncomingMessage, body: Buffer): string | null {
  const form = /x-www-form-urlencoded/.test(incoming.headers['content-type'] ?? '');
  if (form) return new URLSearchParams(body.toString('utf8')).get('Action');
  return incoming.method === 'GET' ? new URLSearchParams((incoming.url ?? '').split('?')[1] ?? '').get('Action') : null;
}
