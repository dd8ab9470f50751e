import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { RunEvent } from '../../model/events';
import { makeRepository, SMALL_REPOSITORY, writeAssembly, type SmallAction } from '../fixtures/small-pipeline';
import { MOST_HELD } from '../fixtures/held-loop';
import { prepareCommandLine } from '../fixtures/served-rehearsal';
import { machineHas } from '../fixtures/requires';

/**
 * One rehearsal of many hostile builds, as a person starts it. Each gets nothing of the person's, changes nothing outside of itself, and the
 * others pass; the engine's loop is watched all the time.
 */
const namespaced = machineHas('namespaces') ? test : test.skip;
const COMMAND = path.join(__dirname, '../../dist/bin/saiondo.js');
const WATCH = path.join(__dirname, '../fixtures/watch-engine.js');
const CANARY = 'of-the-person-canary';
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-hostile-'));
const person = path.join(root, 'person');
const directory = path.join(root, 'project');
const held = path.join(root, 'held.txt');
/** A server of the person's on the loopback interface. */
let asked = 0;
const server = http.createServer((_request, response) => {
  asked++;
  response.end(CANARY);
});
let all = '';
let exitCode = -1;

afterAll(async () => {
  await new Promise((done) => server.close(done));
  // A build may have left folders that nobody may enter.
  await execa('chmod', ['-R', 'u+rwX', root], { reject: false });
  fs.rmSync(root, { recursive: true, force: true });
});

const REPORT = { reports: { tests: { files: ['junit.xml'], 'file-format': 'JUNITXML' } } };
const JUNIT = `<testsuite name="s"><testcase name="t"/></testsuite>`;
const RACE = `
import os, sys
target, count = sys.argv[1], 40
for name in (f"f{i}.txt" for i in range(count)):
    open(name, "w").write("own")
    os.symlink(target, name + ".link"); open(name + ".own", "w").write("own")
open("ready", "w").close()
if os.fork(): sys.exit(0)
os.setsid()
while True:
    for i in range(count):
        name = f"f{i}.txt"
        try:
            os.symlink(target, "tmp"); os.rename("tmp", name)
            open("tmp", "w").write("own"); os.rename("tmp", name)
        except OSError: pass
`;

/** What is tried, by the name of its action. `fails` says what its failure reads. */
const ATTACKS: Readonly<
  Record<string, Omit<SmallAction, 'name'> & { readonly fails?: RegExp; readonly says?: RegExp }>
> = {
  SwapsArtifacts: {
    commands: [`python3 race.py ${person}/secret.txt > /dev/null 2>&1`, 'test -e ready'],
    output: 'Swapped',
    buildspec: { artifacts: { files: ['*.txt'] } },
  },
  ReportIsAPipe: { commands: ['mkfifo junit.xml'], buildspec: REPORT, says: /no file matches junit.xml/ },
  ReportIsEndless: { commands: ['ln -s /dev/zero junit.xml'], buildspec: REPORT, says: /leads out of the build/ },
  ReportIsOfThePerson: {
    commands: [`ln -s ${person}/secret.txt junit.xml`],
    buildspec: REPORT,
    says: /leads out of the build/,
  },
  ReportIsLarge: { commands: ['truncate -s 100G junit.xml'], buildspec: REPORT, says: /larger than/ },
  ReportOfManyCases: {
    commands: [`python3 -c "print('<testsuite>' + '<testcase name=\\"a\\"/>' * 200000 + '</testsuite>')" > junit.xml`],
    buildspec: REPORT,
    says: /200000 test cases/,
  },
  ReportOfEntities: {
    commands: [
      `python3 -c "print('<!DOCTYPE l [<!ENTITY l0 \\"lol\\">' + ''.join(f'<!ENTITY l{i} \\"' + f'&l{i-1};' * 10 + '\\">' for i in range(1, 25)) + ']><testsuite name=\\"&l24;\\"><testcase name=\\"x\\"/></testsuite>')" > junit.xml`,
    ],
    buildspec: REPORT,
  },
  ReportLeadsOutByName: {
    commands: [`echo '${JUNIT}' > junit.xml`],
    buildspec: { reports: { '../../../../evil': { files: ['junit.xml'] } } },
  },
  ArtifactsArePipes: {
    commands: [
      'mkfifo pipe',
      'echo a > own.txt',
      'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'sock\')"',
    ],
    output: 'Pipes',
    buildspec: { artifacts: { files: ['**/*'] } },
  },
  ArtifactsOfEtc: {
    commands: ['true'],
    output: 'Etc',
    buildspec: { artifacts: { files: ['passwd'], 'base-directory': '/etc' } },
    fails: /no matching base directory/,
  },
  ArtifactsByShellPatterns: {
    commands: ['touch aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ok.b'],
    output: 'Patterns',
    buildspec: { artifacts: { files: ['+(a*)+(a*)b', 'ok.b'] } },
  },
  ArtifactNames: {
    commands: [
      `touch -- "$(printf 'a\\nb\\033]0;PWNED\\007')" '-rf' '$(touch pwned)' "$(printf '\\377\\376')"`,
      `touch "<img src=x onerror=alert(1)>"`,
    ],
    output: 'Names',
    buildspec: { artifacts: { files: ['**/*'] } },
  },
  ArtifactsOfADeepTree: {
    commands: [`python3 -c "import os\nfor i in range(1500):\n  os.mkdir('d'); os.chdir('d')"`, 'echo a > own.txt'],
    output: 'Deep',
    buildspec: { artifacts: { files: ['*.txt'] } },
  },
  LocksItsFolders: { commands: ['mkdir -p locked/in', 'touch locked/in/a', 'chmod 000 locked/in locked'] },
  KillsEverything: { commands: ['sh -c "kill -9 -1" || true'], fails: /./ },
  LeavesProcesses: { commands: ['setsid sleep 987654 &', 'for i in $(seq 300); do sleep 987654 & done; echo left'] },
  HoldsItsOutput: { commands: ['(while :; do echo noise; sleep 0.2; done) &', 'echo done'] },
  ReplacesPrograms: { commands: ['cp /bin/true /usr/bin/cat; cp /bin/true /usr/local/bin/node; cat /etc/hostname'] },
  ReplacesItsState: {
    commands: [`ln -sf ${person}/secret.txt ../shell/state/env.sh || true`, 'echo next'],
    fails: /./,
  },
  LongLines: { commands: ['head -c 20000000 /dev/zero | tr "\\0" a'] },
  BinaryLog: { commands: ['head -c 2000000 /dev/urandom'] },
  TerminalLog: { commands: [`printf '\\033]0;PWNED\\007\\033[2J\\033[31mred\\n'; exit 3`], fails: /status 3/ },
  Escapes: {
    commands: [
      'mount -t tmpfs none /mnt 2>&1 || true',
      'unshare -Urm true 2>&1 || true',
      'mknod disk b 8 0 2>&1 || true',
      `nsenter -t 1 -m cat ${person}/secret.txt 2>&1 || true`,
      `cat /proc/1/root${person}/secret.txt /proc/self/root${person}/secret.txt 2>&1 || true`,
      'echo "|/tmp/x" > /proc/sys/kernel/core_pattern || true',
      'echo b > /proc/sysrq-trigger || true',
      'cat /proc/kcore /dev/mem /dev/sda 2>&1 | head -c 100 || true',
      `find / -name secret.txt -not -path "/proc/*" 2>/dev/null | head -3`,
    ],
  },
  AsksThePersonsServer: {
    commands: [
      'curl -s -m 5 http://127.0.0.1:$PORT/ || echo unreachable',
      'curl -s -m 5 http://localhost:$PORT/ || true',
    ],
    says: /unreachable/,
  },
  AsksForMetadata: {
    commands: ['curl -s -m 5 http://169.254.169.254/latest/meta-data/iam/security-credentials/ || echo unreachable'],
    says: /unreachable/,
  },
  ReadsTheEngine: {
    commands: ['cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" || true', 'ls -d /proc/[0-9]* | wc -l'],
  },
  CachesTheMachine: {
    commands: ['true'],
    buildspec: { cache: { paths: ['/etc/**/*', '../../**/*', '/**/*'] } },
    project: { Cache: { Type: 'S3', Location: 'bucket/cache' } },
    says: /outside the build/,
  },
  ExportsALot: {
    commands: ['export BIG=$(head -c 100000 /dev/zero | tr "\\0" x)', 'export ESC=$(printf "\\033[2J")'],
    namespace: 'Big',
    buildspec: { env: { 'exported-variables': ['BIG', 'ESC', '__proto__', 'constructor'] } },
  },
  NamesObjects: { commands: ['true'], buildspec: { env: { variables: { constructor: 'a', toString: 'b' } } } },
  ManyVariables: {
    commands: ['for i in $(seq 3000); do export V$i=$i; done', 'test "$V3000" = 3000'],
  },
  Passes: { commands: ['echo passed'] },
};

beforeAll(async () => {
  for (const folder of [person, directory]) fs.mkdirSync(folder);
  fs.writeFileSync(path.join(person, 'secret.txt'), CANARY);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const actions = Object.entries(ATTACKS).map(([name, { fails: _fails, says: _says, ...action }]) => ({
    name,
    ...action,
    environment: { PORT: String(port) },
  }));
  writeAssembly(path.join(directory, 'cdk.out'), { stages: { Attack: actions } });
  await makeRepository(path.join(directory, 'repo'), { 'race.py': RACE });
  await prepareCommandLine();
  ({ all = '', exitCode } = await execa(
    'node',
    [COMMAND, 'rehearse', '--assembly', 'cdk.out', '--source', `${SMALL_REPOSITORY}=repo`, '--no-containers'],
    {
      cwd: directory,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: process.env.PATH,
        HOME: person,
        SAIONDO_TOOLS_DIR: path.join(__dirname, '../../.saiondo/tools'),
        AWS_SECRET_ACCESS_KEY: CANARY,
        GITHUB_TOKEN: CANARY,
        NODE_OPTIONS: `--require=${WATCH}`,
        SAIONDO_HELD_FILE: held,
      },
    },
  ));
}, 240_000);

const runFolder = (): string => {
  const runs = path.join(directory, '.saiondo/runs');
  return path.join(runs, fs.readdirSync(runs)[0] ?? '');
};
const events = (): RunEvent[] =>
  fs
    .readFileSync(path.join(runFolder(), 'events.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);
const logOf = (action: string): string => {
  const builds = path.join(runFolder(), 'builds');
  const name = fs.readdirSync(builds).find((one) => one.startsWith(`small-Attack-${action}-`)) ?? '';
  return fs.readFileSync(path.join(builds, name, 'log.txt'), 'utf8');
};

namespaced.each(Object.entries(ATTACKS))('%s', (name, { fails, says }) => {
  const ended = events().find((one) => one.kind === 'action.ended' && one.action === name);
  expect(ended).toMatchObject({ status: fails ? 'Failed' : 'Succeeded' });
  if (fails) expect(JSON.stringify(ended)).toMatch(fails);
  if (says) {
    const warnings = events().flatMap((one) => (one.kind === 'message' ? [one.text] : []));
    expect(`${warnings.join('\n')}\n${logOf(name)}`).toMatch(says);
  }
});

namespaced('nothing of the person is in anything that the run wrote or said', () => {
  const files = fs
    .readdirSync(path.join(directory, '.saiondo'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'values.json')
    .map((entry) => path.join(entry.parentPath, entry.name));
  expect(files.filter((file) => fs.statSync(file).size < 64e6 && fs.readFileSync(file).includes(CANARY))).toEqual([]);
  expect(all).not.toContain(CANARY);
  expect(asked).toBe(0);
  expect(exitCode).toBe(1);
});

namespaced('nothing speaks to the terminal, and nothing is left running', async () => {
  expect(all).not.toMatch(/\u001b/);
  const { stdout } = await execa('ps', ['-eo', 'args']);
  expect(stdout.split('\n').filter((line) => line.includes('987654') || line.includes(root))).toEqual([]);
});

namespaced('the engine is never held', () => {
  const first = events().find((one) => one.kind === 'build.phase.started');
  const holds = (fs.existsSync(held) ? fs.readFileSync(held, 'utf8') : '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { at: number; work: number; blocked: number; slowness: number })
    .filter(({ at }) => at > Date.parse(first?.time ?? ''))
    .filter(({ work, blocked, slowness }) => work / slowness + blocked > MOST_HELD);
  const what = holds.length > 0 ? fs.readFileSync(`${held}.profile`, 'utf8') : '';
  expect({ holds, what }).toEqual({ holds: [], what: '' });
});
