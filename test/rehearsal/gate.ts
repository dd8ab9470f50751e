import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Outbound } from '../../engine/network/outside/outbound';

/**
 * The way out of a rehearsal, as a proxy that can be shut: each connection of a build to a host outside comes by it, whatever the host. Images that the
 * container engine's own process pulls do not.
 */
export class Gate {
  /** The hosts that were reached. */
  readonly passed = new Set<string>();
  /** The hosts that were asked for while it was shut. */
  readonly refused: string[] = [];
  private readonly server = http.createServer((_, response) => response.writeHead(403).end());
  private readonly outside = new Outbound(process.env);

  /** @param shut whether nothing passes now; asked at each connection */
  constructor(private readonly shut: () => boolean) {
    this.server.on('connect', (request, socket) => {
      const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
      socket.on('error', () => socket.destroy());
      if (this.shut()) {
        this.refused.push(host);
        return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      }
      this.passed.add(host);
      this.outside.connect(host, Number(port)).then(
        (far) => {
          far.on('error', () => socket.destroy()).on('close', () => socket.destroy());
          socket.on('close', () => far.destroy());
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          socket.pipe(far).pipe(socket);
        },
        () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
      );
    });
  }

  /** @returns the variables of a person whose network has this proxy */
  async open(): Promise<Record<string, string>> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const near = '127.0.0.1,localhost,::1';
    return {
      ...{ https_proxy: url, HTTPS_PROXY: url, http_proxy: '', HTTP_PROXY: '' },
      ...{ no_proxy: near, NO_PROXY: near },
    };
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
