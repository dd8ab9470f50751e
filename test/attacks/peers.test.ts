import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Credentials, personCredentials } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import { signedHeaders } from '../../engine/gateway/sign';
import { MOST_HELD, watchLoop } from '../fixtures/held-loop';
import { PEERS } from '../fixtures/peers';

// Peers that break off, dawdle, talk nonsense or come by the hundred: each ends its own connection. Who has credentials is answered meanwhile, and no peer
// holds the loop.
const credentials = new Credentials('tester');
const reached: string[] = [];
const gateway = new AwsGateway({
  credentials,
  handlers: new Map([
    ['codepipeline', (request) => (reached.push(request.operation), { status: 200, body: 'answered' })],
  ]),
});
let port = 0;

beforeAll(async () => (port = Number(new URL(await gateway.listen()).port)));
beforeEach(() => (reached.length = 0));
afterAll(() => gateway.close());

/** What a person with credentials is answered. */
async function asked(): Promise<number | undefined> {
  const body = '{}';
  const unsigned = {
    method: 'POST',
    endpointUrl: `http://127.0.0.1:${port}`,
    path: '/',
    region: 'eu-west-1',
    service: 'codepipeline',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'CodePipeline_20150709.GetPipelineState',
    },
    body,
  };
  const headers = await signedHeaders(unsigned, personCredentials(credentials.personKey, '111111111111'));
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return response.statusCode;
}

test.each(PEERS)('%s: the next one is answered, and the loop is not held', async (peer) => {
  expect(await asked()).toBe(200);
  const watch = watchLoop();
  const thread = new Worker(path.join(__dirname, '../fixtures/peers.js'), { workerData: { port, peer } });
  try {
    await once(thread, 'message');
    for (let i = 0; i < 3; i++) expect(await asked()).toBe(200);
    const held = await watch.end();
    expect({ held: held <= MOST_HELD ? 'not' : held }).toEqual({ held: 'not' });
    // Of all that was said only what is signed has reached anybody.
    expect(reached).toEqual(Array(4).fill('CodePipeline_20150709.GetPipelineState'));
  } finally {
    await thread.terminate();
  }
});

test('a connection that says nothing is closed', async () => {
  const socket = net.connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\n');
  await once(socket, 'close');
}, 40_000);
