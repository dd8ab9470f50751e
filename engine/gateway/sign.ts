import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentials } from '../ports/principal';

/** A request that is to be signed. */
export interface Unsigned {
  readonly method: string;
  /** `http://127.0.0.1:PORT` */
  readonly endpointUrl: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly region: string;
  readonly service: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Undefined: it is sent as it comes and not signed (S3's UNSIGNED-PAYLOAD). */
  readonly body?: string;
}

/** The headers of a request with its signature, made by the SDK's own signer. */
export async function signedHeaders(request: Unsigned, credentials: AwsCredentials): Promise<Record<string, string>> {
  const { service, region, body } = request;
  const url = new URL(request.path, request.endpointUrl);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, uriEscapePath: service !== 's3' });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: {
      ...request.headers,
      host: url.host,
      ...(body === undefined ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
  return signed.headers;
}

/** Node's SHA-256 as the SDK's signer takes one. */
class Sha256 {
  private readonly hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  /** The signer makes a new one each time. */
  reset(): void {}
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
