import type * as dgram from 'node:dgram';
import type * as net from 'node:net';
import * as packet from 'dns-packet';
import type { Names } from './names';

/** Seconds that an answer may be kept: an address is a name's for the whole run. */
const TTL = 60;
const NXDOMAIN = 3;

/** Answers DNS on the sockets of a namespace: A records of our own addresses, and nothing for any other type. */
export function serveDns(names: Names, udp: dgram.Socket, tcp: net.Server): void {
  udp.on('message', (query, from) => {
    void answer(names, query).then((bytes) => bytes && udp.send(bytes, from.port, from.address));
  });
  udp.on('error', () => undefined);
  tcp.on('connection', (socket) => {
    let bytes: Buffer = Buffer.alloc(0);
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
        const end = 2 + bytes.readUInt16BE(0);
        const query = bytes.subarray(2, end);
        bytes = bytes.subarray(end);
        void answer(names, query).then((reply) => {
          if (!reply) return socket.destroy();
          const length = Buffer.alloc(2);
          length.writeUInt16BE(reply.length);
          socket.write(Buffer.concat([length, reply]));
        });
      }
    });
  });
}

/** @returns undefined for what is not a query */
async function answer(names: Names, bytes: Buffer): Promise<Buffer | undefined> {
  try {
    const query = packet.decode(bytes);
    const [question] = query.questions ?? [];
    if (query.type !== 'query' || !question) return undefined;
    const found = await names.answer(question.name);
    const address = typeof found === 'object' && question.type === 'A' ? found.address : undefined;
    return packet.encode({
      type: 'response',
      id: query.id ?? 0,
      flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | (found === 'unknown' ? NXDOMAIN : 0),
      questions: [question],
      answers: address === undefined ? [] : [{ type: 'A', name: question.name, ttl: TTL, data: address }],
    });
  } catch {
    // Not DNS.
    return undefined;
  }
}
