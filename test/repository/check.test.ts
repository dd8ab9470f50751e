import { parseConfiguration } from '../../config/load';
import { checkRepository } from '../../repository/check/check';
import { openCheckout } from '../../repository/checkout';
import { unlockedPackages } from '../../repository/lock-file';
import { configured } from '../app/configured';
import { SAMPLE } from '../app/synthesized';
import { changed } from './changed';

const sample = openCheckout(SAMPLE);

const check = (files: Readonly<Record<string, string | undefined>>, values: Readonly<Record<string, unknown>> = {}) =>
  checkRepository(changed(sample, files), parseConfiguration(configured(values), 'saiondo.yaml'));
const edited = (file: string, from: string | RegExp, to: string): Record<string, string> => {
  const text = sample.text(file) ?? '';
  const after = text.replace(from, to);
  if (after === text) throw new Error(`${file} has no ${String(from)}`);
  return { [file]: after };
};

const API = 'backend/api/package.json';
const MAIN = 'backend/api/src/main.ts';

test('the sample itself: nothing stops it', () => {
  expect(check({}).filter(({ level }) => level === 'stops')).toEqual([]);
});

test.each<[string, string, Record<string, string | undefined>, Record<string, unknown>?]>([
  ['api.directory', 'stops', { 'backend/api': undefined }],
  ['llm.directory', 'stops', { 'backend/llm': undefined }],
  ['web.directory', 'stops', { 'frontend/app': undefined }],
  ['contracts.directory', 'stops', { web3: undefined }],
  ['api.package', 'stops', { [API]: undefined }],
  ['api.package', 'stops', { [API]: '{' }],
  ['api.lock', 'warning', { 'backend/api/package-lock.json': undefined }],
  ['api.lock', 'note', { 'backend/api/yarn.lock': '' }],
  ['api.lock', 'stops', edited(API, '"rxjs":', '"left-pad": "1.3.0",\n    "rxjs":')],
  [
    'api.git',
    'note',
    edited(
      'backend/api/package-lock.json',
      '"node_modules/rxjs": {',
      '"node_modules/rxjs": { "resolved": "git+ssh://git@github.com/a/rxjs.git#1",',
    ),
  ],
  ['api.files', 'stops', { 'backend/api/src/push.ts': "import account from '../config/account.json';" }],
  ['api.image', 'stops', {}, { 'components.api.dockerfile': 'Dockerfile.prod' }],
  ['llm.image', 'stops', {}, { 'components.llm.dockerfile': 'FROM scratch\nCOPY . .\n' }],
  ['llm.versions', 'warning', { 'backend/llm/requirements.txt': 'fastapi\nuvicorn==0.34.0\n' }],
  ['api.node', 'warning', { 'backend/api/.nvmrc': '12\n' }],
  ['api.image', 'stops', { 'backend/api/Dockerfile': undefined }],
  [
    'api.image',
    'stops',
    { 'backend/api/Dockerfile': 'FROM gcr.io/distroless/nodejs20\nCMD ["node", "dist/main.js"]\n' },
  ],
  ['api.command', 'stops', edited('backend/api/Dockerfile', 'dist/main.js', 'dist/src/main.js')],
  [
    'api.health',
    'stops',
    edited('backend/api/src/health.controller.ts', /@Controller\((['"])health\1\)/, "@Controller('alive')"),
  ],
  ['api.tests', 'stops', edited(API, '"<rootDir>/test/**/*.spec.ts"', '"<rootDir>/src/**/*.spec.ts"')],
  ['api.tests', 'note', edited(API, '"test": "jest"', '"test": "echo \\"Error: no test specified\\" && exit 1"')],
  ['api.migrations', 'stops', { 'backend/api/prisma/migrations/20260915000000_channels': undefined }],
  ['api.schema', 'stops', { 'backend/api/prisma/schema.prisma': undefined }],
  ['api.writable', 'stops', { 'backend/api/src/logger.ts': "new transports.File({\n filename: 'logs/all.log' })" }],
  [
    'api.redis',
    'warning',
    { 'backend/api/src/redis.ts': 'new Redis({ host })', ...edited(API, '"pg":', '"ioredis": "5.4.1",\n    "pg":') },
  ],
  ['api.variables', 'stops', { 'backend/api/src/auth.ts': "config.getOrThrow('JWT_SECRET')" }],
  ['api.variables', 'warning', { 'backend/api/src/mail.ts': 'const key = process.env.MAIL_API_KEY;' }],
  ['api.variables', 'note', { 'backend/api/.env.example': 'STRIPE_SECRET_KEY=\n' }],
  ['llm.packages', 'stops', { 'backend/llm/requirements.txt': undefined }],
  ['llm.image', 'stops', { 'backend/llm/Dockerfile': undefined }],
  ['llm.command', 'stops', { 'backend/llm/src/main.py': undefined }],
  ['llm.writable', 'stops', { 'backend/llm/src/log.py': "handler = logging.FileHandler('logs/llm.log')" }],
  ['api.imports', 'stops', { [MAIN]: "import helmet from 'helmet';\n" }],
  ['llm.health', 'stops', edited('backend/llm/src/main.py', /["']\/health["']/, "'/alive'")],
  ['llm.tests', 'note', { 'backend/llm/tests': undefined }],
  ['llm.testVariables', 'stops', { 'backend/llm/src/client.py': "import os\nkey = os.environ['OPENAI_API_KEY']\n" }],
  ['web.framework', 'stops', { 'frontend/app/pubspec.yaml': undefined }],
  ['web.page', 'stops', { 'frontend/app/web/index.html': undefined }],
  ['web.tests', 'note', { 'frontend/app/test': undefined }],
  ['web.package', 'stops', {}, { 'components.web.framework': 'node' }],
  ['web.build', 'stops', { 'frontend/app/package.json': '{}' }, { 'components.web.framework': 'node' }],
  ['contracts.package', 'stops', { 'web3/package.json': undefined }],
  ['contracts.config', 'stops', { 'web3/hardhat.config.js': undefined }],
  ['contracts.hardhat', 'stops', edited('web3/package.json', '"hardhat":', '"softhat":')],
  ['contracts.deploy', 'stops', { 'web3/scripts/deploy-erc20-token.js': undefined }],
  ['contracts.names', 'stops', {}, { 'components.contracts.contracts': { Vault: {} } }],
  ['contracts.tests', 'note', { 'web3/test': undefined }],
])('%s (%s) is named when it is taken away', (what, level, files, values = {}) => {
  const found = check(files, values).filter((one) => one.what === what);
  expect(found.map((one) => one.level)).toContain(level);
  for (const one of found) {
    expect(one.where.file).not.toBe('');
    expect([one.found, one.needed, one.fix].every((text) => text.length > 3)).toBe(true);
  }
});

test('each demand is met by what it says to set', () => {
  const files = {
    'backend/api/src/logger.ts': "new transports.File({ filename: 'logs/all.log' })",
    ...edited('backend/api/Dockerfile', 'dist/main.js', 'dist/src/main.js'),
  };
  const set = Object.assign({}, ...check(files).map((one) => one.set ?? {})) as Record<string, unknown>;
  expect(set).toMatchObject({
    'environments.prod.services.api.writable': ['/app/logs'],
    'components.api.command': 'node dist/src/main.js',
  });
  expect(check(files, set).filter(({ level }) => level === 'stops')).toEqual([]);
});

test.each([
  [MAIN, "process.env.ABI_PATH ?? ''", 'warning'],
  [MAIN, 'process.env.ABI_PATH || "";', 'warning'],
  [MAIN, "config.get('ABI_PATH', '')", 'warning'],
  [MAIN, "process.env.ABI_PATH ?? 'abi.json'", undefined],
  ['backend/llm/src/main.py', "os.getenv('ABI_PATH', '')", 'warning'],
  ['backend/llm/src/main.py', "os.getenv('ABI_PATH', 'abi.json')", undefined],
])('an empty text to fall back on is no value: %s %s', (file, text, level) => {
  const found = check({ [file]: `${sample.text(file) ?? ''}\n${text}\n` });
  expect(found.find(({ found: said }) => said.includes('ABI_PATH'))?.level).toBe(level);
});

test('what has a value to fall back on, or is set by every platform, is not asked for', () => {
  const files = { [MAIN]: "listen(process.env.PORT ?? 3000, process.env.LOG_LEVEL || 'info', process.env.NODE_ENV)" };
  expect(check(files).filter(({ what }) => what === 'api.variables')).toEqual([]);
});

test.each([
  ['web3/yarn.lock', 'web3', 'ethers', '"ethers": "5.7.2"', '"ethers": "^6.0.0"'],
  ['frontend/web/pnpm-lock.yaml', 'frontend/web', 'vite', '"vite": "7.1.5"', '"vite": "^8.0.0"'],
])('%s that does not fit package.json is known', (lock, directory, name, from, to) => {
  const found = openCheckout(`${SAMPLE}/../as-found`);
  const file = lock.slice(directory.length + 1);
  expect(unlockedPackages(found, directory, file)).toEqual([]);
  const manifest = `${directory}/package.json`;
  const text = (found.text(manifest) ?? '').replace(from, to);
  expect(unlockedPackages(changed(found, { [manifest]: text }), directory, file)?.map((one) => one.name)).toEqual([
    name,
  ]);
});
