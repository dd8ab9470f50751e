import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { prepareCommandLine } from '../fixtures/served-rehearsal';
import { makeRepository, SMALL_REPOSITORY, writeAssembly } from '../fixtures/small-pipeline';
import { canWatch, runWatched } from '../fixtures/watched-machine';
import { writeWheel } from '../fixtures/wheel';

/**
 * A whole rehearsal with the person's real home and temporary folder: builds that install as foreign apps do, a database and a function. Every file of
 * homes, /usr, /etc, /opt, /var and /tmp that it writes is known, and none is left but `.saiondo`.
 */
const ROOT = path.join(__dirname, '../..');
const watches = canWatch();
if (!watches)
  process.stderr.write('machine.test.ts is left out: it puts overlays over the machine as root, on Linux\n');
const watched = watches ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-watched-'));
const directory = path.join(root, 'project');
/** Sandboxes of functions are made here, which overlays of overlays cannot be. */
const temporary = path.join(root, 'tmp');
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const STACK = {
  Resources: {
    Db: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        ...{ DBInstanceIdentifier: 'db', Engine: 'postgres', DBInstanceClass: 'db.t4g.micro', AllocatedStorage: '20' },
        ...{ DBName: 'app', MasterUsername: 'app', MasterUserPassword: 'a-password-of-a-test' },
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ Runtime: 'nodejs20.x', Handler: 'index.handler', Role: 'arn:aws:iam::111111111111:role/x' },
        Code: {
          ZipFile: `const fs = require('fs'); const r = require('cfn-response');
exports.handler = (event, context) => {
  for (const at of ['/tmp/of-function', '/usr/local/of-function', process.env.HOME + '/of-function'])
    try { fs.writeFileSync(at, 'x'); } catch {}
  r.send(event, context, 'SUCCESS', {});
};`,
        },
      },
    },
    Custom: { Type: 'Custom::X', Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] } } },
  },
};

beforeAll(async () => {
  if (!watches) return;
  fs.chmodSync(root, 0o755);
  fs.mkdirSync(temporary, { mode: 0o1777 });
  await prepareCommandLine();
  const installs = [
    'python3 -m pip install --no-index ./*.whl',
    'npm install --global ./package',
    'cp a.txt /usr/local/bin/of-build; touch ~/.of-build /tmp/of-build /etc/of-build /var/tmp/of-build /opt/of-build',
    'mkdir -p ~/.cdk ~/.npm ~/.cache ~/.config; touch ~/.cdk/x ~/.npm/x ~/.cache/x ~/.config/x',
    'git config --global user.name Evil',
    'rm -f /etc/hostname /usr/bin/env; (setsid sh -c "sleep 1; touch /tmp/of-daemon" &)',
  ];
  writeAssembly(path.join(directory, 'cdk.out'), {
    stages: {
      Build: [{ name: 'Installs', commands: installs }],
      Deploy: [{ name: 'Stack', deploys: { stackName: 'db', template: 'stack.json' } }],
      Post: [{ name: 'Uses', commands: ['! python3 -c "import saiondo_probe"', '! test -e /usr/local/bin/of-build'] }],
    },
  });
  writeWheel(path.join(root, 'wheels'), 'saiondo_probe');
  const wheel = 'saiondo_probe-1-py3-none-any.whl';
  await makeRepository(path.join(directory, 'repo'), {
    'a.txt': 'a',
    'stack.json': JSON.stringify(STACK),
    'package/package.json': JSON.stringify({ name: 'of-build', version: '1.0.0', bin: { 'of-build': 'x.js' } }),
    'package/x.js': '#!/usr/bin/env node\n',
  });
  const repo = path.join(directory, 'repo');
  fs.copyFileSync(path.join(root, 'wheels', wheel), path.join(repo, wheel));
  await execa('git', ['-C', repo, 'add', '--all']);
  await execa('git', [
    '-C',
    repo,
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@localhost',
    'commit',
    '-qm',
    'feat: a wheel',
  ]);
}, 240_000);

watched(
  'nothing of the machine differs after a run',
  async () => {
    const tools = process.env.SAIONDO_TOOLS_DIR ?? path.join(ROOT, '.saiondo/tools');
    const command = [process.execPath, path.join(ROOT, 'dist/bin/saiondo.js'), 'rehearse', '--assembly', 'cdk.out'];
    const { exitCode, all, changed } = await runWatched(
      [...command, '--source', `${SMALL_REPOSITORY}=repo`, '--no-containers'],
      {
        kept: [directory, temporary],
        directory: root,
        cwd: directory,
        env: { SAIONDO_TOOLS_DIR: tools, TMPDIR: temporary },
      },
    );
    expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' });
    expect(changed).toEqual([]);
    expect(fs.readdirSync(temporary)).toEqual([]);
  },
  300_000,
);
