import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Credentials } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import { signedHeaders } from '../../engine/gateway/sign';

// What reaches the endpoint behind, and what an answer that breaks off does to the engine: every request here is a person's own, well signed.
const ACCOUNT = '111111111111';
const REGION = 'ap-northeast-2';
const credentials = new Credentials('tester');
const reached: string[] = [];
let gone = 0;
let received = 0;
const upstream = http.createServer((request, response) => {
  reached.push(request.url ?? '');
  response.on('error', () => undefined);
  if (request.url === '/large') {
    request.on('data', (chunk: Buffer) => (received += chunk.length));
    request.on('end', () => response.end());
  } else if (request.url === '/broken') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => response.destroy());
  } else if (request.url === '/long') {
    response.writeHead(200);
    const send = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', send).on('close', () => gone++);
    send();
  } else {
    response.writeHead(200, { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET' });
    response.end('an answer');
  }
});
let gateway: AwsGateway;
let url: string;

beforeAll(async () => {
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const address = { host: '127.0.0.1', port: (upstream.address() as AddressInfo).port };
  const handlers = new Map([
    [
      'codepipeline',
      () => {
        throw new Error('a handler that breaks');
      },
    ],
    ['sts', async () => Promise.reject(new Error('a handler that breaks later'))],
  ]);
  gateway = new AwsGateway({ credentials, upstream: () => ({ address }), handlers });
  url = await gateway.listen();
});
beforeEach(() => (reached.length = 0));
afterAll(async () => {
  await gateway.close();
  upstream.closeAllConnections();
  await new Promise((done) => upstream.close(done));
});

async function signed(path: string, region = REGION, service = 's3'): Promise<Record<string, string>> {
  const body = service === 's3' ? {} : { body: '{}' };
  return signedHeaders(
    { method: service === 's3' ? 'GET' : 'POST', endpointUrl: url, path, region, service, ...body },
    credentials.person(ACCOUNT),
  );
}

/** The status and headers of a signed request; rejects when the connection breaks. */
async function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: http.IncomingHttpHeaders }> {
  return send('GET', path, { ...(await signed(path)), ...headers });
}

function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; headers: http.IncomingHttpHeaders }> {
  return new Promise((done, fail) => {
    http
      .request(`${url}${path}`, { method, headers }, (answer) => {
        answer.resume();
        answer.once('end', () => done({ status: answer.statusCode ?? 0, headers: answer.headers }));
        answer.once('error', fail);
      })
      .once('error', fail)
      .end(body);
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
])('the endpoint is not administered by %s, no matter who signs', async (path) => {
  const headers = await signed('/');
  expect((await send('GET', path, { ...headers })).status).toBeGreaterThanOrEqual(400);
  expect((await ask(path)).status).toBeGreaterThanOrEqual(400);
  expect(reached).toEqual([]);
});

test('a link of another page reaches nothing of the endpoint', async () => {
  for (const site of ['cross-site', 'same-site'])
    for (const dest of ['document', 'iframe', 'image'])
      expect(
        (
          await send('GET', '/bucket', {
            'sec-fetch-site': site,
            'sec-fetch-mode': 'navigate',
            'sec-fetch-dest': dest,
          })
        ).status,
      ).toBe(403);
  expect(reached).toEqual([]);
});

test.each(['..', '../x', 'EVIL', 'a'.repeat(40)])('a region %s is refused', async (region) => {
  const headers = await signed('/bucket');
  headers.authorization = (headers.authorization ?? '').replace(`/${REGION}/`, `/${region}/`);
  expect((await send('GET', '/bucket', headers)).status).toBeGreaterThanOrEqual(400);
  expect(reached).toEqual([]);
});

test('an answer that breaks off in the middle ends its own request, and the next one is answered', async () => {
  await expect(ask('/broken')).rejects.toThrow();
  expect((await ask('/bucket')).status).toBe(200);
});

test('a client that goes in the middle of an answer ends its own request, and the next one is answered', async () => {
  const headers = await signed('/long');
  await new Promise<void>((done) => {
    const request = http.get(`${url}/long`, { headers }, (answer) => {
      answer.once('data', () => {
        request.destroy();
        done();
      });
      answer.on('error', () => undefined);
    });
    request.on('error', () => undefined);
  });
  expect((await ask('/bucket')).status).toBe(200);
  while (gone === 0) await new Promise((next) => setImmediate(next));
});

test.each(['codepipeline', 'sts'])('a handler that throws ends its own request: %s', async (service) => {
  const headers = await signed('/', REGION, service);
  expect((await send('POST', '/', headers, '{}')).status).toBe(500);
  expect((await ask('/bucket')).status).toBe(200);
});

test('an object of 256 MB goes through, and is held nowhere', async () => {
  const size = 256 * 1024 ** 2;
  const unsigned = { method: 'PUT', endpointUrl: url, path: '/large', region: REGION, service: 's3' };
  const headers = { ...(await signedHeaders(unsigned, credentials.person(ACCOUNT))), 'content-length': String(size) };
  const piece = Buffer.alloc(1024 ** 2);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const pieces = (function* () {
    for (let sent = 0; sent < size; sent += piece.length) {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      yield piece;
    }
  })();
  const status = await new Promise((done, fail) => {
    const request = http.request(`${url}/large`, { method: 'PUT', headers }, (answer) => {
      answer.resume().once('end', () => done(answer.statusCode));
    });
    request.once('error', fail);
    Readable.from(pieces).pipe(request);
  });
  expect({ status, received }).toEqual({ status: 200, received: size });
  expect(most).toBeLessThan(64 * 1024 ** 2);
}, 180_000);
