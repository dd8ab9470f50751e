import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request to an AWS service, as far as a handler needs it. */
export interface AwsRequest {
  readonly service: string;
  readonly account: string;
  readonly region: string;
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** `AmazonSSM.PutParameter` of JSON protocols, `Action` of query protocols. */
  readonly operation: string;
}

/** A handler's answer. */
export interface AwsResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer;
}

/** Answers a request itself, or leaves it (undefined) to the endpoint behind. */
export type AwsHandler = (request: AwsRequest) => Promise<AwsResponse | undefined> | AwsResponse | undefined;

/** The access key of an account's made-up credentials. The endpoint reads the account back out of it. */
export function accessKeyOf(account: string): string {
  return `LSIAQ${account}00Q`;
}

const MAXIMUM_BODY = 512 * 1024 * 1024;

/**
 * The one address that AWS's clients are given in a rehearsal. It answers what only the rehearsal knows and passes the rest, with the
 * account, to the endpoint behind it. Loopback only.
 */
export class AwsFront {
  private readonly server: http.Server;
  private readonly agent = new http.Agent({ keepAlive: true });

  constructor(
    private readonly behind: () => URL,
    private readonly handlers: ReadonlyMap<string, AwsHandler>,
    /** Told every answered request of the endpoint behind: what has to outlive it is remembered there. */
    private readonly passed: (request: AwsRequest, status: number) => void = () => undefined,
  ) {
    this.server = http.createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(error instanceof Error ? error.message : String(error));
      });
    });
  }

  /** Listens on a free port. @returns `http://127.0.0.1:PORT` */
  async listen(): Promise<string> {
    await new Promise<void>((done, fail) => {
      this.server.once('error', fail);
      this.server.listen(0, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.agent.destroy();
    await new Promise((done) => this.server.close(done));
  }

  private async answer(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const request = describe(incoming, await read(incoming));
    const own = await this.handlers.get(request.service)?.(request);
    if (own) {
      response.writeHead(own.status, own.headers ?? {});
      response.end(own.body);
      return;
    }
    const target = this.behind();
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
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
          answer.once('end', () => {
            this.passed(request, answer.statusCode ?? 502);
            done();
          });
          answer.once('error', fail);
        },
      );
      outgoing.once('error', fail);
      outgoing.end(request.body);
    });
  }
}

function describe(incoming: http.IncomingMessage, body: Buffer): AwsRequest {
  const url = incoming.url ?? '/';
  const credential =
    /Credential=([^,\s]+)/.exec(incoming.headers.authorization ?? '')?.[1] ??
    new URL(url, 'http://x').searchParams.get('X-Amz-Credential') ??
    '';
  const [accessKey = '', , region = 'us-east-1', service = ''] = credential.split('/');
  const target = incoming.headers['x-amz-target'];
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
    operation: typeof target === 'string' ? target : (form?.get('Action') ?? ''),
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
