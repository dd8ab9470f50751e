import * as http from 'node:http';
import { SaiondoError } from '../../model/errors';
import { accessKeyOf } from '../ports/aws-request';

/** A call of an AWS operation on the local endpoint, in AWS's JSON protocol. Signatures are not checked there, so none is made. */
export async function callJson<T = Record<string, unknown>>(
  endpoint: URL,
  account: string,
  region: string,
  service: string,
  target: string,
  body: Record<string, unknown>,
): Promise<T> {
  const { status, text } = await send(endpoint, account, region, service, 'POST', '/', JSON.stringify(body), {
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

/** A plain request to a service of the local endpoint. */
export function send(
  endpoint: URL,
  account: string,
  region: string,
  service: string,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const request = http.request(
      {
        host: endpoint.hostname,
        port: endpoint.port,
        method,
        path,
        headers: {
          ...headers,
          'x-moto-account-id': account,
          authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyOf(account)}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`,
          'content-length': String(Buffer.byteLength(body)),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () =>
          done({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
        response.once('error', fail);
      },
    );
    request.once('error', fail);
    request.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return { message: text.slice(0, 300) };
  }
}
