import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Command } from 'commander';
import execa from 'execa';
import { recordRun, REGION } from '../../bench/recorded-run';
import { COMMANDS as TABLE } from '../../commands/command-table';
import { Layout } from '../../model/layout';
import { CHANGING, OPERATIONS } from '../../operator/operations';

// Where a rehearsal's runs are on disk and none is served, no command may turn to AWS, whatever credentials lie about.
const ROOT = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-wrong-pipeline-'));
const RUN = '20260101-110000-bbbb';
/** What is typed for an argument of a command; of a new argument a word has to be added here. */
const WORDS: Readonly<Record<string, string>> = {
  stage: 'Prod',
  action: 'Verify/Test0',
  role: 'build',
  RUN,
  PATH: '.',
  STATE: 'terraform.tfstate',
};
/** What asks for AWS, and what a rehearsal is: neither is asked for here. */
const ASKS = ['--aws', '--rehearsal'];
const COMMANDS = Object.entries(TABLE).map(([name, make]) => ({ name, command: make() }));
const operates = (command: Command): boolean => command.options.some((one) => one.long === '--aws');

/** A command as it is typed: alone, with its arguments, and with each of its options that takes no value. Who changes something does not ask. */
function typed(name: string, command: Command): string[][] {
  const given = (required: boolean): string[] =>
    command.registeredArguments.flatMap((one) =>
      one.name() === 'execution' || (required && !one.required)
        ? []
        : [WORDS[one.name()] ?? `(no word for ${one.name()})`],
    );
  const sure = command.options.some((one) => one.long === '--yes') ? ['--yes'] : [];
  const flags = command.options.flatMap(({ long, required, optional }) =>
    !long || required || optional || [...ASKS, '--yes'].includes(long) ? [] : [[name, ...given(true), long, ...sure]],
  );
  const lines = [[name, ...given(true), ...sure], [name, ...given(false), ...sure], ...flags];
  return [...new Map(lines.map((one) => [one.join(' '), one])).values()];
}

/** Every command of the table that speaks to a pipeline. */
const OPERATING = COMMANDS.flatMap(({ name, command }) => (operates(command) ? typed(name, command) : []));
/** The others, but for the rehearsal and its server themselves, whose packets `packets.test.ts` counts. */
const OTHERS = COMMANDS.flatMap(({ name, command }) =>
  operates(command) || name === 'rehearse' || name === 'serve' ? [] : typed(name, command).slice(0, 1),
);
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
async function saiondo(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  pipeline = ['--pipeline', 'recorded'],
) {
  const connections = path.join(folder, `connections-${++count}`);
  fs.writeFileSync(connections, '');
  const running = execa(process.execPath, [path.join(ROOT, 'dist/bin/saiondo.js'), ...args, ...pipeline], {
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
  });
  // It is watched until the first that it shows.
  if (args.includes('--watch')) running.stdout?.once('data', () => running.kill('SIGINT'));
  const { stdout, stderr, exitCode } = await running;
  const hosts = fs.readFileSync(connections, 'utf8').split('\n').filter(Boolean);
  return { stdout, stderr, exitCode, outside: hosts.filter((host) => !/^(127\.|localhost$)/.test(host)) };
}

test('every command that can change something is one that is refused', () => {
  const able = Object.entries(OPERATIONS).flatMap(([name, operations]) =>
    operations.some((one) => !/^(get|list|describe|batchGet)/.test(one)) ? [name] : [],
  );
  expect([...CHANGING].sort()).toEqual(able.sort());
});

test('who calls AWS is a command that says whom it asks, and who is not', () => {
  const able = COMMANDS.flatMap(({ name, command }) => (operates(command) ? [name] : []));
  expect(able.sort()).toEqual(Object.keys(OPERATIONS).sort());
});

test.each(OPERATING.map((one) => [one.join(' '), one] as const))('%s reaches no AWS endpoint', async (_name, args) => {
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
  } else if (args[0] === 'open') expect(stderr).toContain('no rehearsal is being served');
  else if (!args.includes('--policy'))
    expect(stderr).toContain('recorded, the rehearsals in .saiondo, of which none is being served; --aws asks AWS');
});

test.each(OTHERS.map((one) => [one.join(' '), one] as const))('%s reaches nobody', async (_name, args) => {
  const { stderr, outside } = await saiondo(args, {}, []);
  expect(outside).toEqual([]);
  expect(stderr).not.toMatch(/unknown (command|option)|Internal error/);
});

test('the address of a rehearsal that is gone, whose process number another has now, leads nowhere', async () => {
  const file = path.join(folder, '.saiondo/serve.json');
  const before = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, JSON.stringify({ ...(JSON.parse(before) as object), pid: process.pid }));
  const said = await saiondo(['approve', 'Prod', '--yes']);
  fs.writeFileSync(file, before);
  expect(said).toMatchObject({ exitCode: 2, outside: [] });
  expect(said.stderr).toContain('http://127.0.0.1:9');
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
