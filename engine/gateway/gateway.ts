import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { SaiondoError } from '../../model/errors';
import type { Authorizer, AwsHandler, AwsRequest, AwsResponse, PageHandler } from '../ports/aws-request';
import { notAnswered, RefusedRequest, refusalAnswer, type Asked } from './aws-error';
import type { Credentials } from './credentials';
import { checked, checkLength, checksOf, isSmall, leaveBody, letSend, mostBytes, readBody } from './request-body';
import { addressOf, describe } from './request-address';
import { checkCredentials, isSigned, signatureOf, type Signature } from './signature';
import { UpstreamClient, type Passed, type Upstream } from './upstream';
import { PROTECTION, webRefusal, type Entrance } from './web-refusal';
import { createHash } from 'node:crypto';

/** What a gateway is made of. */
export interface GatewayOptions {
  /** The credentials that it knows: what nobody signed with one of them is refused. */
  readonly credentials: Credentials;
  /** What stands behind it; undefined where there is nothing: then only what the handlers know is answered. */
  readonly upstream?: () => Upstream | undefined;
  /** By the service's name in a signature. */
  readonly handlers?: ReadonlyMap<string, AwsHandler>;
  /** Asked where no handler answers, before a request is passed on. */
  readonly fallback?: AwsHandler;
  /** Whether a principal may do what it asks; all may where there is none. */
  readonly authorize?: Authorizer;
  /** Told every answered request of what stands behind: what has to outlive it is remembered there. */
  readonly passed?: (request: AwsRequest, status: number) => void;
  readonly page?: PageHandler;
  /** Milliseconds without a byte after which what stands behind is given up. */
  readonly stall?: number;
}

/** Milliseconds for a request's headers, and for all of it: who sends slower is cut off. An upload of 5 GB to this machine takes seconds. */
const HEADERS_TIME = 10_000;
const REQUEST_TIME = 300_000;
/** Bytes of a request's headers: a presigned address with a session token fits. */
const MOST_HEADERS = 32 * 1024;
/** Requests of one connection that wait for their answers. No client of AWS sends a second one ahead of the first one's answer. */
const MOST_WAITING = 32;

/**
 * The one address that AWS's clients are given in a rehearsal. It answers what only the rehearsal knows and passes the rest, with the account, to what
 * stands behind it. Every request is signed with credentials of this rehearsal; no web page of elsewhere gets an answer. Loopback only. A
 * request that goes wrong, on whichever side, ends itself alone.
 */
export class AwsGateway {
  private readonly servers: http.Server[] = [];
  private readonly upstream: UpstreamClient;

  constructor(private readonly options: GatewayOptions) {
    this.upstream = new UpstreamClient(options.stall);
  }

  /**
   * Listens on a port of the loopback interface.
   * @param port 0 for a free one
   * @returns `http://127.0.0.1:PORT`
   * @throws SaiondoError `PORT_TAKEN`
   */
  async listen(port = 0): Promise<string> {
    const server = this.serve('loopback');
    await new Promise<void>((done, fail) => {
      server.once('error', (cause: NodeJS.ErrnoException) =>
        fail(
          cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
            ? new SaiondoError(
                cause.code === 'EACCES'
                  ? `Port ${port} may not be used by this user`
                  : `Port ${port} is already in use`,
                {
                  code: 'PORT_TAKEN',
                  next: 'choose another with --port, or leave it out',
                  cause,
                },
              )
            : cause,
        ),
      );
      server.listen(port, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /**
   * Listens on a socket file too, for the run's own network: there AWS's real names (`Host: sts.us-east-1.amazonaws.com`) lead to this rehearsal. Signatures
   * are checked there as everywhere.
   * @param file in a folder of this user alone; 107 bytes at most
   */
  async listenForNetwork(file: string): Promise<void> {
    const server = this.serve('network');
    await new Promise<void>((done, fail) => server.once('error', fail).listen(file, done));
  }

  async close(): Promise<void> {
    this.upstream.close();
    await Promise.all(
      this.servers.map((server) => {
        server.closeAllConnections();
        return new Promise((done) => server.close(done));
      }),
    );
  }

  private serve(by: Entrance): http.Server {
    const waiting = new WeakMap<Socket, number>();
    const answer = (incoming: http.IncomingMessage, response: http.ServerResponse): void => {
      const { socket } = incoming;
      const before = waiting.get(socket) ?? 0;
      // Node reads all that a packet holds at once: of thousands of small requests the first ones are enough to know that this is not a client.
      if (before >= MOST_WAITING) socket.destroy();
      if (socket.destroyed) return;
      waiting.set(socket, before + 1);
      response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
      // A client that breaks off ends its own request alone.
      incoming.on('error', () => undefined);
      response.on('error', () => undefined);
      this.answer(incoming, response, by).catch((error: unknown) => this.fail(incoming, response, error));
    };
    const server = http
      .createServer({ maxHeaderSize: MOST_HEADERS, connectionsCheckingInterval: 1000 }, answer)
      .on('checkContinue', answer)
      .on('checkExpectation', answer)
      .on('upgrade', (_request, socket) => socket.destroy())
      .on('connect', (_request, socket) => socket.destroy())
      .on('clientError', (_error, socket) => socket.destroy());
    server.headersTimeout = HEADERS_TIME;
    server.requestTimeout = REQUEST_TIME;
    this.servers.push(server);
    return server;
  }

  private async answer(incoming: http.IncomingMessage, response: http.ServerResponse, by: Entrance): Promise<void> {
    const refusal = webRefusal(incoming, by);
    if (refusal) {
      await leaveBody(incoming, response);
      response.writeHead(403, { ...PROTECTION, 'content-type': 'text/plain', 'cache-control': 'no-store' });
      response.end(`${refusal}\n`);
      return;
    }
    if (by === 'loopback' && this.options.page?.(incoming, response)) return;
    const signature = signatureOf(incoming);
    const known = checkCredentials(signature, this.options.credentials.find(signature.accessKeyId));
    const { principal } = known;
    const body = await this.checkedBody(incoming, response, signature, known.secretAccessKey);
    const request = describe(incoming, { signature, principal, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) });
    const denied = await this.options.authorize?.(request);
    if (denied !== undefined) throw new RefusedRequest('denied', denied);
    const own =
      (await this.options.handlers?.get(request.service)?.(request)) ?? (await this.options.fallback?.(request));
    if (own) {
      if (!Buffer.isBuffer(body)) await leaveBody(incoming, response);
      return send(response, own);
    }
    const upstream = this.options.upstream?.();
    if (!upstream) {
      if (!Buffer.isBuffer(body)) await leaveBody(incoming, response);
      const why = `no rehearsal runs here, and its runs on disk know nothing of ${request.service}`;
      return send(response, notAnswered(request, why));
    }
    if (!Buffer.isBuffer(body)) letSend(incoming, response);
    const passed: Passed = { ...request, body };
    const status = await this.upstream.pass(upstream, passed, response);
    this.options.passed?.(request, status);
  }

  /**
   * Checks the signature, and the body with it: in memory, or for S3 on its way.
   * @throws RefusedRequest
   */
  private async checkedBody(
    incoming: http.IncomingMessage,
    response: http.ServerResponse,
    signature: Signature,
    secret: string,
  ): Promise<Passed['body']> {
    const most = mostBytes(signature.service);
    const check = (payload: string): void => {
      if (!isSigned(incoming, signature, secret, payload))
        throw new RefusedRequest(
          'wrong signature',
          'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
        );
    };
    const said = saidPayload(incoming, signature);
    if (said !== undefined) check(said);
    checkLength(incoming, most);
    if (signature.service === 's3') {
      const checks = checksOf(said, signature, secret);
      return isSmall(incoming) ? checked(await readBody(incoming, response, most), checks) : [incoming, ...checks];
    }
    const body = await readBody(incoming, response, most);
    const hash = createHash('sha256').update(body).digest('hex');
    if (said === undefined) check(hash);
    else if (said !== hash && said !== 'UNSIGNED-PAYLOAD')
      throw new RefusedRequest(
        'wrong content',
        'The provided x-amz-content-sha256 header does not match what was computed.',
      );
    return body;
  }

  /** Answers what was thrown, while there is an answer to give; an answer that has begun is cut off, so that its client does not take it for a whole one. */
  private fail(incoming: http.IncomingMessage, response: http.ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const refused =
      error instanceof RefusedRequest
        ? error
        : new RefusedRequest('internal', error instanceof Error ? error.message : String(error));
    const service = addressOf(incoming).service;
    const asked: Asked = { headers: incoming.headers, ...(service === undefined ? {} : { service }) };
    leaveBody(incoming, response).then(
      () => send(response, refusalAnswer(asked, refused)),
      () => response.destroy(),
    );
  }
}

/** What the request says of its body; undefined: the body itself has to be hashed. */
function saidPayload({ headers, url = '' }: http.IncomingMessage, signature: Signature): string | undefined {
  const header = headers['x-amz-content-sha256'];
  if (typeof header === 'string') return header;
  if (signature.linkSeconds === undefined || signature.service !== 's3') return undefined;
  const inAddress = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('X-Amz-Content-Sha256');
  return inAddress ?? 'UNSIGNED-PAYLOAD';
}

function send(response: http.ServerResponse, { status, headers = {}, body, file }: AwsResponse): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, ...PROTECTION, 'cache-control': 'no-store' });
  if (!file) return void response.end(body);
  const { path, start, end } = file;
  // A file that cannot be read to its end cuts the answer off: its client does not take it for a whole one.
  pipeline(fs.createReadStream(path, { start, end, highWaterMark: 1024 * 1024 }), response).catch(() =>
    response.destroy(),
  );
}
