import * as http from 'node:http';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { decide, shown, type Asked, type Opening } from '../decide';
import { readOpening } from '../opening';
import { serverSpeaksFirst } from '../ports';
import { forward } from './forward';
import type { ProxyHost } from './proxy-host';
import { Unreachable } from './outbound';

/** Milliseconds in which a client has to say something where clients speak first. */
const SILENCE = 60_000;

/** What a connection is known by. */
export type Known = Pick<Asked, 'name' | 'address' | 'port' | 'trusted'>;

/** A connection to a host of AWS while its requests are answered here. */
interface Peer {
  readonly socket: net.Socket;
  readonly host: string;
  readonly port: number;
}

/** Leads the connections of builds: to the rehearsal's AWS, to the real host, or nowhere. */
export class Proxy {
  private readonly peers = new WeakMap<net.Socket, Peer>();
  private readonly aws = http.createServer({ keepAliveTimeout: 30_000 });

  constructor(private readonly host: ProxyHost) {
    this.aws.on('request', (request, response) => {
      const peer = this.peers.get(request.socket);
      if (!peer) return void response.destroy();
      forward(this.host, peer, request, response, (why, agent) => this.report(peer.socket, peer, why, agent));
    });
    this.aws.on('upgrade', (request, socket) => {
      const peer = this.peers.get(request.socket);
      if (peer)
        void this.report(peer.socket, peer, 'a rehearsal has no AWS behind a WebSocket', request.headers['user-agent']);
      socket.end('HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
    this.aws.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Takes a connection whose bytes are still to come. */
  take(socket: net.Socket, known: Known): void {
    socket.on('error', () => socket.destroy());
    const judged = (opening: Opening, bytes: Buffer): void => {
      if (bytes.length > 0) socket.unshift(bytes);
      this.lead(socket, { ...known, opening });
    };
    // An address that is refused whatever it is asked is refused at once.
    const early = decide({ ...known, opening: { kind: 'other' } });
    if (serverSpeaksFirst(known.port) || (early.kind === 'refuse' && early.final)) {
      judged({ kind: 'other' }, Buffer.alloc(0));
      return;
    }
    let bytes: Buffer = Buffer.alloc(0);
    const end = (opening: Opening): void => {
      socket.off('data', more).off('end', ended);
      socket.setTimeout(0);
      socket.pause();
      judged(opening, bytes);
    };
    const more = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const opening = readOpening(bytes);
      if (opening) end(opening);
    };
    const ended = (): void => end({ kind: 'other' });
    socket.setTimeout(SILENCE, () => end({ kind: 'other' }));
    socket.on('data', more).once('end', ended);
  }

  /** Takes a request that was given to a proxy by name. */
  request(request: http.IncomingMessage, response: http.ServerResponse, name: string, port: number): void {
    const decision = decide({ name, address: name, port, opening: { kind: 'http', host: name } });
    const { socket } = request;
    const report = (why: string, agent?: string): Promise<void> =>
      this.report(socket, { host: decision.host, port }, why, agent);
    if (decision.kind !== 'refuse') {
      const target = decision.kind === 'pass' ? 'outside' : 'aws';
      forward(this.host, { host: decision.host, port }, request, response, report, target);
      return;
    }
    void report(decision.why, request.headers['user-agent']);
    response.writeHead(403, { 'content-type': 'text/plain' });
    response.end(`${decision.host}: ${decision.why}\n`);
  }

  private lead(socket: net.Socket, asked: Asked): void {
    const decision = decide(asked);
    const { port } = asked;
    switch (decision.kind) {
      case 'local':
        this.answerHere(socket, { socket, host: decision.host, port }, decision.tls);
        return;
      case 'pass':
        void this.pass(socket, decision.host, decision.port);
        return;
      case 'refuse':
        void this.report(socket, { host: decision.host, port }, decision.why).then(() => {
          if (asked.opening.kind === 'http') refuseHttp(socket, decision.host, decision.why);
          else socket.resetAndDestroy();
        });
    }
  }

  /** Ends TLS with a certificate of the run's and reads requests. */
  private answerHere(socket: net.Socket, peer: Peer, encrypted: boolean): void {
    if (!encrypted) {
      this.peers.set(socket, peer);
      this.aws.emit('connection', socket);
      // What it said so far has been read and put back.
      socket.resume();
      return;
    }
    const name = peer.host.replace(/:\d+$/, '');
    const secure = new tls.TLSSocket(socket, {
      isServer: true,
      secureContext: this.host.authority.contextOf(name),
      ALPNProtocols: ['http/1.1'],
    });
    secure.on('error', (error: NodeJS.ErrnoException) => {
      if (/alert (unknown ca|bad certificate|certificate unknown)/i.test(error.message))
        void this.report(
          socket,
          peer,
          'it does not take the certificate authority of the rehearsal (its own list of them, or a pinned certificate)',
        );
      secure.destroy();
    });
    this.peers.set(secure, peer);
    this.aws.emit('connection', secure);
  }

  private async pass(socket: net.Socket, host: string, port: number): Promise<void> {
    try {
      join(socket, await this.host.outbound.connect(host, port));
    } catch (error) {
      if (error instanceof Unreachable && error.refused) await this.report(socket, { host, port }, error.message);
      socket.resetAndDestroy();
    }
  }

  /** Tells of a refusal. The connection stays until it is known who has its other end. */
  private async report(
    socket: net.Socket,
    { host, port }: { readonly host: string; readonly port: number },
    why: string,
    agent?: string,
  ): Promise<void> {
    const process = await this.host.asking(socket);
    const tool = agent === undefined ? (process?.tool ?? 'a process') : shortAgent(agent);
    const buildId = process?.buildId;
    this.host.refused({ tool, host: shown(host, port), why, ...(buildId === undefined ? {} : { buildId }) });
  }
}

/** The first product of a User-Agent: `aws-sdk-nodejs/2.1693.0`. */
function shortAgent(agent: string): string {
  return agent.split(' ', 1)[0]?.slice(0, 80) || 'a process';
}

/** Carries bytes both ways until both ends have ended. */
export function join(one: net.Socket, other: net.Socket): void {
  const end = (): void => {
    one.destroy();
    other.destroy();
  };
  one.on('error', end).on('close', end);
  other.on('error', end).on('close', end);
  one.pipe(other);
  other.pipe(one);
}

function refuseHttp(socket: net.Socket, host: string, why: string): void {
  const body = `${host}: ${why}\n`;
  socket.end(
    `HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
