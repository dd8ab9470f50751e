import type { Opening } from './decide';

/** Bytes that are waited for at most before a client's first words are judged. */
const MOST = 32 * 1024;
const METHOD = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|REPORT|MKCOL) /;

/**
 * What a client's first bytes are: TLS with its server name (RFC 6066), HTTP with its Host, or something else.
 * @returns undefined: more bytes are needed
 */
export function readOpening(bytes: Buffer): Opening | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] === 0x16) return readHello(bytes);
  const text = bytes.toString('latin1', 0, MOST);
  if (!METHOD.test(text)) return text.length < 9 && /^[A-Z]+$/.test(text) ? undefined : { kind: 'other' };
  const end = text.indexOf('\r\n\r\n');
  // Whole lines only, without the first, which is the request's.
  const lines = (end < 0 ? text : text.slice(0, end + 2)).split('\r\n').slice(1, -1);
  const host = lines
    .find((line) => /^host:/i.test(line))
    ?.slice('host:'.length)
    .trim();
  if (host === undefined && end < 0 && bytes.length < MOST) return undefined;
  return host === undefined || host === '' ? { kind: 'http' } : { kind: 'http', host: host.replace(/:\d+$/, '') };
}

/** The server name of a TLS ClientHello (RFC 8446, 4.1.2), which may come in several records. */
function readHello(bytes: Buffer): Opening | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    if (bytes[at] !== 0x16) break;
    const length = bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  const message = Buffer.concat(parts);
  if (message.length < 4) return bytes.length > MOST ? { kind: 'tls' } : undefined;
  if (message[0] !== 1) return { kind: 'other' };
  const length = message.readUIntBE(1, 3);
  if (message.length < 4 + length) return bytes.length > MOST ? { kind: 'tls' } : undefined;
  try {
    const serverName = serverNameOf(message.subarray(4, 4 + length));
    return serverName === undefined ? { kind: 'tls' } : { kind: 'tls', serverName };
  } catch (error) {
    if (/^ERR_(OUT_OF_RANGE|BUFFER_OUT_OF_BOUNDS)$/.test(String((error as NodeJS.ErrnoException).code)))
      return { kind: 'other' };
    throw error;
  }
}

function serverNameOf(hello: Buffer): string | undefined {
  let at = 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at + 4 <= end) {
    const type = hello.readUInt16BE(at);
    const length = hello.readUInt16BE(at + 2);
    if (type === 0) {
      const name = at + 4 + 2;
      if (hello.readUInt8(name) !== 0) return undefined;
      return hello.toString('latin1', name + 3, name + 3 + hello.readUInt16BE(name + 1));
    }
    at += 4 + length;
  }
  return undefined;
}
