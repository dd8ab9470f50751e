import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { recordRun, REGION } from '../../bench/recorded-run';
import { Layout } from '../../model/layout';
import { CHANGING, OPERATIONS } from '../../operator/operations';

// Where a rehearsal's runs are on disk and none is served, no command may turn to AWS, whatever credentials lie about.
const ROOT = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-wrong-pipeline-'));
const RUN = '20260101-110000-bbbb';
const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['status', '--json'],
  ['history'],
  ['triage'],
  ['triage', '--log'],
  ['logs'],
  ['logs', 'Verify/Test0'],
  ['approve', '--dry-run'],
  ['approve', 'Prod', '--yes'],
  ['reject', 'Prod', '--yes'],
  ['retry', '--yes'],
  ['retry', 'Verify', '--all', '--yes'],
  ['stop', '--abandon', '--yes'],
  ['start', '--yes'],
  ['rollback', 'Prod', '--yes'],
  ['rollback', 'Prod', '--dry-run'],
  ['doctor'],
  ['open', '--print'],
];
const isChange = ([name = '', ...rest]: readonly string[]): boolean =>
  CHANGING.has(name) && !rest.includes('--dry-run');
const asked: string[] = [];
const endpoint = http.createServer((request, response) => {
  asked.push(String(request.headers['x-amz-target'] ?? request.url));
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
  response.end('{"__type":"AccessDeniedException","message":"recorded"}');
});

beforeAll(async () => {
  const layout = new Layout(path.join(folder, '.saiondo'));
  recordRun(layout, { runId: '20260101-100000-aaaa', builds: 1 });
  recordRun(layout, { runId: RUN, builds: 1, fails: [0], log: () => 'it broke\n' });
  // A rehearsal that was killed left its address: nothing lives there.
  const gone = execa(process.execPath, ['-e', '']);
  await gone;
  fs.writeFileSync(
    path.join(folder, '.saiondo/serve.json'),
    JSON.stringify({ endpoint: 'http://127.0.0.1:9', pid: gone.pid, key: { id: 'LSIAPAAAAAAAAAAA', secret: 'gone' } }),
  );
  await new Promise<void>((done) => endpoint.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  endpoint.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

let count = 0;

/** A command with a person's own credentials about. @returns what it said and where it connected to */
async function saiondo(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const connections = path.join(folder, `connections-${++count}`);
  fs.writeFileSync(connections, '');
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    [path.join(ROOT, 'dist/bin/saiondo.js'), ...args, '--pipeline', 'recorded'],
    {
      cwd: folder,
      reject: false,
      extendEnv: false,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        CI: 'true',
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'of-a-real-account',
        AWS_REGION: REGION,
        AWS_PROFILE: 'production',
        AWS_EC2_METADATA_DISABLED: 'true',
        NODE_OPTIONS: `--require ${path.join(ROOT, 'test/fixtures/no-network.js')}`,
        SAIONDO_TEST_CONNECTIONS: connections,
        ...env,
      },
    },
  );
  const hosts = fs.readFileSync(connections, 'utf8').split('\n').filter(Boolean);
  return { stdout, stderr, exitCode, outside: hosts.filter((host) => !/^(127\.|localhost$)/.test(host)) };
}

test('every command that can change something is one that is refused', () => {
  const able = Object.entries(OPERATIONS).flatMap(([name, operations]) =>
    operations.some((one) => !/^(get|list|describe|batchGet)/.test(one)) ? [name] : [],
  );
  expect([...CHANGING].sort()).toEqual(able.sort());
});

test.each(COMMANDS.map((one) => [one.join(' '), one] as const))('%s reaches no AWS endpoint', async (_name, args) => {
  const { stdout, stderr, exitCode, outside } = await saiondo(args);
  expect(outside).toEqual([]);
  if (isChange(args)) {
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('nothing was changed: .saiondo holds rehearsals, none of them is being served');
    expect(stderr).toContain(
      `→ to change the rehearsal: saiondo rehearse --resume ${RUN} --serve, then in another terminal saiondo ${args.join(' ')}`,
    );
    expect(stderr).toContain(`→ to change the pipeline on AWS: saiondo ${args.join(' ')} --pipeline recorded --aws`);
  } else if (args[0] !== 'open') {
    expect(stderr).toContain('recorded, the rehearsals in .saiondo, of which none is being served; --aws asks AWS');
  } else expect(stderr).toContain('no rehearsal is being served');
});

test.each([
  ['--aws', []],
  ['--profile', ['production']],
])('%s asks AWS', async (option, value) => {
  fs.mkdirSync(path.join(folder, '.aws'), { recursive: true });
  fs.writeFileSync(
    path.join(folder, '.aws/credentials'),
    '[production]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n',
  );
  const { outside, exitCode } = await saiondo(['approve', 'Prod', '--yes', option, ...value]);
  expect(outside.some((host) => host.endsWith('.amazonaws.com'))).toBe(true);
  expect(exitCode).not.toBe(0);
});

test.each([
  ['--endpoint-url', true],
  ['AWS_ENDPOINT_URL', false],
])('%s asks that endpoint, and no other', async (_name, option) => {
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  asked.length = 0;
  const { outside } = await saiondo(
    ['approve', 'Prod', '--yes', ...(option ? ['--endpoint-url', url] : [])],
    option ? {} : { AWS_ENDPOINT_URL: url },
  );
  expect(outside).toEqual([]);
  expect(asked.length).toBeGreaterThan(0);
});

test('--region, AWS_REGION and credentials in the environment do not ask for AWS', async () => {
  const { outside, exitCode } = await saiondo(['stop', '--yes', '--region', 'eu-west-1']);
  expect({ outside, exitCode }).toEqual({ outside: [], exitCode: 2 });
});

test('--rehearsal reads the runs without a word, and changes nothing', async () => {
  expect(await saiondo(['status', '--rehearsal', '--region', REGION])).toMatchObject({
    stderr: '',
    exitCode: 0,
    outside: [],
  });
  const { exitCode, outside } = await saiondo(['reject', 'Prod', '--yes', '--rehearsal', '--region', REGION]);
  expect({ exitCode, outside }).toEqual({ exitCode: 2, outside: [] });
});
