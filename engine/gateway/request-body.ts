import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, Transform, Writable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RefusedRequest } from './aws-error';
import { signingKey, type Signature } from './signature';

/** Bytes of a body that is read before it is known who sends it: so much is thrown away, so that a client hears the answer. */
const DRAINED = 64 * 1024;

/** Bytes of one request that a service takes (each service's API Reference): 10 MB where nothing else is said. */
const MOST: Readonly<Record<string, number>> = {
  // PutObject and UploadPart: 5 GB.
  s3: 5 * 1024 ** 3,
  // UpdateFunctionCode: 50 MB of zip in Base64, and what goes with it.
  lambda: 70 * 1024 ** 2,
  // UploadLayerPart: 20 MB in Base64.
  ecr: 30 * 1024 ** 2,
};
const MOST_ELSEWHERE = 10 * 1024 ** 2;

/** The most bytes that a service's request may have. */
export function mostBytes(service: string): number {
  return Object.hasOwn(MOST, service) ? (MOST[service] ?? MOST_ELSEWHERE) : MOST_ELSEWHERE;
}

/** @throws RefusedRequest where a body says beforehand that it is too large */
export function checkLength(incoming: IncomingMessage, most: number): void {
  const length = Number(incoming.headers['content-length'] ?? 0);
  if (!(length <= most)) throw tooLarge(most);
}

function tooLarge(most: number): RefusedRequest {
  return new RefusedRequest('too large', `the request has more than ${most} bytes`);
}

/** Reads a body into memory. @throws RefusedRequest past the limit */
export async function readBody(incoming: IncomingMessage, response: ServerResponse, most: number): Promise<Buffer> {
  checkLength(incoming, most);
  letSend(incoming, response);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > most) throw tooLarge(most);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Bytes of an S3 body that is checked in memory before anything of it is passed on; a larger one is checked on its way. */
const SMALL = 1024 ** 2;

/** Whether a body says beforehand that it is small. */
export function isSmall({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= SMALL;
}

/** A body that is in memory already, when its checks have let it pass. @throws RefusedRequest */
export async function checked(body: Buffer, checks: readonly Transform[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await pipeline([Readable.from([body], { objectMode: false }), ...checks, collect]);
  return Buffer.concat(chunks);
}

/**
 * What checks an S3 body (S3 API Reference, "Authenticating requests: using the Authorization header", x-amz-content-sha256).
 * @param said that header; a body that is not signed has no check but its client's checksums
 * @throws RefusedRequest where it says nothing that S3 knows
 */
export function checksOf(said: string | undefined, signature: Signature, secret: string): Transform[] {
  if (said === undefined)
    throw new RefusedRequest('malformed', 'Missing required header for this request: x-amz-content-sha256');
  if (/^[0-9a-f]{64}$/.test(said)) return [new HashedBody(said)];
  if (/^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/.test(said)) return [new SignedPieces(signature, secret)];
  if (said === 'UNSIGNED-PAYLOAD' || said === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return [];
  throw new RefusedRequest(
    'malformed',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-…, or a SHA-256 hash',
  );
}

/** Tells a client that waits for it (`Expect: 100-continue`) to send its body. */
export function letSend(incoming: IncomingMessage, response: ServerResponse): void {
  if (/^100-continue$/i.test(incoming.headers.expect ?? '')) response.writeContinue();
}

/** Throws a small body away before an answer that does not need it; the connection of a larger one is closed. */
export async function leaveBody(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  if (incoming.complete || incoming.destroyed) return;
  const length = Number(incoming.headers['content-length'] ?? (incoming.headers['transfer-encoding'] ? NaN : 0));
  const waits = incoming.headers.expect !== undefined;
  response.shouldKeepAlive = false;
  if (waits || !(length <= DRAINED)) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, 1000);
    const end = (): void => (clearTimeout(timer), done());
    incoming.once('end', end).once('close', end).once('error', end).resume();
  });
}

/**
 * Passes a body on and holds its last piece back until its hash is known: what stands behind never sees the end of a body that is not the one that was
 * signed.
 * @param expected SHA-256 in hexadecimal digits, as `x-amz-content-sha256` says it
 */
class HashedBody extends Transform {
  private readonly hash = createHash('sha256');
  private held: Buffer | undefined;

  constructor(private readonly expected: string) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    if (this.held) this.push(this.held);
    this.held = chunk;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.hash.digest('hex') !== this.expected) return done(wrongContent());
    if (this.held) this.push(this.held);
    done();
  }
}

function wrongContent(): RefusedRequest {
  return new RefusedRequest(
    'wrong content',
    'The provided x-amz-content-sha256 header does not match what was computed.',
  );
}

/** Bytes of one piece of a body that is signed in pieces; SDKs send 64 KB to 1 MB. */
const MOST_PIECE = 16 * 1024 ** 2;

/**
 * A body that is signed piece by piece (S3 API Reference, "Signature calculations: transferring a payload in multiple chunks"):
 * `SIZE;chunk-signature=SIGNATURE` and the bytes, each signature made of the one ahead of it. A piece passes when its signature is right.
 */
class SignedPieces extends Transform {
  private pending: Buffer = Buffer.alloc(0);
  private previous: string;
  private piece: { readonly size: number; readonly signature: string; readonly line: Buffer } | undefined;
  private ended = false;

  constructor(
    private readonly signature: Signature,
    private readonly secret: string,
  ) {
    super();
    this.previous = signature.value;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    try {
      while (this.pass());
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    if (!this.ended) return done(wrongContent());
    this.push(this.pending);
    done();
  }

  /** Whether there was a whole piece. What comes after the last one are trailers: checksums of what was checked. */
  private pass(): boolean {
    if (this.ended) {
      if (this.pending.length > 16 * 1024) throw wrongContent();
      return false;
    }
    if (!this.piece) {
      const end = this.pending.indexOf('\r\n');
      if (end < 0) {
        if (this.pending.length > 1024) throw wrongContent();
        return false;
      }
      const line = this.pending.subarray(0, end + 2);
      const [, size = '', signature = ''] =
        /^([0-9a-fA-F]{1,8});chunk-signature=([0-9a-f]{64})\r\n$/.exec(line.toString('latin1')) ?? [];
      if (size === '' || parseInt(size, 16) > MOST_PIECE) throw wrongContent();
      this.piece = { size: parseInt(size, 16), signature, line };
      this.pending = this.pending.subarray(end + 2);
    }
    const { size, signature, line } = this.piece;
    if (this.pending.length < (size > 0 ? size + 2 : 0)) return false;
    const data = this.pending.subarray(0, size);
    if (this.signatureOf(data) !== signature) throw wrongContent();
    this.previous = signature;
    this.push(line);
    if (size > 0) {
      this.push(this.pending.subarray(0, size + 2));
      this.pending = this.pending.subarray(size + 2);
    } else this.ended = true;
    this.piece = undefined;
    return true;
  }

  private signatureOf(data: Buffer): string {
    const { date, region, service, time } = this.signature;
    const hash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
    const text = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      time,
      `${date}/${region}/${service}/aws4_request`,
      this.previous,
      hash(''),
      hash(data),
    ].join('\n');
    return createHmac('sha256', signingKey(this.secret, this.signature)).update(text).digest('hex');
  }
}
