import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Client } from 'pg';
import { postgresDirectories, startPostgres } from '../../engine/resources/postgres';
import { ServiceRegistry } from '../../engine/host/service-registry';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-postgres-test-'));
fs.chmodSync(root, 0o755);
const registry = new ServiceRegistry(root);
afterAll(async () => {
  await registry.stopAll();
  fs.rmSync(root, { recursive: true, force: true });
});

test('an instance starts where none of the folders on its way exists yet, takes TLS alone, and keeps its data', async () => {
  const options = {
    name: 'instance',
    directory: path.join(root, 'made', 'on', 'the', 'way'),
    user: 'saiondo',
    password: 'a"b\'c d',
    database: 'saiondo',
  };
  const { port } = await startPostgres(registry, options);
  const connect = { host: '127.0.0.1', port, user: options.user, password: options.password, database: 'saiondo' };
  await expect(new Client({ ...connect, ssl: false }).connect()).rejects.toThrow(/no encryption/);
  const client = new Client({ ...connect, ssl: { rejectUnauthorized: false } });
  await client.connect();
  await client.query('CREATE TABLE kept (value int); INSERT INTO kept VALUES (7)');
  await client.end();
  await registry.stop(options.name);

  const again = await startPostgres(registry, { ...options, port });
  expect(again.port).toBe(port);
  const reader = new Client({ ...connect, ssl: { rejectUnauthorized: false } });
  await reader.connect();
  expect((await reader.query('SELECT value FROM kept')).rows).toEqual([{ value: 7 }]);
  await reader.end();
});

test('who deletes the state begins anew, wherever the data had to lie', async () => {
  // A folder that the server's user cannot enter: as root its data lies outside.
  const state = path.join(root, 'closed');
  const options = { name: 'closed', directory: path.join(state, 'instance'), user: 'saiondo', database: 'saiondo' };
  for (const password of ['first', 'second']) {
    fs.mkdirSync(state, { mode: 0o700 });
    const { port } = await startPostgres(registry, { ...options, password });
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'saiondo',
      password,
      database: 'saiondo',
      ssl: { rejectUnauthorized: false },
    });
    await client.connect();
    await client.query('CREATE TABLE of_this_state (value int)');
    await client.end();
    await registry.stop(options.name);
    fs.rmSync(state, { recursive: true });
  }
  for (const directory of postgresDirectories(options.directory))
    fs.rmSync(directory, { recursive: true, force: true });
});
