import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Components } from '../../config/component.schema';
import { takenFolders } from '../../repository/takes';
import { checkoutOf } from '../fixtures/checkout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-takes-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** What the api takes, with these files and settings of it, next to an llm, a web app and contracts. */
function takenByApi(files: Readonly<Record<string, string>>, api: object = {}): readonly string[] | undefined {
  const one = (directory: string) => ({ directory, takes: [], buildEnvironment: {}, buildSecrets: {} });
  const components = {
    api: { ...one('services/api'), ...api },
    llm: one('services/llm'),
    web: one('site'),
    contracts: one('web3'),
    otherWeb: {},
  } as unknown as Components;
  const rest = { 'services/llm/main.py': '', 'site/index.html': '', 'web3/package.json': '{}' };
  return takenFolders(checkoutOf(root, { 'services/api/main.ts': '', ...rest, ...files }), components)['services/api'];
}

test('a component that names no other takes nothing of it', () => {
  expect(takenByApi({ 'services/api/a.ts': "import './b'; const llm = 'the llm answers';" })).toEqual([]);
  expect(takenByApi({ 'services/api/README.md': 'see ../llm and web3/' })).toEqual([]);
});

test.each<[string, Record<string, string>, readonly string[]]>([
  ['a relative import', { 'services/api/src/a.ts': "import x from '../../llm/x'" }, ['services/llm']],
  ['a path from the root', { 'services/api/a.sh': 'cp $ROOT/services/llm/x .' }, ['services/llm']],
  ['a path that a program joins', { 'services/api/a.js': "join(__dirname, '..', 'llm', 'x')" }, ['services/llm']],
  ['Python’s parent', { 'services/api/a.py': 'Path(__file__).parent.parent / "llm"' }, ['services/llm']],
  [
    'a folder of the root in a command',
    { 'services/api/package.json': '{"scripts":{"a":"cp ../../web3/x ."}}' },
    ['web3'],
  ],
  ['a package by its folder', { 'services/api/package.json': '{"dependencies":{"x":"file:../../web3"}}' }, ['web3']],
  ['the parent of several', { 'services/api/a.sh': 'tar -c ../../services' }, ['services/llm']],
  [
    'a script of the root that reads it',
    { 'services/api/a.sh': 'sh ../../scripts/generate.sh', 'scripts/generate.sh': 'cat web3/abi.json' },
    ['web3'],
  ],
  [
    'a component that takes another',
    { 'services/api/a.sh': 'ls ../../web3', 'web3/a.sh': 'ls ../site' },
    ['site', 'web3'],
  ],
])('%s is found', (_, files, taken) => {
  expect(takenByApi(files)).toEqual(taken);
});

test.each([
  ['commands of saiondo.yaml', { test: ['cd ../../web3 && npm test'] }],
  ['variables of saiondo.yaml', { buildEnvironment: { ABI: '../../web3/abi.json' } }],
  ['takes', { takes: ['web3'] }],
  ['takes of a folder below it', { takes: ['web3/abi'] }],
])('%s name what is taken', (_, api) => {
  expect(takenByApi({}, api)).toEqual(['web3']);
});

test('one build of all folders takes all', () => {
  const all = ['services/llm', 'site', 'web3'];
  expect(takenByApi({ 'package.json': '{"workspaces":["services/*"]}' })).toEqual(all);
  expect(takenByApi({ 'pnpm-workspace.yaml': '' })).toEqual(all);
  expect(takenByApi({ 'package.json': '{}' })).toEqual([]);
});
