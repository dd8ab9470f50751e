import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { recordRun } from '../../bench/recorded-run';
import { which } from '../../engine/host/tools';
import { Layout } from '../../model/layout';
import { makeRepository, writeAssembly } from '../fixtures/small-pipeline';

// What people get wrong on their first day. Each message has three parts: what happened, where or why, and the right next step.
const ROOT = path.join(__dirname, '../..');
const COMMAND = path.join(ROOT, 'dist/bin/saiondo.js');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-mistakes-'));
const folder = (name: string): string => path.join(root, name);
const SAMPLE = fs.readFileSync(path.join(ROOT, 'saiondo.yaml'), 'utf8');
const rehearse = (...more: string[]): string[] => ['rehearse', '--assembly', '../cdk.out', '--no-containers', ...more];
const SOURCE = ['--source', 'acme/shop=../repo'];

/** A folder with these tools on PATH alone. */
function tools(...names: string[]): string {
  const bin = fs.mkdtempSync(folder('bin-'));
  for (const name of names)
    fs.symlinkSync(name === 'node' ? process.execPath : (which(name) ?? '/nowhere'), path.join(bin, name));
  return bin;
}

beforeAll(async () => {
  // Other users look in too: one of the mistakes is made as somebody else.
  fs.chmodSync(root, 0o755);
  await makeRepository(folder('repo'), { 'a.txt': 'a' });
  await makeRepository(folder('dirty'), { 'a.txt': 'a' });
  fs.writeFileSync(path.join(folder('dirty'), 'a.txt'), 'b');
  fs.mkdirSync(path.join(folder('read-only'), '.saiondo'), { recursive: true });
  fs.chmodSync(path.join(folder('read-only'), '.saiondo'), 0o555);
  fs.mkdirSync(folder('plain'));
  writeAssembly(folder('cdk.out'), {
    stages: { Verify: [{ name: 'Test' }], Prod: [{ name: 'Promote', approval: true }] },
  });
  const recorded = new Layout(path.join(folder('recorded'), '.saiondo'));
  recordRun(recorded, {
    runId: '20260101-100000-aaaa',
    builds: 2,
    fails: [1],
    log: () =>
      'npm error code ECONNREFUSED\nnpm error network request to https://registry.npmjs.org/left-pad failed, reason: connect ECONNREFUSED 127.0.0.1:9\n',
  });
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

interface Mistake {
  readonly name: string;
  readonly args: readonly string[];
  /** The three parts, in order. */
  readonly says: readonly [what: RegExp, where: RegExp, next: RegExp];
  readonly exitCode: number;
  /** The most lines that it may take: the answer stays in sight. */
  readonly lines?: number;
  /** `saiondo.yaml` of the folder. */
  readonly configuration?: string;
  readonly env?: () => Readonly<Record<string, string>>;
  readonly in?: string;
  readonly node?: readonly string[];
  /** Somebody else makes it: a user who may write nothing here, and is in no group. Where the tests are not root's, their own user. */
  readonly asNobody?: boolean;
}

const ROOT_USER = process.getuid?.() === 0;
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
/** Whether somebody else can read this checkout: below root's home nobody can. */
const BY_NOBODY =
  !ROOT_USER || spawnSync(NOBODY[0] ?? '', [...NOBODY.slice(1), process.execPath, COMMAND, '--version']).status === 0;
/** The socket of a Docker that runs here. */
const DOCKER = fs.existsSync('/var/run/docker.sock') && which('docker') !== undefined;
if (!ROOT_USER || !DOCKER)
  process.stderr.write('mistakes.test.ts: a Docker that a user may not use is left out: it takes root and a Docker\n');

const mistakes: readonly Mistake[] = [
  {
    name: 'a key with a typing error',
    args: ['status'],
    configuration: SAMPLE.replace('costCentre:', 'costCenter:'),
    says: [/unknown key `costCenter`/, /saiondo\.yaml:\d+:\d+/, /did you mean `costCentre`\?/],
    exitCode: 2,
  },
  {
    name: 'a number without quotes',
    args: ['status'],
    configuration: SAMPLE.replace("account: '111111111111'", 'account: 111111111111'),
    says: [
      /expected string, found 111111111111/,
      /saiondo\.yaml:\d+:\d+ \(pipeline\.account\)/,
      /Write it in quotes: '111111111111'/,
    ],
    exitCode: 2,
  },
  {
    name: 'a path without its slash',
    args: ['status'],
    configuration: SAMPLE.replace('healthPath: /health', 'healthPath: health'),
    says: [
      /must start with "\/", but is "health"/,
      /saiondo\.yaml:\d+:\d+ \(components\.api\.healthPath\)/,
      /→ fix the lines above/,
    ],
    exitCode: 2,
  },
  {
    name: 'a tab',
    args: ['status'],
    configuration: SAMPLE.replace('  name: saiondo\n', '\tname: saiondo\n'),
    says: [/invalid YAML: .*[Tt]ab/, /saiondo\.yaml:\d+:\d+/, /→ fix the lines above/],
    exitCode: 2,
  },
  {
    name: 'a component whose folder is not there',
    args: ['check', '../repo'],
    configuration: SAMPLE,
    says: [/backend\/api/, /repo/, /→|components\.api\.directory/],
    exitCode: 1,
  },
  {
    name: 'a source that is not there',
    args: rehearse('--source', 'acme/shop=../nope'),
    says: [/nope does not exist/, /acme\/shop|--source/, /→ name a folder/],
    exitCode: 2,
  },
  {
    name: 'a source with another name',
    args: rehearse('--source', 'acme/shpo=../repo'),
    says: [/has no such source/, /acme\/shpo/, /did you mean acme\/shop\?/],
    exitCode: 2,
  },
  {
    name: 'a stage to approve that is not there',
    args: rehearse(...SOURCE, '--approve', 'Prd'),
    says: [/has no such manual approval/, /Prd/, /did you mean Prod\?/],
    exitCode: 2,
  },
  {
    name: 'a stage to end after that is not there',
    args: rehearse(...SOURCE, '--until', 'Verfy'),
    says: [/has no such stage/, /Verfy/, /did you mean Verify\?/],
    exitCode: 2,
  },
  {
    name: 'a commit that is not there',
    args: rehearse('--source', 'acme/shop=../repo@HEAD~7'),
    says: [/has no commit HEAD~7/, /repo/, /→ git log shows its commits/],
    exitCode: 2,
  },
  {
    name: 'no python3',
    args: rehearse(...SOURCE),
    env: () => ({ PATH: tools('node', 'git'), SAIONDO_TOOLS_DIR: folder('no-tools') }),
    says: [/python3 is not on this machine/, /the local AWS endpoint needs it/, /→ install python3 and python3-venv/],
    exitCode: 2,
  },
  {
    name: 'no git',
    args: rehearse(...SOURCE),
    env: () => ({ PATH: tools('node') }),
    says: [/git is not installed/, /git/, /→ install it \(Debian and Ubuntu: sudo apt-get install git/],
    exitCode: 2,
  },
  {
    name: 'an old Node.js',
    args: ['--help'],
    node: ['--require', '../old-node.js'],
    says: [/saiondo needs Node\.js 20\.19 or newer/, /this is 18\.20\.0/, /→ install a newer one/],
    exitCode: 2,
  },
  {
    name: 'a command after the run is over, which was served before',
    in: 'recorded',
    args: ['approve', 'Verify', '--pipeline', 'recorded', '--yes'],
    says: [/no(thing| rehearsal)/i, /on disk|served|runs/, /→ .*(--resume|--serve|--aws)/],
    exitCode: 2,
  },
  {
    name: 'an environment that there is not',
    args: ['status'],
    configuration: SAMPLE.replace('\n  dev:\n', '\n  devv:\n'),
    says: [/unknown key `devv`/, /saiondo\.yaml:\d+:\d+ \(environments\.devv\)/, /did you mean `dev`\?/],
    exitCode: 2,
  },
  {
    name: 'networks that overlap',
    args: ['status'],
    configuration: SAMPLE.replace('10.20.0.0/16', '10.10.0.0/16'),
    says: [
      /must not overlap dev’s range 10\.10\.0\.0\/16/,
      /saiondo\.yaml:\d+:\d+ \(environments\.prod\.network\.cidr\)/,
      /→ fix the lines above/,
    ],
    exitCode: 2,
  },
  {
    name: 'options that contradict each other',
    args: rehearse(...SOURCE, '--approve', 'Prod', '--reject', 'Prod'),
    says: [/contradict each other/, /--approve Prod and --reject Prod/, /→ leave one of them out/],
    exitCode: 2,
  },
  {
    name: 'two places to ask',
    in: 'recorded',
    args: ['status', '--rehearsal', '--aws', '--pipeline', 'recorded'],
    says: [/exclude each other/, /--rehearsal and AWS/, /→ leave one of them out/],
    exitCode: 2,
  },
  {
    name: 'an option with a typing error',
    args: ['rehearse', '--aprove', 'Prod'],
    says: [/unknown option/, /--aprove/, /Did you mean --approve\?/],
    lines: 5,
    exitCode: 2,
  },
  {
    name: 'changes that are not committed',
    args: rehearse('--source', 'acme/shop=../dirty'),
    // The run ends here; the line comes before it.
    env: () => ({ PATH: tools('node', 'git'), SAIONDO_TOOLS_DIR: folder('no-tools') }),
    says: [/1 uncommitted file is not in this run/, /of acme\/shop/, /--uncommitted includes them/],
    exitCode: 2,
  },
  {
    name: 'a folder that cannot be written',
    in: 'read-only',
    asNobody: true,
    args: rehearse(...SOURCE),
    says: [
      /cannot (be written|write)|may not be written|permission|read-only/i,
      /\.saiondo/,
      /→ .*(chown|--directory|write)/,
    ],
    exitCode: 2,
  },
  // Root may use every Docker: only root can make this mistake as somebody else.
  ...(ROOT_USER && DOCKER
    ? [
        {
          name: 'a Docker that this user may not use',
          in: 'recorded',
          asNobody: true,
          args: ['doctor', '--rehearsal'],
          says: [
            /docker is installed, but this user may not use it/,
            /images and services are not rehearsed/,
            /→ sudo usermod -aG docker/,
          ],
          exitCode: 1,
        } satisfies Mistake,
      ]
    : []),
  {
    name: 'no way to the registry',
    in: 'recorded',
    args: ['triage', '--pipeline', 'recorded', '--rehearsal'],
    says: [/cause/, /registry\.npmjs\.org/, /network|proxy|offline/i],
    exitCode: 0,
  },
];

// Fifteen more, and a few: what people type at the keyboard on the second day.
const RECORDED = { in: 'recorded', exitCode: 2 } as const;
const P = ['--pipeline', 'recorded'];
const more: readonly Mistake[] = [
  {
    ...RECORDED,
    name: 'a command with a typing error',
    args: ['aprove'],
    says: [/unknown command/, /'aprove'/, /Did you mean approve\?/],
    lines: 5,
  },
  {
    ...RECORDED,
    name: 'a pipeline with a typing error',
    args: ['status', '--pipeline', 'recordde'],
    says: [/does not have a pipeline with name 'recordde'/, /the rehearsals in \.saiondo/, /did you mean recorded\?/],
  },
  {
    ...RECORDED,
    name: 'an action with a typing error',
    args: ['logs', 'Verify/Tset1', ...P],
    says: [/Verify\/Tset1 has no build/, /known: /, /did you mean Verify\/Test1\?/],
  },
  {
    ...RECORDED,
    name: 'the log of a stage',
    args: ['logs', 'Verify', ...P],
    says: [/Verify is a stage/, /a log is of one of its actions/, /known: Verify\/Test0, Verify\/Test1/],
  },
  {
    ...RECORDED,
    name: 'the log of an execution that there is not',
    args: ['logs', '--execution', 'zzz', ...P],
    says: [/there is no execution zzz/, /recorded/, /→ saiondo history lists them/],
  },
  {
    ...RECORDED,
    name: 'the triage of an execution that there is not',
    args: ['triage', 'zzz', ...P],
    says: [/there is no execution zzz/, /recorded/, /→ saiondo history lists them/],
  },
  {
    ...RECORDED,
    name: 'an option that works with another one only',
    args: ['triage', '--action', 'Verify/Test0', ...P],
    says: [/no log is asked for/, /--action/, /→ saiondo logs Verify\/Test0/],
  },
  {
    ...RECORDED,
    name: 'a change of runs that nobody serves',
    args: ['retry', 'Verify', '--rehearsal', '--yes', ...P],
    says: [
      /nothing can be changed/,
      /the rehearsals in \.saiondo/,
      /→ serve a run with saiondo rehearse --resume RUN --serve/,
    ],
  },
  {
    ...RECORDED,
    name: 'a folder to serve that is not there',
    args: ['serve', '--directory', 'nope'],
    says: [/there is no rehearsal in nope/, /the folder does not exist/, /→ saiondo rehearse makes one; --directory/],
  },
  {
    name: 'AWS without credentials, where no account is configured',
    args: ['status', '--aws', '--pipeline', 'x', '--region', 'us-east-1'],
    env: () => ({ AWS_EC2_METADATA_DISABLED: 'true' }),
    says: [/Could not load credentials/, /AWS, us-east-1/, /→ sign in \(aws sso login/],
    exitCode: 2,
  },
  {
    name: 'a profile that there is not',
    args: ['status', '--profile', 'nope', '--pipeline', 'x'],
    env: () => ({ AWS_EC2_METADATA_DISABLED: 'true' }),
    says: [/No region is given/, /the profile nope/, /aws configure list-profiles/],
    exitCode: 2,
  },
  {
    ...RECORDED,
    name: 'a word for a number',
    args: ['history', '--last', 'many', ...P],
    says: [/must be a whole number/, /--last.*"many"/, /→ for example --last 10/],
  },
  {
    ...RECORDED,
    name: 'a run that there is not',
    args: rehearse('--resume', '20260101-100000-aaab'),
    says: [/there is no run 20260101-100000-aaab/, /\.saiondo/, /did you mean 20260101-100000-aaaa\?/],
  },
  {
    name: 'a file of inputs that is not there',
    args: rehearse(...SOURCE, '--inputs', 'nope.yaml'),
    says: [/cannot be read: ENOENT/, /nope\.yaml/, /→ name a YAML file with --inputs/],
    exitCode: 2,
  },
  {
    name: 'a folder for a file of inputs',
    args: rehearse(...SOURCE, '--inputs', '..'),
    says: [/cannot be read: EISDIR/, /the inputs in \.\./, /→ name a YAML file with --inputs/],
    exitCode: 2,
  },
  {
    name: 'a folder without a policy, which would have left CloudFormation an administrator',
    args: rehearse(...SOURCE, '--execution-policy', '../repo'),
    says: [/holds no policy/, /\.\.\/repo/, /→ give --execution-policy a file/],
    exitCode: 2,
  },
  {
    name: 'a variable without a value',
    args: rehearse(...SOURCE, '--variable', 'LEVEL'),
    says: [/is not NAME=VALUE/, /--variable LEVEL/, /→ for example --variable LEVEL=debug/],
    exitCode: 2,
  },
  {
    name: 'an assembly that is not there',
    args: ['rehearse', '--assembly', 'cdk.uot'],
    says: [/is not a cloud assembly/, /cdk\.uot/, /→ npx cdk synth writes one/],
    exitCode: 2,
  },
  {
    name: 'a stage to begin with that is not there',
    args: rehearse(...SOURCE, '--from', 'Verfy'),
    says: [/has no such stage/, /--from Verfy/, /did you mean Verify\?/],
    exitCode: 2,
  },
  {
    ...RECORDED,
    name: 'a short commit to start on',
    args: ['start', '--commit', 'abc1234', '--rehearsal', '--yes', ...P],
    says: [
      /is not \[SOURCE=\]COMMIT with a commit’s full id/,
      /--commit abc1234/,
      /→ source actions: App; git rev-parse/,
    ],
  },
];

async function score({
  name,
  args,
  says,
  exitCode,
  configuration,
  env,
  node = [],
  asNobody = false,
  lines = Infinity,
  ...more
}: Mistake): Promise<string[]> {
  const at = more.in ? folder(more.in) : fs.mkdtempSync(folder('here-'));
  if (configuration) fs.writeFileSync(path.join(at, 'saiondo.yaml'), configuration);
  const command = [process.execPath, ...node, COMMAND, ...args];
  const [program = '', ...given] = asNobody && ROOT_USER ? [...NOBODY, ...command] : command;
  const answer = await execa(program, given, {
    cwd: at,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: root, CI: 'true', ...env?.() },
  });
  const said = `${answer.stdout}\n${answer.stderr}`;
  const score = says.filter((part) => part.test(said)).length;
  return score === 3 &&
    answer.exitCode === exitCode &&
    said.trim().split('\n').length <= lines &&
    !/\n {4}at /.test(said)
    ? []
    : [`${name}: ${score} of 3, exit code ${answer.exitCode}\n${said}`];
}

test.each([
  ['the first day', mistakes],
  ['the second day', more],
])(
  'each mistake of %s is answered with what happened, where, and the right next step',
  async (_, all) => {
    fs.writeFileSync(folder('old-node.js'), "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });\n");
    const scored: string[][] = [];
    const made = all.filter((one) => one.asNobody !== true || BY_NOBODY);
    const left = all.length - made.length;
    if (left > 0)
      process.stderr.write(`mistakes.test.ts: nobody but root can read this checkout: ${left} mistakes are left out\n`);
    // Two at once: on a busy machine a start of Node.js takes seconds.
    for (let at = 0; at < made.length; at += 2) scored.push(...(await Promise.all(made.slice(at, at + 2).map(score))));
    expect(scored.flat().join('\n')).toBe('');
  },
  300_000,
);

test('a port that is in use', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as net.AddressInfo;
  const { stderr, exitCode } = await execa(process.execPath, [COMMAND, 'serve', '--port', String(port)], {
    cwd: folder('recorded'),
    reject: false,
  });
  server.close();
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`Port ${port} is already in use`);
  expect(stderr).toContain('→ choose another with --port, or leave it out');
}, 180_000);
