import * as http from 'node:http';
import { SaiondoError } from '../../model/errors';
import type { LocalEndpoint } from '../ports/local-aws';
import { signedHeaders } from '../gateway/sign';
import type { Upstream } from '../gateway/upstream';

/** Where the engine's own requests go: to the gateway, signed, or past it to what stands behind. */
export type Destination = LocalEndpoint | Upstream;

/** A call of an AWS operation on the local endpoint, in AWS's JSON protocol. */
export async function callJson<T = Record<string, unknown>>(
  to: Destination,
  account: string,
  region: string,
  service: string,
  target: string,
  body: Record<string, unknown>,
): Promise<T> {
  const { status, text } = await send(to, account, region, service, 'POST', '/', JSON.stringify(body), {
    'x-amz-target': target,
    'content-type': 'application/x-amz-json-1.1',
  });
  if (status >= 300) {
    const error = parse(text) as { __type?: string; message?: string; Message?: string };
    throw new SaiondoError(error.message ?? error.Message ?? text, {
      code: (error.__type ?? 'AWS_ERROR').replace(/^.*#/, ''),
    });
  }
  return parse(text) as T;
}

/** A call of an operation on the local endpoint, in AWS's query protocol. @param parameters with `Action` and `Version` */
export function callQuery(
  to: Destination,
  account: string,
  region: string,
  service: string,
  parameters: Readonly<Record<string, string>>,
): ReturnType<typeof send> {
  return send(to, account, region, service, 'POST', '/', new URLSearchParams(parameters).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
}

/** A plain request to a service of the local endpoint. */
export async function send(
  to: Destination,
  account: string,
  region: string,
  service: string,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const options = await addressed(to, { account, region, service, method, path, body, headers });
  return new Promise((done, fail) => {
    const request = http.request({ ...options, method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        done({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
      response.once('error', fail);
    });
    request.once('error', fail);
    request.end(body);
  });
}

interface Sent {
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Record<string, string>;
}

async function addressed(to: Destination, sent: Sent): Promise<http.RequestOptions> {
  const { account, region, service, body } = sent;
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  if ('endpointUrl' in to) {
    const { hostname, port } = new URL(to.endpointUrl);
    const signed = await signedHeaders({ ...sent, endpointUrl: to.endpointUrl }, to.credentials(account));
    return { host: hostname, port, headers: { ...signed, ...length } };
  }
  return {
    ...to.address,
    headers: {
      ...sent.headers,
      ...length,
      host: 'localhost',
      'x-moto-account-id': account,
      ...(to.token === undefined ? {} : { 'x-saiondo-upstream': to.token }),
      // What stands behind reads account, region and service only.
      authorization: `AWS4-HMAC-SHA256 Credential=LSIA${account}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`,
    },
  };
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return { message: text.slice(0, 300) };
  }
}
