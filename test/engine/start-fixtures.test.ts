import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parameterKey, Values } from '../../engine/endpoint/values';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { fixturesOf } from '../../commands/rehearse/fixtures';
import { loadConfiguration } from '../../config/load';
import { startFixtures } from '../../engine/fixtures/start-fixtures';
import { KnownSecrets } from '../../engine/secrets/known-secrets';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-fixtures-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

test('what installs a fixture has a home and a package cache of its own, and nothing of the person', async () => {
  const [directory, local] = ['chain', 'local'].map((name) => {
    fs.mkdirSync(path.join(root, name));
    return path.join(root, name);
  }) as [string, string];
  process.env.PERSON_TOKEN = 'of the person';
  const services = new ServiceRegistry(local);
  try {
    await startFixtures(
      {
        processes: [
          {
            name: 'chain dev',
            directory,
            install: { command: 'env > installed', done: 'installed' },
            command: `node -e 'require("node:net").createServer().listen({port}, "127.0.0.1")'`,
            tells: [],
          },
        ],
        parameters: [],
        secrets: [],
      },
      {
        values: new Values(local, new KnownSecrets()),
        services,
        directory: local,
        emit: () => undefined,
        environment: { npm_config_cache: '/the/cache' },
        expose: async () => undefined,
      },
    );
  } finally {
    delete process.env.PERSON_TOKEN;
    await services.stopAll();
  }
  const installed = fs.readFileSync(path.join(directory, 'installed'), 'utf8').split('\n');
  expect(installed).toContain(`HOME=${local}`);
  expect(installed).toContain('npm_config_cache=/the/cache');
  expect(installed.join('\n')).not.toContain('of the person');
});

/** A chain of addresses that have code, kept in the folder that it is given; without a folder in memory alone, which is empty. */
const CHAIN = `const [port, data] = process.argv.slice(2);
const fs = require('node:fs');
const file = data + '/code.json';
const code = data && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
require('node:http').createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { id, params } = JSON.parse(body);
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: code[params[0]] ?? '0x' }));
}).listen(Number(port), '127.0.0.1');`;

test('what the registry says is on chain is there in the next run as far as the chain has come back', async () => {
  const configuration = loadConfiguration(path.join(__dirname, '../../saiondo.yaml'));
  const directory = path.join(root, "chain's");
  const local = path.join(root, "state's");
  for (const folder of [directory, local]) fs.mkdirSync(folder);
  fs.writeFileSync(path.join(directory, 'chain.js'), CHAIN);
  const { account, region } = configuration.environments.dev;
  const key = (name: string): string => parameterKey(account, region, `/saiondo/dev/${name}`);
  const [TOKEN, ADDRESS, GONE] = ['sepolia/Token', 'sepolia/Token/address', 'sepolia/Gone'].map((one) =>
    key(`contracts/${one}`),
  ) as [string, string, string];
  const started = async (command: string, chain: Record<string, string>): Promise<string[]> => {
    const given = configuration.rehearsal.chain;
    if (!given) throw new Error('the sample has a chain');
    const fixtures = fixturesOf(
      {
        ...configuration,
        rehearsal: {
          ...configuration.rehearsal,
          chain: { ...given, directory, install: 'mkdir node_modules', command },
        },
      },
      root,
    );
    const values = new Values(local);
    values.set(TOKEN, '0xprint 0x11');
    values.set(ADDRESS, '0x11');
    values.set(GONE, '0xprint 0x22');
    values.set(key('other'), 'of nobody');
    const data = path.join(local, 'fixtures', 'chain-dev');
    if (fs.existsSync(data)) fs.writeFileSync(path.join(data, 'code.json'), JSON.stringify(chain));
    const services = new ServiceRegistry(local);
    try {
      await startFixtures(fixtures, {
        values,
        services,
        directory: local,
        emit: () => undefined,
        environment: {},
        expose: async () => undefined,
      });
    } finally {
      await services.stopAll();
    }
    const kept = new Values(local);
    expect(kept.get(key('other'))).toBe('of nobody');
    return [TOKEN, ADDRESS, GONE].filter((one) => kept.get(one) !== undefined);
  };
  const keeps = 'node chain.js {port} {data}';
  expect(await started(keeps, {})).toEqual([]);
  expect(await started(keeps, { '0x11': '0x60' })).toEqual([TOKEN, ADDRESS]);
  // A chain that is in memory alone, or whose folder somebody removed, begins empty.
  expect(await started('node chain.js {port}', { '0x11': '0x60' })).toEqual([]);
  fs.rmSync(path.join(local, 'fixtures'), { recursive: true });
  expect(await started(keeps, {})).toEqual([]);
});
