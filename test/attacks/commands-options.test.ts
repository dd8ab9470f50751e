import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { recordRun } from '../../bench/recorded-run';
import { Layout } from '../../model/layout';
import { makeRepository, writeAssembly } from '../fixtures/small-pipeline';

// A word that the pipeline does not know is refused before anything starts: nothing is made, nothing is written.
const ROOT = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-options-'));
const SOURCE = ['--source', 'acme/shop=repo'];

beforeAll(async () => {
  await makeRepository(path.join(folder, 'repo'), { 'a.txt': 'a' });
  fs.writeFileSync(path.join(folder, 'file'), '');
  writeAssembly(path.join(folder, 'cdk.out'), {
    pipeline: { Variables: [{ Name: 'LEVEL', DefaultValue: 'info' }] },
    stages: {
      Verify: [{ name: 'Test' }],
      Prod: [
        { name: 'Promote', approval: true },
        { name: 'Deploy', runOrder: 2 },
      ],
    },
  });
  recordRun(new Layout(path.join(folder, 'recorded')), { runId: '20260101-100000-aaaa', builds: 1 });
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

async function saiondo(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    [path.join(ROOT, 'dist/bin/saiondo.js'), ...args],
    {
      cwd: folder,
      reject: false,
      extendEnv: false,
      env: { PATH: process.env.PATH ?? '', HOME: folder, CI: 'true', ...env },
    },
  );
  return { stdout, stderr, exitCode };
}

const refused: readonly (readonly [string, string, readonly string[], string?])[] = [
  ['--source acme/shpo=repo', 'has no such source', ['--source', 'acme/shpo=repo'], 'did you mean acme/shop?'],
  ['--source acme/shop', 'is not OWNER/REPO=PATH', ['--source', 'acme/shop']],
  ['--source acme/shop=nowhere', 'nowhere does not exist', ['--source', 'acme/shop=nowhere']],
  ['--source twice', 'names acme/shop twice', [...SOURCE, '--source', 'acme/shop=repo@HEAD']],
  ['--approve Prd', 'has no such manual approval', ['--approve', 'Prd'], 'did you mean Prod?'],
  ['--approve prod', 'has no such manual approval', ['--approve', 'prod'], 'did you mean Prod?'],
  [
    '--approve Verify, which has no approval',
    'has no such manual approval',
    ['--approve', 'Verify'],
    'known: Prod, Promote, Prod/Promote',
  ],
  ['--reject Promot', 'has no such manual approval', ['--reject', 'Promot'], 'did you mean Promote?'],
  ['--approve and --reject of the same', 'contradict each other', ['--approve', 'Prod', '--reject', 'Prod']],
  ['--approve twice', '--approve names Prod twice', ['--approve', 'Prod', '--approve', 'Prod']],
  ['--until Verfy', 'has no such stage', ['--until', 'Verfy'], 'did you mean Verify?'],
  ['--only Test', '--only Test is not STAGE/ACTION', ['--only', 'Test']],
  ['--only Verify/Tets', 'has no such action', ['--only', 'Verify/Tets'], 'did you mean Verify/Test?'],
  ['--only with --until', 'nothing to end', ['--only', 'Verify/Test', '--until', 'Verify']],
  ['--variable LEVLE', 'has no such variable', ['--variable', 'LEVLE=debug'], 'did you mean LEVEL?'],
  ['--variable without a value', 'is not NAME=VALUE', ['--variable', 'LEVEL']],
  ['--variable twice', 'names LEVEL twice', ['--variable', 'LEVEL=a', '--variable', 'LEVEL=b']],
  ['--resume of nothing', 'there is no run 2026', ['--resume', '2026']],
  ['--resume that leads out', 'there is no run ../../x', ['--resume', '../../x']],
  ['--endpoint-url without a scheme', 'is not an address', ['--endpoint-url', 'localhost']],
  ...['70000', '-1', '1e3', '0x10', '80.5', ' 80', '', 'http'].map(
    (port) =>
      [`--port ${JSON.stringify(port)}`, '--port must be a whole number from 0 to 65535', [`--port=${port}`]] as const,
  ),
  ...['0', 'abc', '1e3', '-5'].map(
    (seconds) =>
      [
        `--health-seconds ${seconds}`,
        '--health-seconds must be a whole number',
        [`--health-seconds=${seconds}`],
      ] as const,
  ),
];

test('each wrong word is refused with the nearest name, and nothing is written', async () => {
  const before = fs.readdirSync(folder).sort();
  const answers: unknown[] = [];
  for (let at = 0; at < refused.length; at += 4)
    answers.push(
      ...(await Promise.all(
        refused.slice(at, at + 4).map(async ([name, message, args, next = '→']) => {
          const { stderr, exitCode } = await saiondo(['rehearse', '--assembly', 'cdk.out', ...args]);
          return { name, exitCode, said: [message, next].map((part) => (stderr.includes(part) ? part : stderr)) };
        }),
      )),
    );
  expect(answers).toEqual(
    refused.map(([name, message, , next = '→']) => ({ name, exitCode: 2, said: [message, next] })),
  );
  expect(fs.readdirSync(folder).sort()).toEqual(before);
}, 180_000);

test.each([
  ['an assembly that is none', ['rehearse', '--assembly', 'repo'], 'is not a cloud assembly'],
  [
    'a directory that is a file',
    ['rehearse', '--assembly', 'cdk.out', '--directory', 'file'],
    '--directory file is a file',
  ],
  ['the port of serve', ['serve', '--port', '1e3'], '--port must be a whole number'],
  ['how many executions', ['history', '--rehearsal', '--last', '0x10'], '--last must be a whole number'],
  ['how often', ['status', '--rehearsal', '--watch', '--interval', 'abc'], '--interval must be a whole number'],
  [
    'a stage to roll back',
    ['rollback', 'Prd', '--dry-run', '--directory', 'recorded', '--pipeline', 'recorded'],
    'did you mean Prod?',
  ],
  [
    'a stage to approve',
    ['approve', 'Prd', '--dry-run', '--directory', 'recorded', '--pipeline', 'recorded'],
    'did you mean Prod?',
  ],
])('%s is checked', async (_name, args, message) => {
  const { stderr, exitCode } = await saiondo(args);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(2);
});

test('the variables that the command reads are checked', async () => {
  const tools = await saiondo(['rehearse', '--assembly', 'cdk.out'], { SAIONDO_TOOLS_DIR: path.join(folder, 'file') });
  expect(tools).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('(SAIONDO_TOOLS_DIR)') as string });
  const application = await saiondo(['rehearse', '--assembly', 'cdk.out'], { SAIONDO_APPLICATION_DIR: 'nowhere' });
  expect(application).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('SAIONDO_APPLICATION_DIR nowhere') as string,
  });
});

test('changes that are not committed are said, and what is right is taken', async () => {
  fs.writeFileSync(path.join(folder, 'repo/b.txt'), 'b');
  const { stderr, stdout, exitCode } = await saiondo([
    'rehearse',
    '--assembly',
    'cdk.out',
    '--source',
    'acme/shop=repo@HEAD~0',
    '--list',
    '--no-containers',
  ]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toContain('Verify');
  const dirty = await saiondo(['rehearse', '--assembly', 'cdk.out', ...SOURCE, '--list', '--no-containers']);
  expect(dirty.stderr).toContain('1 uncommitted file is not in this run of acme/shop (--uncommitted includes them)');
});
