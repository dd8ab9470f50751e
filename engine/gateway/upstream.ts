import * as http from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { notAnsweredWords, RefusedRequest } from './aws-error';
import { PROTECTION } from './web-refusal';

/** What stands behind the gateway: a socket file of this user alone, or a port. */
export interface Upstream {
  readonly address: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  /** What it asks for in `x-saiondo-upstream`; what comes without it is refused there. */
  readonly token?: string;
}

/** A request as it is passed on. */
export interface Passed {
  readonly service: string;
  readonly operation: string;
  readonly account: string;
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  /** In memory, or as it comes: the request and what checks it on its way. */
  readonly body: Buffer | readonly (Readable | Duplex)[];
}

/** Milliseconds without a byte after which what stands behind is given up. SQS's longest poll takes 20 s. */
const STALL = 120_000;
/** Headers that concern one connection, or that a client may not say to what stands behind. */
const NOT_PASSED =
  /^(connection|keep-alive|proxy-.*|te|trailer|upgrade|expect|authorization|x-amz-security-token|cookie|origin|referer|sec-.*|x-moto-.*|x-saiondo-.*|access-control-.*)$/;
const NOT_ANSWERED =
  /^(connection|keep-alive|transfer-encoding|access-control-.*|set-cookie|server|content-security-policy|x-frame-options|timing-allow-origin)$/;

/** The way to what stands behind: one pool of connections. */
export class UpstreamClient {
  private readonly agent = new http.Agent({ keepAlive: true });

  constructor(private readonly stall = STALL) {}

  close(): void {
    this.agent.destroy();
  }

  /**
   * Passes a request on and its answer back. The answer is over when this resolves.
   * @returns the answer's status
   * @throws RefusedRequest where there was no answer; any error where it broke off, when its connection is closed
   */
  async pass(upstream: Upstream, request: Passed, response: http.ServerResponse): Promise<number> {
    const gone = new AbortController();
    const leave = (): void => {
      if (!response.writableFinished) gone.abort();
    };
    response.once('close', leave);
    try {
      const answer = await this.send(upstream, request, gone.signal);
      const status = answer.statusCode ?? 502;
      if (isErrorPage(answer, request.service)) {
        answer.destroy();
        const why = 'The local AWS endpoint does not know this operation';
        throw new RefusedRequest('not answered', notAnsweredWords(request, why));
      }
      response.writeHead(status, { ...answered(answer.headers), ...PROTECTION });
      await pipeline(answer, response, { signal: gone.signal });
      return status;
    } finally {
      response.off('close', leave);
    }
  }

  private async send(upstream: Upstream, request: Passed, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { body } = request;
    for (let attempt = 1; ; attempt++) {
      const outgoing = http.request({
        ...upstream.address,
        method: request.method,
        path: request.url,
        // A kept connection may be closed while it is idle, and what is passed on as it comes cannot be sent again.
        agent: Buffer.isBuffer(body) ? this.agent : false,
        headers: passedHeaders(upstream, request),
        signal,
      });
      outgoing.setTimeout(this.stall, () => outgoing.destroy(new Error('it did not go on')));
      const answered = new Promise<http.IncomingMessage>((done, fail) => {
        outgoing.once('response', done);
        outgoing.on('error', fail);
      });
      try {
        if (Buffer.isBuffer(body)) outgoing.end(body);
        else await Promise.race([Promise.all([answered, pipeline([...body, outgoing])]), answered]);
        return await answered;
      } catch (cause) {
        outgoing.destroy();
        answered.catch(() => undefined);
        if (cause instanceof RefusedRequest || signal.aborted) throw cause;
        const { code } = cause as NodeJS.ErrnoException;
        if (code === 'ECONNRESET' && outgoing.reusedSocket && attempt < 3 && Buffer.isBuffer(body)) continue;
        throw new RefusedRequest(
          'unavailable',
          `the local AWS endpoint did not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
        );
      }
    }
  }
}

function passedHeaders(upstream: Upstream, { account, headers, body }: Passed): http.OutgoingHttpHeaders {
  const buffered = Buffer.isBuffer(body);
  const kept = Object.entries(headers).filter(
    ([name]) => !NOT_PASSED.test(name.replaceAll('_', '-')) && !(buffered && name === 'transfer-encoding'),
  );
  return {
    ...Object.fromEntries(kept),
    'x-moto-account-id': account,
    // Account, region and service are all that is read of it there; LocalStack knows an account by such a key.
    ...(headers.authorization === undefined
      ? {}
      : { authorization: headers.authorization.replace(/Credential=[^/]+/, `Credential=${account}`) }),
    ...(upstream.token === undefined ? {} : { 'x-saiondo-upstream': upstream.token }),
    ...(buffered ? { 'content-length': String(body.length) } : {}),
  };
}

/** A page of HTML instead of an error of AWS: what stands behind has failed, or knows no such operation. An object of S3 may be a page. */
function isErrorPage({ statusCode = 502, headers }: http.IncomingMessage, service: string): boolean {
  return statusCode >= (service === 's3' ? 500 : 400) && /^text\/html\b/.test(headers['content-type'] ?? '');
}

function answered(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_ANSWERED.test(name)));
}
