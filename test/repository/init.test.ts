import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { parseConfiguration } from '../../config/load';
import { checkRepository } from '../../repository/check/check';
import { openCheckout } from '../../repository/checkout';
import { initialConfiguration } from '../../repository/init/initial-configuration';
import { survey } from '../../repository/survey';
import { changed } from './changed';

const ROOT = path.join(__dirname, '../..');
const FOUND = path.join(ROOT, 'examples/as-found');
/** As it was before its one missing migration was written. */
const checkout = changed(openCheckout(FOUND), {
  'backend/api/prisma/migrations/20260901000000_points': undefined,
});
const seen = survey(checkout);
const [site] = seen.sites;
const answers = { project: 'found', region: 'ap-northeast-2', repository: 'acme/found', ...(site ? { site } : {}) };

test('a repository as it was found: every component, with the place of each value', () => {
  const { yaml, questions } = initialConfiguration(checkout, seen, answers);
  const { components, environments, rehearsal } = parseConfiguration(yaml, 'saiondo.yaml');
  expect(components).toMatchObject({
    api: { directory: 'backend/api', port: 3000, healthPath: '/health', command: 'node dist/src/main.js' },
    llm: { directory: 'backend/llm', port: 8000, buildEnvironment: { OPENAI_API_KEY: 'test' } },
    web: { directory: 'frontend/web', framework: 'node' },
    contracts: { directory: 'web3', contracts: { Found: { arguments: [] } } },
  });
  expect(components.api.test?.[0]).toContain('jest --rootDir=.');
  expect(environments.dev).toMatchObject({
    migrations: { drift: 'push' },
    services: {
      api: {
        writable: ['/app/logs'],
        secrets: { AUTH_JWT_SECRET: 'found/dev/api:AUTH_JWT_SECRET' },
        environment: { AUTH_JWT_TOKEN_EXPIRES_IN: '1d' },
      },
    },
  });
  expect(environments.prod.migrations.drift).toBe('error');
  expect(Object.keys(rehearsal.secrets).sort()).toEqual(
    ['dev', 'prod'].flatMap((name) => [`found/${name}/api`, `found/${name}/llm`]),
  );
  // Each comment that names a place names one that is there, and a line that the file has.
  const places = [...yaml.matchAll(/# ([\w./-]+\.\w+|[\w./-]*Dockerfile):(\d+)/g)];
  expect(places.length).toBeGreaterThan(8);
  for (const [, file = '', line] of places)
    expect(`${file}:${(checkout.text(file) ?? '').split('\n').length >= Number(line)}`).toBe(`${file}:true`);
  expect(questions.every((one) => /^saiondo\.yaml:\d+: /.test(one))).toBe(true);
});

test('what is left is what only a person decides: the missing migration in a protected environment', () => {
  const { yaml, findings } = initialConfiguration(checkout, seen, answers);
  const [left, ...more] = findings.filter(({ level }) => level !== 'note');
  expect(more).toEqual([]);
  expect(left).toMatchObject({
    what: 'api.migrations',
    level: 'stops',
    found:
      'no migration makes 1 of 2 tables: points; prod would stop at its migration, for its migrations.drift is error',
  });
  // A warning lets the service start without its table: that stops as well.
  const decided = yaml.replace('    protected: true\n', '    protected: true\n    migrations: { drift: warn }\n');
  const warned = checkRepository(checkout, parseConfiguration(decided, 'saiondo.yaml'));
  expect(warned.filter(({ level }) => level === 'stops').map(({ found }) => found)).toEqual([
    'no migration makes 1 of 2 tables: points; prod would start without them, for its migrations.drift is warn',
  ]);
});

test('the sample with its migration: nothing stops what init writes', () => {
  const whole = openCheckout(FOUND);
  const { findings } = initialConfiguration(whole, survey(whole), answers);
  expect(findings.filter(({ level }) => level !== 'note')).toEqual([]);
});

test('the command writes it once; run again it shows a difference and changes nothing unasked', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-init-test-'));
  const file = path.join(folder, 'saiondo.yaml');
  const init = (...more: string[]) =>
    execa('node', [path.join(ROOT, 'dist/bin/saiondo.js'), 'init', FOUND, '--yes', ...more], {
      cwd: folder,
      all: true,
    });
  try {
    expect((await init()).all).toMatch(
      /wrote saiondo\.yaml[\s\S]*to answer: saiondo\.yaml:8:[\s\S]*next: saiondo check/,
    );
    const written = fs.readFileSync(file, 'utf8');
    expect((await init()).all).toContain('saiondo.yaml is as it would be written');
    const own = written.replace('port: 3000', 'port: 3100');
    fs.writeFileSync(file, own);
    const again = await init();
    expect(again.stdout).toMatch(/^-\s+port: 3100[\s\S]*^\+\s+port: 3000 # backend\/api\/src\/main\.ts/m);
    expect(again.stderr).toContain('stays as it is; --write replaces it');
    expect(fs.readFileSync(file, 'utf8')).toBe(own);
    await init('--write');
    expect(fs.readFileSync(file, 'utf8')).toBe(written);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
