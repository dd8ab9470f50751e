import * as dns from 'node:dns';
import * as http from 'node:http';
import * as net from 'node:net';
import * as os from 'node:os';

/** Milliseconds in which a host outside has to take a connection. */
const PATIENCE = 30_000;

/** A host that cannot be reached, with a reason for a person. */
export class Unreachable extends Error {
  constructor(
    message: string,
    /** We do not connect there, whether or not the host answers. */
    readonly refused: boolean,
  ) {
    super(message);
  }
}

/** The person's way to the network, as its variables tell it. */
export class Outbound {
  private readonly proxies: Readonly<Record<'http' | 'https', URL | undefined>>;
  private readonly direct: readonly string[];

  /** @param environment of the person: `https_proxy`, `http_proxy`, `no_proxy` in either case */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const of = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()] || undefined;
    this.proxies = { https: urlOf(of('https_proxy')), http: urlOf(of('http_proxy')) };
    this.direct = (of('no_proxy') ?? '').split(/[\s,]+/).filter(Boolean);
  }

  /** Whether the person's network has a proxy: then names may be unknown here. */
  get byProxy(): boolean {
    return this.proxies.https !== undefined;
  }

  /**
   * A connection to a host outside. Never one to this machine itself: its loopback services are nobody's but the person's.
   * @throws Unreachable
   */
  async connect(host: string, port: number): Promise<net.Socket> {
    // A proxy takes CONNECT for HTTPS; what it says to others is its own to decide.
    const proxy = this.goesDirect(host) ? undefined : (this.proxies.https ?? this.proxies.http);
    return proxy ? await tunnel(proxy, host, port) : await dial(host, port);
  }

  private goesDirect(host: string): boolean {
    return this.direct.some((one) => {
      const domain = one.replace(/^\*?\./, '').replace(/:\d+$/, '');
      return one === '*' || host === domain || host.endsWith(`.${domain}`);
    });
  }
}

async function dial(host: string, port: number): Promise<net.Socket> {
  const addresses = await dns.promises.lookup(host, { all: true }).catch(() => {
    throw new Unreachable(`${host} has no address`, false);
  });
  if (addresses.some(({ address }) => isThisMachine(address)))
    throw new Unreachable('it is this machine, whose own services no build reaches', true);
  return await settle(
    net.connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      autoSelectFamily: true,
      // What was looked at is what is connected to.
      lookup: (_host, options, done) =>
        options.all ? done(null, addresses) : done(null, addresses[0]?.address ?? '', addresses[0]?.family),
    }),
    host,
  );
}

function settle(socket: net.Socket, host: string): Promise<net.Socket> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
    const failed = (error: Error): void => {
      clearTimeout(timer);
      fail(new Unreachable(`${host}: ${error.message}`, false));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      done(socket);
    });
  });
}

function tunnel(proxy: URL, host: string, port: number): Promise<net.Socket> {
  return new Promise((done, fail) => {
    const credentials = decodeURIComponent(proxy.username) + ':' + decodeURIComponent(proxy.password);
    const request = http.request({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: `${host}:${port}`,
      timeout: PATIENCE,
      headers: {
        host: `${host}:${port}`,
        ...(proxy.username ? { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` } : {}),
      },
    });
    request.once('connect', (response, socket, head) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        fail(new Unreachable(`the proxy ${proxy.hostname} answers ${response.statusCode} for ${host}:${port}`, false));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      done(socket as net.Socket);
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', (error) => fail(new Unreachable(`the proxy ${proxy.hostname}: ${error.message}`, false)));
    request.end();
  });
}

function urlOf(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  try {
    return new URL(text.includes('://') ? text : `http://${text}`);
  } catch {
    return undefined;
  }
}

const NEAR = new net.BlockList();
NEAR.addSubnet('127.0.0.0', 8, 'ipv4');
NEAR.addSubnet('0.0.0.0', 8, 'ipv4');
NEAR.addSubnet('169.254.0.0', 16, 'ipv4');
NEAR.addAddress('::1', 'ipv6');
NEAR.addAddress('::', 'ipv6');
NEAR.addSubnet('fe80::', 10, 'ipv6');
NEAR.addSubnet('fd00:ec2::', 32, 'ipv6');

/** Whether an address is this machine's, or one that only this machine's link knows. */
export function isThisMachine(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (NEAR.check(plain, net.isIPv6(plain) ? 'ipv6' : 'ipv4')) return true;
  return Object.values(os.networkInterfaces()).some((all) => all?.some((one) => one.address === plain));
}
