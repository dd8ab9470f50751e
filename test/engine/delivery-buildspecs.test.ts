import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedBuild } from './recorded-build';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-delivery-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

describe('migrate', () => {
  const variables = {
    COMPONENT_DIR: 'backend/api',
    LLM_DIR: 'backend/llm',
    DB_HOST: 'db',
    DB_PORT: '5432',
    DB_NAME: 'saiondo',
    DB_USER: 'saiondo',
    DB_PASSWORD: 'p@ss/w:rd',
    SNAPSHOT_OF: 'saiondo-prod-postgres',
    SNAPSHOT_PREFIX: 'saiondo-prod-before-migration-',
  };
  /** Prisma that has something to apply, or not, and a database that is as the schema says, or not. */
  const prisma = ({ pending = false, drift = false, deploys = true }): string => `
    case "$*" in
      'prisma migrate status') exit ${pending ? 1 : 0} ;;
      'prisma migrate deploy') exit ${deploys ? 0 : 1} ;;
      'prisma db pull --print') printf 'a warning\\ngenerator client {\\n}\\nmodel User {\\n}\\n' ;;
      prisma\\ migrate\\ diff*) exit ${drift ? 2 : 0} ;;
    esac`;
  const run = (npx: string, aws = '', more: Record<string, string> = {}) =>
    recordedBuild(root, 'migrate', { variables: { ...variables, ...more }, commands: { npm: '', npx, aws } });
  const commandsOf = (calls: readonly string[]): string[] => calls.map((call) => call.replace(/^\S+ /, ''));

  test('what is to be applied is applied after a named snapshot that was waited for', async () => {
    const { status, calls } = await run(prisma({ pending: true }));
    expect(status).toBe('SUCCEEDED');
    const order = commandsOf(calls);
    const at = (pattern: RegExp): number => order.findIndex((call) => pattern.test(call));
    expect(
      at(/rds create-db-snapshot .*saiondo-prod-postgres .*saiondo-prod-before-migration-\d{8}-\d{6}/),
    ).toBeGreaterThan(0);
    expect(at(/rds wait db-snapshot-available/)).toBeGreaterThan(at(/create-db-snapshot/));
    expect(at(/prisma migrate deploy/)).toBeGreaterThan(at(/rds wait/));
    expect(calls.join()).not.toContain('p@ss');
  });

  test('with nothing to apply no snapshot is taken', async () => {
    const { status, calls } = await run(prisma({}));
    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((call) => call.includes('aws'))).toEqual([]);
  });

  test('without a snapshot nothing is applied', async () => {
    const { status, calls } = await run(prisma({ pending: true }), 'exit 255');
    expect(status).toBe('FAILED');
    expect(calls.join()).not.toContain('migrate deploy');
  });

  test('an environment that wants no snapshot gets none', async () => {
    const { status, calls } = await run(prisma({ pending: true }), '', { SNAPSHOT_OF: '' });
    expect(status).toBe('SUCCEEDED');
    expect(calls.join()).not.toContain('aws');
  });

  test('a migration that fails, and drift, fail the build', async () => {
    expect((await run(prisma({ pending: true, deploys: false }))).status).toBe('FAILED');
    const drifted = await run(prisma({ drift: true }));
    expect(drifted.status).toBe('FAILED');
    expect(drifted.log).toContain('drift: the database is not what prisma/schema.prisma says');
  });

  test('Alembic runs where the llm has an alembic.ini, after the snapshot', async () => {
    const { status, calls } = await recordedBuild(root, 'migrate', {
      variables,
      files: { 'backend/llm/alembic.ini': '[alembic]\n', 'backend/llm/requirements.txt': 'alembic\n' },
      commands: {
        npm: '',
        npx: prisma({}),
        aws: '',
        // The environment's own programs are stand-ins too: `alembic current` says that a migration is missing.
        python3: `for name in pip alembic python; do
          mkdir -p "$3/bin"
          { echo '#!/bin/sh'; echo "echo \\"$name \\$*: \\$PGOPTIONS\\" >> '${root}/alembic.txt'"; echo 'test "$1" != current'; } > "$3/bin/$name"
          chmod +x "$3/bin/$name"
        done`,
      },
    });
    expect(status).toBe('SUCCEEDED');
    expect(calls.join()).toContain('rds create-db-snapshot');
    const alembic = fs.readFileSync(path.join(root, 'alembic.txt'), 'utf8').trim().split('\n');
    expect(alembic[0]).toContain('pip install --quiet -r backend/llm/requirements.txt');
    expect(alembic[1]).toBe('alembic current --check-heads: -c search_path=llm');
    expect(alembic.at(-1)).toBe('alembic upgrade head: -c search_path=llm');
  });
});

describe('contracts', () => {
  /** A chain that only says which one it is. */
  const chain = http.createServer((_request, response) => response.end(JSON.stringify({ result: chainId })));
  let chainId = '0xaa36a7';
  beforeAll(() => new Promise<void>((done) => chain.listen(0, '127.0.0.1', done)));
  afterAll(() => void chain.close());

  const hardhat = 'case "$*" in *deploy-erc20*) echo 0xnew ;; *verify*) test "$CONTRACT_ADDRESS" != 0xwrong ;; esac';
  const run = (aws: string, more: Record<string, string> = {}) =>
    recordedBuild(root, 'contracts', {
      variables: {
        COMPONENT_DIR: 'web3',
        NETWORK: 'sepolia',
        MAIN_NETWORK: 'no',
        REGISTRY_PARAMETER: '/registry',
        CHAIN_RPC_URL: `http://127.0.0.1:${(chain.address() as AddressInfo).port}`,
        ...more,
      },
      files: { 'web3/scripts/fingerprint.js': 'console.log("0xcode");' },
      commands: { npm: '', npx: hardhat, aws },
    });
  const deployed = (calls: readonly string[]): boolean => calls.some((call) => call.includes('deploy-erc20'));

  test('the same code is not deployed again, but compared with the chain', async () => {
    const { status, calls } = await run('echo 0xcode 0xold');
    expect(status).toBe('SUCCEEDED');
    expect(deployed(calls)).toBe(false);
    expect(calls.at(-1)).toContain('verify-on-chain.js');
  });

  test('other code is deployed and written down before it is compared', async () => {
    const { status, calls } = await run('echo 0xother 0xold');
    expect(status).toBe('SUCCEEDED');
    expect(calls.slice(-3).map((call) => call.split(' ')[1])).toEqual(['npx', 'aws', 'npx']);
    expect(calls.at(-2)).toContain('--value 0xcode 0xnew');
  });

  test('a registry without the parameter means that nothing is deployed, one that cannot be read stops', async () => {
    const missing = await run('case "$2" in get-parameter) echo ParameterNotFound >&2; exit 254 ;; esac');
    expect([missing.status, deployed(missing.calls)]).toEqual(['SUCCEEDED', true]);
    const denied = await run('case "$2" in get-parameter) echo AccessDenied >&2; exit 254 ;; esac');
    expect([denied.status, deployed(denied.calls)]).toEqual(['FAILED', false]);
  });

  test('a main network’s chain behind a test network’s name is refused before anything else', async () => {
    chainId = '0x1';
    const refused = await run('echo 0xother 0xold');
    expect([refused.status, refused.calls]).toEqual(['FAILED', []]);
    expect(refused.log).toContain('is the main network 1: nothing is deployed');
    expect((await run('echo 0xcode 0xold', { NETWORK: 'mainnet', MAIN_NETWORK: 'yes' })).status).toBe('SUCCEEDED');
  });
});

describe('smoke-test', () => {
  const answer = (taskDefinition: string, state = 'COMPLETED', tasks = 1): string =>
    `printf '${taskDefinition}\\t${state}\\t${tasks}\\n'`;
  const run = (aws: string, curl = '') =>
    recordedBuild(root, 'smoke-test', {
      variables: {
        API_URL: 'http://127.0.0.1:1',
        HEALTH_PATH: '/health',
        CLUSTER: 'c',
        RELEASES: 'api=arn:task/api:7 llm=arn:task/api:7',
      },
      commands: { curl, aws, sleep: '' },
    });

  test('the environment is up when the api answers and every service runs this deployment’s tasks', async () => {
    const { status, calls } = await run(answer('arn:task/api:7'));
    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((call) => call.includes('describe-services'))).toHaveLength(2);
  });

  test('tasks that ECS took back fail it, although the api answers', async () => {
    const { status, log } = await run(answer('arn:task/api:6'));
    expect(status).toBe('FAILED');
    expect(log).toContain('api runs arn:task/api:6 (COMPLETED, 1 tasks); this deployment is of arn:task/api:7');
  });

  test.each([
    ['a deployment that failed', answer('arn:task/api:7', 'FAILED')],
    ['one without a task', answer('arn:task/api:7', 'COMPLETED', 0)],
    ['one that does not end', answer('arn:task/api:7', 'IN_PROGRESS')],
    ['a service that is not there', 'echo None'],
    ['an api of AWS that refuses', 'exit 254'],
  ])('%s fails it', async (_name, aws) => {
    expect((await run(aws)).status).toBe('FAILED');
  });

  test('an api that does not answer fails it', async () => {
    expect((await run(answer('arn:task/api:7'), 'exit 22')).status).toBe('FAILED');
  });
});
