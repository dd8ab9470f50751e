import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { apiBuild, llmBuild } from '../../repository/component-build';
import { contractsBuild } from '../../repository/contracts-build';
import { nodeVersionOf } from '../../repository/node-version';
import { packageManagerOf } from '../../repository/package-manager';
import { checkoutOf } from '../fixtures/checkout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-builds-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const at = (files: Record<string, string>) =>
  checkoutOf(root, Object.fromEntries(Object.entries(files).map(([file, text]) => [`app/${file}`, text])));

test.each<[string, Record<string, string>, string | undefined, object]>([
  ['nothing', { 'package.json': '{}' }, undefined, { name: 'npm', from: 'no lock file' }],
  ['npm’s lock', { 'package-lock.json': '{}' }, undefined, { name: 'npm', lockFile: 'package-lock.json' }],
  [
    'both locks',
    { 'package-lock.json': '{}', 'yarn.lock': '' },
    undefined,
    { name: 'yarn', ignored: ['package-lock.json'] },
  ],
  ['Yarn 1', { 'yarn.lock': '# yarn lockfile v1\n' }, undefined, { name: 'yarn' }],
  ['Yarn 4', { 'yarn.lock': '__metadata:\n  version: 8\n' }, undefined, { name: 'yarn-berry', version: '4.9.4' }],
  [
    'Yarn by Corepack',
    { 'package.json': '{"packageManager":"yarn@4.5.0+sha224.abc"}' },
    undefined,
    { name: 'yarn-berry', version: '4.5.0' },
  ],
  [
    'pnpm’s lock of an age',
    { 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" },
    undefined,
    { name: 'pnpm', version: '8.15.9' },
  ],
  [
    'pnpm by Corepack, with npm’s lock next to it',
    { 'package.json': '{"packageManager":"pnpm@8.15.0"}', 'pnpm-lock.yaml': '', 'package-lock.json': '{}' },
    undefined,
    { name: 'pnpm', version: '8.15.0', ignored: ['package-lock.json'] },
  ],
  [
    'as configured',
    { 'package-lock.json': '{}', 'yarn.lock': '' },
    'npm',
    { name: 'npm', from: 'saiondo.yaml', lockFile: 'package-lock.json' },
  ],
  [
    'no version that a shell would read otherwise',
    { 'package.json': '{"packageManager":"pnpm@8.15.0; rm -rf /"}' },
    undefined,
    { name: 'npm' },
  ],
])('the package manager: %s', (_title, files, configured, expected) => {
  expect(packageManagerOf(at(files), 'app', configured)).toMatchObject(expected);
});

test.each<[Record<string, string>, object]>([
  [{}, { major: 20 }],
  [{ '.nvmrc': 'v22.3.0\n' }, { major: 22, from: '.nvmrc' }],
  [{ '.nvmrc': 'lts/iron' }, { major: 20 }],
  [{ '.node-version': '18' }, { major: 18 }],
  [{ 'package.json': '{"engines":{"node":">=16.0.0"}}' }, { major: 20 }],
  [{ 'package.json': '{"engines":{"node":"^22.12 || >=24"}}' }, { major: 22 }],
  [{ '.nvmrc': '12' }, { major: 20, unmet: '12' }],
])('Node of %j', (files, expected) => {
  expect(nodeVersionOf(at(files), 'app')).toMatchObject(expected);
});

test('the api’s commands: today’s for npm; a command of saiondo.yaml is run as it stands, Jest with the pipeline’s reporter', () => {
  const files = {
    'package.json': JSON.stringify({ scripts: { build: 'nest build', test: 'jest' } }),
    'package-lock.json': '{}',
    'prisma/schema.prisma': '',
  };
  const { install, build, test: tests, report } = apiBuild(at(files), { directory: 'app' });
  expect([install, build]).toEqual([['npm ci'], ['npx prisma generate', 'npm run build']]);
  expect(tests.at(-1)).toBe('npm run test -- --ci --reporters=default --reporters="$TOOLS/node_modules/jest-junit"');
  expect(report).toBe(true);
  const own = apiBuild(at(files), {
    directory: 'app',
    build: ['make'],
    test: ['npx jest --rootDir=.', 'echo a; jest'],
  });
  expect(own.build).toEqual(['make']);
  expect(own.test.at(-2)).toBe(
    'npx jest --rootDir=. --ci --reporters=default --reporters="$TOOLS/node_modules/jest-junit"',
  );
  expect(own.test.at(-1)).toBe('echo a; jest');
  const quoted = `npx jest --moduleNameMapper='{"^@/(.*)$":"<rootDir>/src/$1"}' -t '^(?!.*(a|b))'`;
  expect(apiBuild(at(files), { directory: 'app', test: [quoted] }).test.at(-1)).toBe(
    `${quoted} --ci --reporters=default --reporters="$TOOLS/node_modules/jest-junit"`,
  );
  expect(apiBuild(at(files), { directory: 'app', tests: 'none' })).toMatchObject({ test: [], report: false });
});

test('the llm brings pytest where its requirements have none, and has no tests where no file is called so', () => {
  const without = llmBuild(at({ 'requirements.txt': 'fastapi\npytest-mock\n', 'tests/test_a.py': '' }), {
    directory: 'app',
  });
  expect(without.test).toEqual([
    '.venv/bin/pip install --quiet pytest==8.3.4',
    '.venv/bin/python -m pytest --junitxml=reports/junit.xml',
  ]);
  expect(llmBuild(at({ 'requirements.txt': 'pytest\n' }), { directory: 'app' }).noTests).toBe(
    'no file is called test_*.py or *_test.py',
  );
});

test('contracts: their tests are the files of test/, whatever npm test says', () => {
  const manifest = JSON.stringify({ scripts: { test: 'echo "Error: no test specified" && exit 1' } });
  const none = contractsBuild(at({ 'package.json': manifest, 'yarn.lock': '' }), { directory: 'app' });
  expect([none.install, none.build, none.test]).toEqual([
    ['yarn install --frozen-lockfile'],
    ['npx hardhat compile'],
    [],
  ]);
  expect(none.noTests).toContain('test/ has no file');
  const some = contractsBuild(at({ 'package.json': manifest, 'test/Token.js': '' }), { directory: 'app' });
  expect(some.test.at(-1)).toBe('npx hardhat test');
  expect(some.noTests).toBeUndefined();
});
