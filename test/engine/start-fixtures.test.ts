import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Values } from '../../engine/endpoint/values';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { startFixtures } from '../../engine/resources/start-fixtures';
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
            forgets: [],
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
