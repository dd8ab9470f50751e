import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { prepareCommandLine } from '../fixtures/served-rehearsal';
import { makeRepository, SMALL_REPOSITORY, writeAssembly } from '../fixtures/small-pipeline';
import { machineHas } from '../fixtures/requires';
import { writeWheel } from '../fixtures/wheel';

/** A whole rehearsal, as a person starts it, of builds that look around and install: what they see, and what is left of them. */
const namespaced = machineHas('namespaces') ? test : test.skip;
const COMMAND = path.join(__dirname, '../../dist/bin/saiondo.js');
const TOOLS = path.join(__dirname, '../../.saiondo/tools');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-machine-'));
const person = path.join(root, 'person');
const temporary = path.join(root, 'tmp');
const directory = path.join(root, 'project');
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** Every file of folders, with size and time of change. */
function snapshot(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    !fs.existsSync(folder)
      ? []
      : fs.readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
          const at = path.join(entry.parentPath, entry.name);
          const { size, mtimeMs } = fs.lstatSync(at);
          return entry.isDirectory() ? at : `${at} ${size} ${mtimeMs}`;
        }),
  );
}

const rehearse = (...args: string[]): execa.ExecaChildProcess =>
  execa(
    'node',
    [COMMAND, 'rehearse', '--assembly', 'cdk.out', '--source', `${SMALL_REPOSITORY}=repo`, '--no-containers', ...args],
    {
      cwd: directory,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: process.env.PATH,
        HOME: person,
        TMPDIR: temporary,
        SAIONDO_TOOLS_DIR: TOOLS,
        AWS_SECRET_ACCESS_KEY: 'of-the-person-aws',
        GITHUB_TOKEN: 'of-the-person-github',
        NPM_TOKEN: 'of-the-person-npm',
        npm_config__authToken: 'of-the-person-auth',
        PIP_INDEX_URL: 'https://ada:of-the-person-index@127.0.0.1:9/simple',
      },
    },
  );

const logOf = (project: string): string => {
  const builds = path.join(
    directory,
    '.saiondo/runs',
    fs.readdirSync(path.join(directory, '.saiondo/runs')).sort().at(-1) ?? '',
    'builds',
  );
  const build = fs.readdirSync(builds).find((name) => name.startsWith(project)) ?? '';
  return fs.readFileSync(path.join(builds, build, 'log.txt'), 'utf8');
};

beforeAll(async () => {
  for (const folder of [person, temporary, directory]) fs.mkdirSync(folder);
  for (const [file, text] of [
    ['.aws/credentials', 'of-the-person-file'],
    [
      '.npmrc',
      '//registry.npmjs.org/:_authToken=of-the-person-npmrc\n@acme:registry=https://u:of-the-person-scope@127.0.0.1:9/npm/\n',
    ],
  ] as const) {
    fs.mkdirSync(path.dirname(path.join(person, file)), { recursive: true });
    fs.writeFileSync(path.join(person, file), text);
  }
  const probe = 'python3 -c "import saiondo_probe; print(saiondo_probe.SAYS)"';
  writeAssembly(path.join(directory, 'cdk.out'), {
    stages: {
      Build: [
        {
          name: 'Looks',
          commands: [
            'env | sort',
            'cat /proc/*/environ /proc/$PPID/environ | tr "\\0" "\\n" || true',
            `cat ${person}/.aws/credentials ${person}/.npmrc ~/.npmrc ~/.aws/credentials || true`,
            'npm config get @acme:registry',
            'aws --version',
            `find ${directory} -name "events.jsonl" -o -name "ledger" -o -name cdk.out`,
            'ls /var/run/docker.sock || true',
            'echo "$GIVEN and $KEPT"',
          ],
        },
        {
          name: 'Installs',
          commands: ['python3 -m pip install --no-index ./*.whl', probe, 'touch /usr/local/bin/saiondo-probe ~/.cdk'],
        },
        { name: 'UsesOnly', runOrder: 2, commands: [probe] },
      ],
    },
  });
  const wheels = path.join(root, 'wheels');
  writeWheel(wheels, 'saiondo_probe');
  await makeRepository(path.join(directory, 'repo'), { 'a.txt': 'a' });
  fs.copyFileSync(
    path.join(wheels, 'saiondo_probe-1-py3-none-any.whl'),
    path.join(directory, 'repo/saiondo_probe-1-py3-none-any.whl'),
  );
  const git = (...args: string[]) =>
    execa('git', ['-C', path.join(directory, 'repo'), '-c', 'user.name=Ada', '-c', 'user.email=a@localhost', ...args]);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'feat: a wheel');
  // A repository that came with a configuration: git starts its program where nobody forbids it.
  await git('config', 'core.fsmonitor', `touch ${person}/fsmonitor-was-started; false`);
  await prepareCommandLine();
}, 240_000);

namespaced('builds see nothing of the person, install for themselves alone, and the machine is as it was', async () => {
  fs.writeFileSync(path.join(root, 'given.env'), '# for builds\nGIVEN=something=with =\n');
  fs.writeFileSync(path.join(root, 'secret.env'), 'KEPT=a-kept-secret-value\n');
  const site = (await execa('python3', ['-c', 'import site; print("\\n".join(site.getsitepackages()))'])).stdout.split(
    '\n',
  );
  const watched = [person, temporary, '/usr/local/bin', ...site];
  const before = snapshot(watched);
  const { all, exitCode } = await rehearse(
    '--env-file',
    '../given.env',
    '--secret-file',
    '../secret.env',
    '--uncommitted',
  );
  expect(all).not.toContain('not kept apart');
  expect(all).toContain('Build/UsesOnly failed');
  expect(exitCode).toBe(1);
  const looked = logOf('small-Build-Looks');
  expect(looked).not.toContain('of-the-person');
  expect(looked).toContain('https://127.0.0.1:9/npm/');
  expect(looked).toContain('PIP_INDEX_URL=https://127.0.0.1:9/simple');
  expect(looked).toMatch(/^aws-cli/m);
  expect(looked).toMatch(/^something=with = and \*+$/m);
  expect(looked).not.toContain('a-kept-secret-value');
  expect(looked).not.toContain('events.jsonl\n');
  expect(looked).toMatch(/cannot access '\/var\/run\/docker.sock'/);
  expect(logOf('small-Build-Installs')).toContain('a wheel');
  expect(logOf('small-Build-UsesOnly')).toContain('ModuleNotFoundError');
  expect(snapshot(watched)).toEqual(before);
  // Nothing of a sandbox stays in the rehearsal's own folder either.
  expect(
    snapshot([path.join(directory, '.saiondo')]).filter((at) => /sandbox|\/packages|\/isolation/.test(at)),
  ).toEqual([]);
});

test('a wrong line of a file of variables is an error before anything starts', async () => {
  fs.writeFileSync(path.join(root, 'wrong.env'), 'GOOD=1\n\n1BAD=2\n');
  const { all, exitCode } = await rehearse('--env-file', '../wrong.env');
  expect(exitCode).toBe(2);
  expect(all).toContain('../wrong.env:3');
  expect(all).not.toContain('run 2');
});

test('without isolation the run says what is not kept apart', async () => {
  const { all } = await rehearse('--isolation', 'none', '--until', 'Source');
  expect(all).toContain(
    'not kept apart: builds run with the files, processes and programs of this machine (--isolation none)',
  );
});

test('with folders a build has a home and a Python of its own, and the run says what is not kept apart', async () => {
  const { all } = await rehearse('--isolation', 'folders');
  expect(all).toContain('not kept apart: builds see the files and processes of this machine');
  expect(logOf('small-Build-Installs')).toContain('a wheel');
  expect(logOf('small-Build-UsesOnly')).toContain('ModuleNotFoundError');
  expect(
    (logOf('small-Build-Looks').split('Running command cat')[0] ?? '')
      .split('\n')
      .filter((line) => /^(AWS_SECRET|GITHUB|NPM_TOKEN|npm_config__auth)/.test(line)),
  ).toEqual([expect.stringMatching(/^AWS_SECRET_ACCESS_KEY=[A-Za-z0-9+/]{40}$/)]);
});
