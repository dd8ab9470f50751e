import * as net from 'node:net';
import type { NetworkRefusal } from '../../ports/network';
import { Authority } from '../authority';
import { OUTSIDE_PORTS } from '../ports';
import { askingProcess } from './asking-process';
import type { Gateway, Started, ToOutside } from '../messages';
import { explicitProxy } from './explicit-proxy';
import { Names } from './names';
import { GATEWAY, makeNamespaces, type Namespace } from './namespace';
import { Outbound } from './outbound';
import { join, Proxy } from './proxy';
import { serveDns } from './resolver';

/** All that the process outside of the namespaces holds. */
export class Outside {
  private readonly outbound = new Outbound(process.env);
  private readonly names = new Names(this.outbound.byProxy);
  private readonly relays = new Map<number, net.Server>();
  private addresses: ReadonlySet<string> = new Set();
  private builds?: Namespace;
  private edge?: Namespace;
  private gateway?: Gateway;

  constructor(private readonly refused: (refusal: NetworkRefusal) => void) {}

  async hear(message: ToOutside): Promise<Started | undefined> {
    switch (message.kind) {
      case 'start':
        return await this.start(message.namespace, message.addresses);
      case 'gateway':
        this.gateway = message.gateway;
        return undefined;
      case 'expose':
        await this.expose(message.port);
        return undefined;
      case 'conceal':
        this.relays.get(message.port)?.close();
        this.relays.delete(message.port);
        return undefined;
    }
  }

  close(): void {
    this.builds?.close();
    this.edge?.close();
  }

  private async start(wanted: boolean, addresses: readonly string[]): Promise<Started> {
    this.addresses = new Set(addresses);
    const [authority, namespaces] = await Promise.all([Authority.create(), wanted ? namespacesOrWhy() : undefined]);
    const proxy = new Proxy({
      authority,
      outbound: this.outbound,
      gateway: () => this.gateway,
      refused: this.refused,
      asking: async (socket) =>
        this.builds && socket.remoteAddress !== undefined && socket.remotePort !== undefined
          ? await askingProcess(this.builds.pid, socket.remoteAddress, socket.remotePort)
          : undefined,
    });
    const started = { authority: authority.pem, nameserver: GATEWAY };
    if (namespaces === undefined || 'why' in namespaces) {
      const ports = { proxyPort: await listen(explicitProxy(proxy)), leadPort: await listen(this.leading(proxy)) };
      return { ...started, ...ports, ...(namespaces ? { why: namespaces.why } : {}) };
    }
    this.builds = namespaces.builds;
    this.edge = namespaces.edge;
    await this.serve(namespaces.edge, proxy);
    return { ...started, enter: namespaces.builds.enter };
  }

  private async serve(edge: Namespace, proxy: Proxy): Promise<void> {
    const servers = OUTSIDE_PORTS.map(async ({ port }) => {
      const server = await edge.listenTcp('0.0.0.0', port);
      own(server, (socket) => {
        const address = socket.localAddress ?? '';
        const name = this.names.nameOf(address);
        const known = { address, port, trusted: this.addresses.has(address) };
        proxy.take(socket, name === undefined ? known : { ...known, name });
      });
    });
    const [udp, tcp] = await Promise.all([edge.listenUdp(GATEWAY, 53), edge.listenTcp(GATEWAY, 53), ...servers]);
    serveDns(this.names, udp, tcp);
  }

  private leading(proxy: Proxy): net.Server {
    return net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      proxy.take(socket, { address: '127.0.0.1', port: 443 }),
    );
  }

  private async expose(port: number): Promise<void> {
    if (!this.builds || this.relays.has(port)) return;
    const server = await this.builds.listenTcp('127.0.0.1', port);
    this.relays.set(port, server);
    own(server, (inside) => join(inside, net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })));
  }
}

/** Takes the connections of a socket that another process has opened. */
function own(server: net.Server, take: (socket: net.Socket) => void): void {
  Object.assign(server, { allowHalfOpen: true, noDelay: true });
  server.on('connection', take);
  server.on('error', () => undefined);
}

async function namespacesOrWhy(): Promise<{ builds: Namespace; edge: Namespace } | { readonly why: string }> {
  if (process.platform !== 'linux') return { why: 'network namespaces are Linux’s' };
  try {
    return await makeNamespaces();
  } catch (error) {
    return { why: (error as Error).message.trim().split('\n').at(-1) ?? '' };
  }
}

function listen(server: net.Server): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => done((server.address() as net.AddressInfo).port));
  });
}
