import * as dgram from 'node:dgram';
import * as net from 'node:net';

/** What a process inside a namespace is asked for: a socket that listens there. */
export interface ListenRequest {
  readonly id: number;
  readonly kind: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
}

/** Its answer; the socket itself comes with it. */
export interface ListenAnswer {
  readonly id: number;
  readonly error?: string;
}

/**
 * Runs inside a network namespace and listens there for the process outside, which gets the sockets themselves: bytes make no second hop. The
 * namespace lives as long as this process, and this process as long as the one outside.
 */
function serve(request: ListenRequest): void {
  const answer = (handle?: net.Server | dgram.Socket, error?: Error): void => {
    process.send?.(
      { id: request.id, ...(error ? { error: error.message } : {}) } satisfies ListenAnswer,
      handle,
      {},
      // The process outside has a copy of its own by now. Two that accept would share the connections.
      () => handle?.close(),
    );
  };
  if (request.kind === 'udp') {
    const socket = dgram.createSocket('udp4');
    socket.once('error', (error) => answer(undefined, error));
    socket.bind(request.port, request.host, () => answer(socket));
    return;
  }
  const server = net.createServer();
  server.once('error', (error) => answer(undefined, error));
  server.listen({ port: request.port, host: request.host, backlog: 511 }, () => answer(server));
}

process.on('message', (request: ListenRequest) => serve(request));
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C is the engine's to hear.
process.on('SIGINT', () => undefined);
process.send?.('ready');
