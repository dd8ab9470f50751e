import * as net from 'node:net';
import * as tls from 'node:tls';
import { readOpening } from '../../../engine/network/opening';

/** What a TLS client says first. */
function hello(options: tls.ConnectionOptions): Promise<Buffer> {
  return new Promise((done) => {
    const server = net.createServer((socket) => {
      socket.once('data', (bytes) => {
        socket.destroy();
        server.close();
        done(bytes);
      });
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      tls.connect({ port, host: '127.0.0.1', ...options }).on('error', () => undefined);
    });
  });
}

test('the server name of a ClientHello is read, in however many pieces it comes', async () => {
  const bytes = await hello({ servername: 'sts.us-east-1.amazonaws.com' });
  expect(readOpening(bytes)).toEqual({ kind: 'tls', serverName: 'sts.us-east-1.amazonaws.com' });
  for (let length = 1; length < bytes.length; length += 7)
    expect(readOpening(bytes.subarray(0, length))).toBeUndefined();
});

test('a ClientHello may name nobody', async () => {
  expect(readOpening(await hello({}))).toEqual({ kind: 'tls' });
});

test('the Host of a request is read without its port', () => {
  const request = 'GET /x HTTP/1.1\r\nuser-agent: x\r\nHost:  s3.amazonaws.com:80 \r\n\r\n';
  expect(readOpening(Buffer.from(request))).toEqual({ kind: 'http', host: 's3.amazonaws.com' });
  expect(readOpening(Buffer.from(request.slice(0, 30)))).toBeUndefined();
  expect(readOpening(Buffer.from('GET / HTTP/1.0\r\n\r\nHost: x\r\n\r\n'))).toEqual({ kind: 'http' });
});

test('what is neither is neither', () => {
  expect(readOpening(Buffer.from('SSH-2.0-x\r\n'))).toEqual({ kind: 'other' });
  expect(readOpening(Buffer.from([0x16, 3, 1, 0, 4, 2, 0, 0, 0]))).toEqual({ kind: 'other' });
  expect(readOpening(Buffer.from([0x16, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 0, 0]))).toEqual({ kind: 'other' });
});
