import * as http from 'node:http';
import * as https from 'node:https';
import * as tls from 'node:tls';
import { isPublicDownload } from '../public-downloads';
import type { ProxyHost } from './proxy-host';

type CreateConnection = http.ClientRequestArgs['createConnection'];

/** Headers that are of one connection only (RFC 9110, 7.6.1). */
const HOP = ['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'upgrade'];

/**
 * Answers a request to a host of AWS: by the rehearsal's AWS, as it came, with the Host that it names; a public file that is asked for without a
 * name comes from the real host.
 */
export function forward(
  host: ProxyHost,
  peer: { readonly host: string; readonly port: number },
  incoming: http.IncomingMessage,
  response: http.ServerResponse,
  refused: (why: string, agent?: string) => Promise<void>,
  target: 'aws' | 'outside' = 'aws',
): void {
  const agent = incoming.headers['user-agent'];
  const url = incoming.url ?? '/';
  const download =
    peer.port === 443 &&
    isPublicDownload({ host: peer.host, method: incoming.method ?? '', url, headers: incoming.headers });
  const gateway = host.gateway();
  if (!download && target === 'aws' && !gateway) {
    void refused('the rehearsal’s own AWS does not listen yet', agent).then(() => answer(response, 503, 'not yet'));
    return;
  }
  const headers = Object.entries(incoming.headers).filter(([name]) => !HOP.includes(name));
  const options = { method: incoming.method, path: url, headers: Object.fromEntries(headers) };
  const open = (): http.ClientRequest =>
    download
      ? https.request({ ...options, host: peer.host, port: 443, createConnection: reach(host, peer.host) })
      : target === 'outside'
        ? http.request({ ...options, createConnection: plainly(host, peer) })
        : // A kept connection may have been closed meanwhile.
          http.request({ ...options, agent: false, ...(gateway ? { socketPath: gateway.socket } : {}) });
  const answered = (from: http.IncomingMessage): void => {
    const status = from.statusCode ?? 502;
    if (status === 501) void refused('the rehearsal’s AWS does not know this service', agent);
    response.writeHead(status, from.statusMessage, without(from.headers));
    from.pipe(response);
    from.on('error', () => response.destroy());
  };
  const failed = (error: Error): void => {
    if (response.headersSent) response.destroy();
    else answer(response, 502, error.message);
  };
  if (download || target === 'outside' || !isSmall(incoming)) {
    const outgoing = open().on('response', answered).on('error', failed);
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
    return;
  }
  readAll(incoming).then(
    (body) => sendAgain(open, body, response, answered, failed),
    () => response.destroy(),
  );
}

/** Bytes of a request that are held, so that it can be sent again. */
const HELD = 1024 ** 2;
/** How often a request is sent whose connection was closed before it was read. */
const ATTEMPTS = 3;

function isSmall({ headers }: http.IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= HELD;
}

async function readAll(incoming: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Sends a request, and again where its connection was closed while it was being written (EPIPE): what answers there reads a whole request before it does
 * anything, so nothing of this one was done.
 */
function sendAgain(
  open: () => http.ClientRequest,
  body: Buffer,
  response: http.ServerResponse,
  answered: (from: http.IncomingMessage) => void,
  failed: (error: Error) => void,
  attempt = 1,
): void {
  if (response.destroyed) return;
  const outgoing = open();
  const leave = (): void => void outgoing.destroy();
  response.once('close', leave);
  outgoing.on('response', answered);
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    response.off('close', leave);
    const again = error.code === 'EPIPE' && !response.headersSent && attempt < ATTEMPTS;
    if (again) sendAgain(open, body, response, answered, failed, attempt + 1);
    else failed(error);
  });
  outgoing.end(body);
}

function without(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.includes(name)));
}

function reach(host: ProxyHost, name: string): CreateConnection {
  return (_options, done) => {
    host.outbound.connect(name, 443).then(
      (socket) => done(null, tls.connect({ socket, servername: name })),
      (error: Error) => done(error, undefined as never),
    );
    return undefined;
  };
}

function plainly(host: ProxyHost, to: { readonly host: string; readonly port: number }): CreateConnection {
  return (_options, done) => {
    host.outbound.connect(to.host, to.port).then(
      (socket) => done(null, socket),
      (error: Error) => done(error, undefined as never),
    );
    return undefined;
  };
}

function answer(response: http.ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
