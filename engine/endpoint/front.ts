import { type AwsRequest, type AwsHandler, type PageHandler } from '../ports/aws-request';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';

const MAXIMUM_BODY = 512 * 1024 * 1024;

/**
 * The one address that AWS's clients are given in a rehearsal. It answers what only the rehearsal knows and passes the rest, with the
 * account, to the endpoint behind it. Loopback only.
 */
export class AwsFront {
  private readonly server: http.Server;
  private readonly agent = new http.Agent({ keepAlive: true });

  constructor(
    /** The endpoint behind; undefined where there is none: then only what the handlers know is answered. */
    private readonly behind: () => URL | undefined,
    private readonly handlers: ReadonlyMap<string, AwsHandler>,
    /** Told every answered request of the endpoint behind: what has to outlive it is remembered there. */
    private readonly passed: (request: AwsRequest, status: number) => void = () => undefined,
    private readonly page: PageHandler = () => false,
  ) {
    this.server = http.createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        // An answer that has begun cannot turn into another: its connection ends, and nothing else does.
        if (response.headersSent) return void response.destroy();
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(error instanceof Error ? error.message : String(error));
      });
    });
  }

  /**
   * Listens on a port of the loopback interface.
   * @param port 0 for a free one
   * @returns `http://127.0.0.1:PORT`
   * @throws SaiondoError `PORT_TAKEN`
   */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((done, fail) => {
      this.server.once('error', (cause: NodeJS.ErrnoException) =>
        fail(
          cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
            ? new SaiondoError(`the port ${port} cannot be listened on: ${cause.message}`, {
                code: 'PORT_TAKEN',
                next: 'give another one with --port, or none for a free one',
                cause,
              })
            : cause,
        ),
      );
      this.server.listen(port, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.agent.destroy();
    await new Promise((done) => this.server.close(done));
  }

  private async answer(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const refusal = refusalOf(incoming.headers);
    if (refusal) {
      response.writeHead(403, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
      response.end(`${refusal}\n`);
      return;
    }
    if (this.page(incoming, response)) return;
    const forbidden = forbiddenOf(incoming);
    if (forbidden) {
      response.writeHead(403, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
      response.end(`${forbidden}\n`);
      return;
    }
    const request = describe(incoming, await read(incoming));
    if (!/^[a-z0-9-]{1,32}$/.test(request.region)) {
      response.writeHead(403, { 'content-type': 'application/x-amz-json-1.1' });
      const message = 'Credential should be scoped to a valid region.';
      response.end(JSON.stringify({ __type: 'SignatureDoesNotMatch', message }));
      return;
    }
    const own = await this.handlers.get(request.service)?.(request);
    if (own) {
      response.writeHead(own.status, own.headers ?? {});
      response.end(own.body);
      return;
    }
    const target = this.behind();
    if (!target) {
      response.writeHead(501, { 'content-type': 'application/x-amz-json-1.1' });
      const message = `no rehearsal runs here, and its runs on disk know nothing of ${request.service || 'this request'}`;
      response.end(JSON.stringify({ __type: 'NotImplemented', message }));
      return;
    }
    await new Promise<void>((done, fail) => {
      const outgoing = http.request(
        {
          host: target.hostname,
          port: target.port,
          method: request.method,
          path: request.url,
          agent: this.agent,
          headers: {
            ...incoming.headers,
            'x-moto-account-id': request.account,
            'content-length': String(request.body.length),
          },
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, withoutSharing(answer.headers));
          answer.pipe(response);
          answer.once('end', () => {
            this.passed(request, answer.statusCode ?? 502);
            done();
          });
          answer.once('error', fail);
        },
      );
      outgoing.once('error', fail);
      // A client that goes in the middle of an answer (`head -c 10`) ends its own request.
      response.once('close', () => {
        if (!response.writableFinished) outgoing.destroy();
        done();
      });
      outgoing.end(request.body);
    });
  }
}

/**
 * Why a request is refused before anything looks at it. Only a web page sends these headers so: one that made its own name lead here (DNS
 * rebinding), or one of another origin, which could neither read the answer nor needs to ask. AWS's clients send no Origin, and name the
 * host that they were given: a loopback name, or `host.docker.internal` from inside a container.
 */
function refusalOf(headers: http.IncomingHttpHeaders): string | undefined {
  const { host = '', origin } = headers;
  const name = host.replace(/:\d+$/, '');
  // Virtual-hosted buckets stand before the name: bucket.localhost.
  if (!/^(127\.0\.0\.1|\[::1\]|([a-z0-9.-]+\.)?localhost|host\.docker\.internal)$/i.test(name))
    return `this server answers on loopback names only, not as ${host}`;
  if (origin !== undefined && origin !== `http://${host}`) return 'another web page may not ask this server';
  const site = headers['sec-fetch-site'];
  const foreign = site === 'cross-site' || site === 'same-site';
  if (foreign && headers['sec-fetch-mode'] !== 'navigate') return 'another web page may not ask this server';
  return undefined;
}

/** Why a request that is not the page's is refused: an administration route of the endpoint behind, or a link of another page that leads here. */
function forbiddenOf(incoming: http.IncomingMessage): string | undefined {
  if (/^\/+moto-api(\/|$)/i.test(routeOf(incoming.url ?? '/'))) return 'the endpoint is not administered from here';
  const site = incoming.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return 'another web page may not ask this server';
  return undefined;
}

/** A request's path as a server may read it: without its query, decoded, `.` and `..` followed. */
function routeOf(url: string): string {
  const [route = '/'] = url.split(/[?#]/);
  try {
    return path.posix.normalize(decodeURIComponent(route));
  } catch {
    // A sequence that is no character: nothing of the endpoint's administration is named so.
    return route;
  }
}

/** The headers of an answer without those by which it would let other web pages read it. */
function withoutSharing(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...Object.fromEntries(own), 'x-frame-options': 'DENY' };
}

function describe(incoming: http.IncomingMessage, body: Buffer): AwsRequest {
  const url = incoming.url ?? '/';
  const credential =
    /Credential=([^,\s]+)/.exec(incoming.headers.authorization ?? '')?.[1] ??
    new URL(url, 'http://x').searchParams.get('X-Amz-Credential') ??
    '';
  const [accessKey = '', , region = 'us-east-1', service = ''] = credential.split('/');
  const target = incoming.headers['x-amz-target'];
  const [, rpcService, rpcOperation] = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(url) ?? [];
  const form = /x-www-form-urlencoded/.test(incoming.headers['content-type'] ?? '')
    ? new URLSearchParams(body.toString('utf8'))
    : undefined;
  return {
    service,
    region,
    account: /\d{12}/.exec(accessKey)?.[0] ?? '000000000000',
    method: incoming.method ?? 'GET',
    url,
    headers: incoming.headers,
    body,
    operation:
      typeof target === 'string'
        ? target
        : incoming.headers['smithy-protocol'] !== undefined && rpcService
          ? `${rpcService}.${rpcOperation ?? ''}`
          : (form?.get('Action') ?? ''),
  };
}

async function read(incoming: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > MAXIMUM_BODY) throw new Error(`a request of more than ${MAXIMUM_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
