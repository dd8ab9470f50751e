import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsFront } from '../../engine/endpoint/front';

// What reaches the endpoint behind, and what an answer that breaks off does to the engine.
const upstream = http.createServer((request, response) => {
  if (request.url === '/broken') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => response.destroy());
  } else if (request.url === '/long') {
    response.writeHead(200);
    const send = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', send);
    send();
  } else {
    response.writeHead(200, { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET' });
    response.end('an answer');
  }
});
let front: AwsFront;
let url: string;

beforeAll(async () => {
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const behind = new URL(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`);
  front = new AwsFront(() => behind, new Map());
  url = await front.listen();
});
afterAll(async () => {
  await front.close();
  upstream.closeAllConnections();
  await new Promise((done) => upstream.close(done));
});

/** The status and headers of a request; rejects when the connection breaks. */
function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: http.IncomingHttpHeaders }> {
  return new Promise((done, fail) => {
    http
      .get(`${url}${path}`, { headers }, (answer) => {
        answer.resume();
        answer.once('end', () => done({ status: answer.statusCode ?? 0, headers: answer.headers }));
        answer.once('error', fail);
      })
      .once('error', fail);
  });
}

test('no answer lets another web page read or frame it', async () => {
  const { status, headers } = await ask('/bucket');
  expect(status).toBe(200);
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  expect(headers['x-frame-options']).toBe('DENY');
});

test.each([
  '/moto-api/data.json',
  '/moto-api',
  '//moto-api/recorder/start-recording',
  '/%6doto-api/reset',
  '/./moto-api/reset',
  '/bucket/../moto-api/reset?x',
  '/bucket/%2e%2e/moto-api/reset',
  '/MOTO-API/',
])('the endpoint is not administered by %s', async (path) => {
  expect((await ask(path)).status).toBe(403);
});

test('a link of another page reaches nothing of the endpoint', async () => {
  for (const site of ['cross-site', 'same-site'])
    expect((await ask('/bucket', { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' })).status).toBe(403);
});

test.each(['..', '../x', 'EVIL', 'a'.repeat(40)])('a region %s is refused', async (region) => {
  const authorization = `AWS4-HMAC-SHA256 Credential=LSIAQ11111111111100Q/20260101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`;
  const { status } = await ask('/bucket', { authorization });
  expect(status).toBe(403);
});

test('an answer that breaks off in the middle ends its own request, and the next one is answered', async () => {
  await expect(ask('/broken')).rejects.toThrow();
  expect((await ask('/bucket')).status).toBe(200);
});

test('a client that goes in the middle of an answer ends its own request, and the next one is answered', async () => {
  await new Promise<void>((done) => {
    const request = http.get(`${url}/long`, (answer) => {
      answer.once('data', () => {
        request.destroy();
        done();
      });
      answer.on('error', () => undefined);
    });
    request.on('error', () => undefined);
  });
  expect((await ask('/bucket')).status).toBe(200);
});
