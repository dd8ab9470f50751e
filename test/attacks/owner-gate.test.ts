import * as fs from 'node:fs';
import * as http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { ownerGate, ownerOf, type OwnerGate } from '../../engine/host/owner-gate';

// The image registry's port: its owner pushes through it, another user of the machine gets no answer.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-owner-gate-'));
const file = path.join(root, 'registry.sock');
const bytes: number[] = [];
const server = http.createServer((request, response) => {
  let size = 0;
  request.on('data', (chunk: Buffer) => (size += chunk.length));
  request.on('end', () => {
    bytes.push(size);
    response.end('an answer');
  });
});
let gate: OwnerGate;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(file, done));
  gate = await ownerGate(file);
});
afterAll(async () => {
  await gate.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  fs.rmSync(root, { recursive: true, force: true });
});

const ASK = `require('http').request(process.argv[1], { method: 'PUT' }, (answer) => answer.on('data', (part) => console.log(String(part)))).on('error', () => console.log('refused')).end(Buffer.alloc(Number(process.argv[2])));`;
const ask = (size: number, options: execa.Options = {}) =>
  execa(process.execPath, ['-e', ASK, `http://127.0.0.1:${gate.port}/`, String(size)], { cwd: '/', ...options });

test('its owner is answered, through which a whole layer goes', async () => {
  expect((await ask(64 * 1024 ** 2)).stdout).toBe('an answer');
  expect(bytes.splice(0)).toEqual([64 * 1024 ** 2]);
});

const asAnother = process.platform === 'linux' && process.getuid?.() === 0 ? test : test.skip;
asAnother('another user of the machine gets nothing, and nothing of it arrives', async () => {
  expect((await ask(10, { uid: 65534, gid: 65534 })).stdout).toBe('refused');
  expect(bytes).toEqual([]);
});

test('whose a connection is: its own end, held by somebody', () => {
  const line = (from: string, to: string, state: string, uid: number) =>
    `   1: ${from} ${to} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 4711 1`;
  const [ours, theirs] = ['0100007F:1388', '0100007F:C000'];
  const server = line(ours, theirs, '01', 1000);
  expect(ownerOf([[server, line(theirs, ours, '01', 65534)].join('\n')], 0xc000, 5000)).toBe(65534);
  // What was closed before anybody looked shows root.
  expect(ownerOf([[server, line(theirs, ours, '05', 0)].join('\n')], 0xc000, 5000)).toBeUndefined();
  const six = '0000000000000000FFFF00000100007F';
  expect(ownerOf(['', line(`${six}:C000`, `${six}:1388`, '01', 1001)], 0xc000, 5000)).toBe(1001);
});
