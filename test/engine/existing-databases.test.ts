import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Client } from 'pg';
import { fixturesOf } from '../../commands/rehearse/fixtures';
import { parseConfiguration } from '../../config/load';
import { secretKey, Values } from '../../engine/endpoint/values';
import { startExistingDatabases, withStandIns } from '../../engine/fixtures/existing-databases';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { KnownSecrets } from '../../engine/secrets/known-secrets';
import { configured } from '../app/configured';

const HOST = 'saiondo.abcdefgh.ap-northeast-2.rds.amazonaws.com';
const existing = {
  host: HOST,
  port: 5433,
  name: 'saiondo',
  secret: 'arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:saiondo/prod/database-AbCdEf',
  securityGroup: 'sg-0123456789abcdef0',
  instance: 'saiondo-prod',
};
const configuration = parseConfiguration(
  configured({
    'environments.prod.database': { existing },
    'rehearsal.secrets': { 'saiondo/prod/database': { username: 'real', password: 'real' } },
  }),
  'saiondo.yaml',
);
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-existing-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

test('a database that is there already has a local one in its place, with a password of its own, and its address stays free', async () => {
  const { databases = [] } = fixturesOf(configuration, root);
  expect(databases).toEqual([expect.objectContaining({ host: HOST, port: 5433, secret: 'saiondo/prod/database' })]);
  const services = new ServiceRegistry(root);
  const values = new Values(root, new KnownSecrets());
  const said: string[] = [];
  const exposed: number[] = [];
  const start = () =>
    startExistingDatabases(databases, {
      values,
      services,
      directory: root,
      emit: (event) => void (event.kind === 'message' && said.push(event.text)),
      expose: async (port) => void exposed.push(port),
    });
  try {
    const [standIn] = await start();
    expect(exposed).toEqual([standIn?.localPort]);
    expect(said).toEqual([expect.stringContaining(`${HOST} is never asked in a rehearsal`)]);
    const secret = values.get(secretKey('333333333333', 'ap-northeast-2', 'saiondo/prod/database')) ?? '';
    const { username, password } = JSON.parse(secret) as Record<string, string>;
    expect(password).not.toBe('real');
    const client = new Client({
      host: '127.0.0.1',
      ...(standIn ? { port: standIn.localPort } : {}),
      user: username,
      ...(password ? { password } : {}),
      database: 'saiondo',
      ssl: { rejectUnauthorized: false },
    });
    await client.connect();
    await client.end();
    await services.stopAll();
    expect((await start())[0]?.localPort).toBe(standIn?.localPort);
  } finally {
    await services.stopAll();
  }
});

test('in a template every text that names the address names the local server, and the port next to it is the local one', () => {
  const variables = (host: string, port: string, url: string): object[] => [
    { Name: 'DB_HOST', Value: host },
    { Name: 'DB_PORT', Value: port },
    { Name: 'PORT', Value: '5433' },
    { Name: 'URL', Value: url },
    { Ref: 'Other' },
  ];
  const template = {
    Resources: { A: { Properties: { List: variables(HOST, '5433', `postgresql://${HOST}:5433/x`), Port: 5433 } } },
  };
  const standIns = [{ host: HOST, port: 5433, localPort: 40001 }];
  expect(withStandIns(template, standIns)).toEqual({
    Resources: {
      A: { Properties: { List: variables('127.0.0.1', '40001', 'postgresql://127.0.0.1:40001/x'), Port: 5433 } },
    },
  });
  expect(withStandIns(template, [])).toBe(template);
});
