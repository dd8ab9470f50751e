import * as fs from 'node:fs';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';

/** A loopback port that takes connections of its owner only. */
export interface OwnerGate {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Leads a loopback port to a socket file, for programs of this user and of root (as whom a container engine connects). Connections of another user of
 * the machine are closed. Linux tells whose a connection is (proc(5), /proc/net/tcp); another system does not, and every connection is led there.
 * @param file what listens on it asks for no password
 */
export async function ownerGate(file: string): Promise<OwnerGate> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (asking) => {
    asking.on('error', () => asking.destroy());
    if (!isOwners(asking)) return void asking.destroy();
    const served = net.connect({ path: file, allowHalfOpen: true });
    for (const [one, other] of [
      [asking, served],
      [served, asking],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => (sockets.delete(one), other.destroy()));
      one.pipe(other);
    }
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

function isOwners({ remotePort = 0, localPort = 0 }: net.Socket): boolean {
  if (process.platform !== 'linux') return true;
  const uid = ownerOf(['tcp', 'tcp6'].map(tableOf), remotePort, localPort);
  return uid === 0 || uid === process.getuid?.();
}

function tableOf(name: string): string {
  try {
    return fs.readFileSync(`/proc/net/${name}`, 'latin1');
  } catch {
    // A machine without IPv6 has no tcp6.
    return '';
  }
}

/** `0100007F` is 127.0.0.1 as a processor that is little-endian writes it. */
const LOOPBACK = /(^|0000FFFF|FFFF0000)0100007F$/;
/** The state of a connection that somebody holds. One that was closed shows root as its owner. */
const ESTABLISHED = '01';

/**
 * Whose the other end of a loopback connection is.
 * @param tables the kernel's, `/proc/net/tcp` and `/proc/net/tcp6`
 * @returns a uid; undefined where nobody holds it any more
 */
export function ownerOf(tables: readonly string[], theirPort: number, ourPort: number): number | undefined {
  for (const line of tables.flatMap((table) => table.split('\n'))) {
    const [, from = '', to = '', state, , , , uid] = line.trim().split(/\s+/);
    if (state === ESTABLISHED && isAt(from, theirPort) && isAt(to, ourPort)) return Number(uid);
  }
  return undefined;
}

function isAt(end: string, port: number): boolean {
  const [address = '', hex = ''] = end.split(':');
  return LOOPBACK.test(address) && parseInt(hex, 16) === port;
}
