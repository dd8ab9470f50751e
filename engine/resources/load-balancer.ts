import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A load balancer's stand-in: forwards HTTP on a loopback port to the targets, one after the other. 503 where there is none, as ELB answers. */
export class LoadBalancer {
  private readonly server: http.Server;
  private turn = 0;
  port = 0;

  constructor(private readonly targets: () => readonly number[]) {
    this.server = http.createServer((request, response) => {
      const ports = this.targets();
      const port = ports[this.turn++ % Math.max(ports.length, 1)];
      if (port === undefined) {
        response.writeHead(503, { 'content-type': 'text/plain' });
        response.end('503 Service Temporarily Unavailable: no healthy target');
        return;
      }
      const outgoing = http.request(
        { host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      outgoing.once('error', () => {
        if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' });
        response.end('502 Bad Gateway');
      });
      request.pipe(outgoing);
    });
  }

  /** Listens on the preferred port, or a free one. */
  async listen(preferred: number): Promise<void> {
    const at = (port: number): Promise<void> =>
      new Promise((done, fail) => {
        this.server.once('error', fail);
        this.server.listen(port, '127.0.0.1', () => {
          this.server.off('error', fail);
          done();
        });
      });
    await at(preferred).catch(() => at(0));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
