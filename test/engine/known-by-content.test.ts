import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedBuild } from './recorded-build';

// A build of buildspecs/api-test.yml that is known by its content, run as the engine runs it. `aws s3 cp` is a stand-in that keeps objects as files;
// the test command counts how often it ran, and writes a report and an output that tell which run they are of.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-known-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const AWS = `from=$4; to=$5
case "$from" in s3://*) from="$BUCKET/\${from#s3://}"; [ -f "$from" ] || { echo 'fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist' >&2; exit 1; } ;; esac
case "$to" in s3://*) to="$BUCKET/\${to#s3://}"; mkdir -p "$(dirname "$to")" ;; esac
cp "$from" "$to"`;

const FILES = {
  'api/package-lock.json': '{"lockfileVersion":3}',
  'api/src/main.ts': 'export {};',
  'llm/main.py': 'pass',
  'shared.json': '{}',
};

/** A bucket of its own for each test, and the builds that use it. */
function pipeline() {
  const bucket = fs.mkdtempSync(path.join(root, 'bucket-'));
  const counter = path.join(bucket, 'runs.txt');
  fs.writeFileSync(counter, '');
  const records = (): string[] =>
    fs
      .readdirSync(bucket, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && one.name !== 'runs.txt')
      .map((one) => path.join(one.parentPath, one.name));
  /** @returns whether the tests ran, and what the build gave */
  const build = async ({
    files = {},
    variables = {},
    commands = {},
    prepare,
    test = `echo ran >> '${counter}' && mkdir -p reports out && wc -l < '${counter}' | tee out/made.txt reports/junit.xml`,
  }: {
    readonly files?: Record<string, string>;
    readonly variables?: Record<string, string>;
    readonly commands?: Record<string, string>;
    readonly test?: string;
    readonly prepare?: ((source: string) => void) | undefined;
  } = {}) => {
    const before = fs.readFileSync(counter, 'utf8');
    const run = await recordedBuild(root, 'api-test', {
      variables: {
        COMPONENT_DIR: 'api',
        BUCKET: bucket,
        KNOWN_RECORDS: 's3://artifacts/passed/shop-api-test',
        KNOWN_DAYS: '14',
        KNOWN_RECIPE: 'recipe-1',
        KNOWN_OUTPUTS: 'api/out',
        OTHERS: 'llm',
        KNOWN_RUN: 'e-1',
        KNOWN_FRESH: 'no',
        CODEBUILD_INITIATOR: 'codepipeline/shop',
        CODEBUILD_BUILD_ID: 'shop-api-test:1',
        CODEBUILD_BUILD_IMAGE: 'aws/codebuild/standard:7.0',
        ...variables,
      },
      values: { runtimes: {}, known: 'content', commands: { install: ['npm ci'], build: [], test: [test], carry: [] } },
      files: { ...FILES, ...files },
      ...(prepare ? { prepare } : {}),
      commands: { npm: 'case "$*" in --version) echo 10.0.0 ;; esac', aws: AWS, ...commands },
    });
    const made = path.join(run.directory, 'src/api/out/made.txt');
    return {
      ...run,
      ran: fs.readFileSync(counter, 'utf8') !== before,
      made: fs.existsSync(made) ? fs.readFileSync(made, 'utf8').trim() : undefined,
    };
  };
  return { build, records };
}

test('what has passed is not done again: outputs and reports come back, and the build says from which run', async () => {
  const { build } = pipeline();
  const first = await build();
  expect([first.status, first.ran, first.made]).toEqual(['SUCCEEDED', true, '1']);
  expect(first.log).toContain('written down as');
  const second = await build({ variables: { KNOWN_RUN: 'e-2', CODEBUILD_BUILD_ID: 'shop-api-test:2' } });
  expect([second.status, second.ran, second.made]).toEqual(['SUCCEEDED', false, '1']);
  expect(second.log).toMatch(/unchanged, passed in e-1 at \d{4}-\d\d-\d\dT/);
  expect(second.calls.some((call) => call.includes('npm ci'))).toBe(false);
  expect(fs.readFileSync(path.join(second.directory, 'src/api/reports/junit.xml'), 'utf8').trim()).toBe('1');
});

test('another component, of which nothing is taken, is not there to be read and changes nothing', async () => {
  const { build } = pipeline();
  await build();
  const second = await build({ files: { 'llm/main.py': 'changed' } });
  expect(second.ran).toBe(false);
  expect(fs.existsSync(path.join(second.directory, 'src/llm'))).toBe(false);
});

/** A stand-in for Node that is Node, but for what a script changes in it first. */
function preloaded(script: string): string {
  const file = path.join(root, `preloaded-${createHash('sha256').update(script).digest('hex')}.js`);
  fs.writeFileSync(file, script);
  return `exec '${process.execPath}' --require '${file}' "$@"`;
}

// Each an attempt to have an old result taken for a new one.
const CHANGED: Readonly<Record<string, Parameters<ReturnType<typeof pipeline>['build']>[0]>> = {
  'a source file': { files: { 'api/src/main.ts': 'export const a = 1;' } },
  'a new file': { files: { 'api/src/new.ts': '' } },
  'a lock file': { files: { 'api/package-lock.json': '{"lockfileVersion":2}' } },
  'a file outside every component': { files: { 'shared.json': '{"a":1}' } },
  'another component of which something is taken': { files: { 'llm/main.py': 'x' }, variables: { OTHERS: '' } },
  'the build specification or image (the recipe)': { variables: { KNOWN_RECIPE: 'recipe-2' } },
  'the build image’s name': { variables: { CODEBUILD_BUILD_IMAGE: 'aws/codebuild/standard:8.0' } },
  'a runtime': { commands: { npm: 'case "$*" in --version) echo 11.0.0 ;; esac' } },
  'a variable': { variables: { NODE_ENV: 'test' } },
  'a secret’s value': { variables: { TOKEN: 'other' } },
  'a run that wants everything anew': { variables: { KNOWN_FRESH: 'yes' } },
  'a run that wants it in another word': { variables: { KNOWN_FRESH: 'True' } },
  'a renamed file': {
    prepare: (source) => fs.renameSync(path.join(source, 'api/src/main.ts'), path.join(source, 'api/src/index.ts')),
  },
  'a deleted file': { prepare: (source) => fs.rmSync(path.join(source, 'shared.json')) },
  'a file that became a folder': {
    prepare: (source) => (fs.rmSync(path.join(source, 'shared.json')), fs.mkdirSync(path.join(source, 'shared.json'))),
  },
  'an empty folder': { prepare: (source) => fs.mkdirSync(path.join(source, 'api/fixtures')) },
  'the lock file of a workspace’s root': { files: { 'package-lock.json': '{"lockfileVersion":3}' } },
  'what git does with files': { files: { '.gitattributes': '* text eol=crlf' } },
  'another commit of a submodule': { files: { 'api/vendor/lib.ts': 'export const version = 2;' } },
  'another object of Git LFS': {
    files: { 'api/model.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:2222\nsize 12\n' },
  },
  'a file of variables': { files: { 'api/.env': 'LEVEL=2' } },
  'a file with other line ends': { files: { 'api/src/main.ts': 'export {};\r\n' } },
  'another Node': { commands: { node: preloaded("Object.defineProperty(process, 'version', { value: 'v99.0.0' })") } },
  'another Python': { commands: { python3: 'echo Python 3.99.0' } },
  'another Yarn, which no list of the image has': { commands: { yarn: 'echo 1.23.0' } },
  'another uv': { commands: { uv: 'echo uv 0.99.0' } },
  'another Flutter than the configured one': {
    variables: { FLUTTER_VERSION: '3.0.0' },
    commands: { flutter: 'echo Flutter 9.9.9' },
  },
  'another build image of the same name': {
    commands: {
      node: preloaded(
        "const fs = require('fs'); const { existsSync, readFileSync } = fs; const at = '/var/lib/dpkg/status'; fs.existsSync = (file) => file === at || existsSync(file); fs.readFileSync = (file, ...more) => (file === at ? Buffer.from('Package: openssl') : readFileSync(file, ...more))",
      ),
    },
  },
  'another project': { variables: { KNOWN_RECORDS: 's3://artifacts/passed/other', CODEBUILD_BUILD_ID: 'other:1' } },
};
describe('one build that has passed, and another', () => {
  const { build } = pipeline();
  beforeAll(async () => void (await build()));
  test.each(Object.keys(CHANGED))('done again for %s', async (name) => {
    const changed = await build(CHANGED[name]);
    expect([changed.status, changed.ran, changed.made === '1']).toEqual(['SUCCEEDED', true, false]);
  });
  test('not done again for what changes no result', async () => {
    const same = await build({
      variables: { KNOWN_RUN: 'e-9', CODEBUILD_BUILD_ID: 'shop-api-test:9', AWS_REGION: 'x' },
    });
    expect(same.ran).toBe(false);
  });
});

// What a build could read though it is not in its checkout, and would not be noticed there.
const UNKNOWN: Readonly<Record<string, (source: string) => void>> = {
  'a link that leads out of the checkout': (source) => fs.symlinkSync('../../elsewhere', path.join(source, 'api/link')),
  'a link to a place of the machine': (source) => fs.symlinkSync('/etc/hostname', path.join(source, 'api/link')),
  'a link that leads out by another link': (source) => {
    const folder = path.join(source, 'api/a/b');
    fs.mkdirSync(folder, { recursive: true });
    fs.symlinkSync('../../..', path.join(folder, 'top'));
    fs.symlinkSync('top/../outside.txt', path.join(folder, 'link'));
    fs.writeFileSync(path.join(source, '../outside.txt'), 'not of the checkout');
  },
  'a history of git': (source) => fs.mkdirSync(path.join(source, '.git')),
  'a submodule’s history': (source) => fs.writeFileSync(path.join(source, 'api/.git'), 'gitdir: ../x'),
};
test.each(Object.keys(UNKNOWN))('done each time, and never written down, where there is %s', async (name) => {
  const { build, records } = pipeline();
  for (const run of [1, 2]) {
    const { ran, made, log } = await build({ prepare: UNKNOWN[name] });
    expect([ran, made, log.includes('nothing is written down')]).toEqual([true, String(run), true]);
  }
  expect(records()).toEqual([]);
});

test('a link inside the checkout counts by where it leads, and a file by whether it is a program', async () => {
  const { build } = pipeline();
  const link = (target: string) => (source: string) => fs.symlinkSync(target, path.join(source, 'api/link'));
  expect((await build({ prepare: link('package-lock.json') })).ran).toBe(true);
  expect((await build({ prepare: link('package-lock.json') })).ran).toBe(false);
  expect((await build({ prepare: link('src/main.ts') })).ran).toBe(true);
  const plain = (source: string): void => fs.chmodSync(path.join(source, 'api/src/main.ts'), 0o644);
  expect((await build({ prepare: plain })).ran).toBe(true);
  expect((await build()).ran).toBe(true);
});

test('a file that git ignores counts: the build can read it', async () => {
  const { build } = pipeline();
  const files = { '.gitignore': 'local.json', 'api/local.json': '1' };
  await build({ files });
  expect((await build({ files: { ...files, 'api/local.json': '2' } })).ran).toBe(true);
});

test('a component’s own variable counts whatever its name: a name of AWS, of CodeBuild, of the records', async () => {
  const { build } = pipeline();
  const named = { KNOWN_VARIABLES: 'AWS_REGION CODEBUILD_LEVEL', AWS_REGION: 'a', CODEBUILD_LEVEL: '1' };
  await build({ variables: named });
  expect((await build({ variables: named })).ran).toBe(false);
  expect((await build({ variables: { ...named, AWS_REGION: 'b' } })).ran).toBe(true);
  expect((await build({ variables: { ...named, CODEBUILD_LEVEL: '2' } })).ran).toBe(true);
});

test('what CodeBuild says of one commit counts where a file of the checkout reads it', async () => {
  const { build } = pipeline();
  const files = { 'api/src/version.ts': 'export const commit = process.env.CODEBUILD_RESOLVED_SOURCE_VERSION;' };
  const of = (commit: string) => ({ files, variables: { CODEBUILD_RESOLVED_SOURCE_VERSION: commit } });
  await build(of('1111'));
  expect((await build(of('1111'))).ran).toBe(false);
  expect((await build(of('2222'))).ran).toBe(true);
});

test('an output that is checked in comes back as the build left it, without what the build took away', async () => {
  const { build } = pipeline();
  const files = { 'api/out/old.txt': 'checked in' };
  const test = 'rm -r out && mkdir -p out reports && echo made | tee out/made.txt reports/junit.xml';
  for (const made of ['made', 'made']) {
    const run = await build({ files, test });
    expect([run.made, fs.readdirSync(path.join(run.directory, 'src/api/out'))]).toEqual([made, ['made.txt']]);
  }
});

const DAMAGE: Readonly<Record<string, (file: string) => void>> = {
  'is deleted': (file) => fs.rmSync(file),
  'is torn': (file) => fs.truncateSync(file, fs.statSync(file).size - 10),
  'is empty': (file) => fs.truncateSync(file, 0),
  'has one byte changed': (file) => {
    const data = fs.readFileSync(file);
    data.writeUInt8((data.at(-20) ?? 0) ^ 1, data.length - 20);
    fs.writeFileSync(file, data);
  },
  'is no record': (file) => fs.writeFileSync(file, 'passed'),
};
test.each(Object.keys(DAMAGE))('done again where the record %s', async (name) => {
  const { build, records } = pipeline();
  await build();
  for (const file of records()) DAMAGE[name]?.(file);
  const again = await build();
  expect([again.status, again.ran, again.made]).toEqual(['SUCCEEDED', true, '2']);
  expect((await build()).ran).toBe(false);
});

test('done again where the record of one content stands under the name of another', async () => {
  const { build, records } = pipeline();
  await build();
  const [first = ''] = records();
  await build({ files: { 'api/src/main.ts': 'changed' } });
  const second = records().find((file) => file !== first) ?? '';
  fs.copyFileSync(first, second);
  const again = await build({ files: { 'api/src/main.ts': 'changed' } });
  expect(again.ran).toBe(true);
  expect(again.log).toContain('it is of another build');
});

test('done again where the record is too old, and where it is of the future', async () => {
  const { build } = pipeline();
  // The fingerprint counts NODE_OPTIONS: the same preload for all, which reads a file that changes.
  const file = path.join(root, 'clock.js');
  const set = (days: number): void =>
    fs.writeFileSync(file, `const now = Date.now; Date.now = () => now() + ${days * 86_400_000};`);
  const variables = { NODE_OPTIONS: `--require ${file}` };
  set(0);
  await build({ variables });
  set(13);
  expect((await build({ variables })).ran).toBe(false);
  set(15);
  const old = await build({ variables });
  expect([old.ran, old.log.includes('14 days old or older')]).toEqual([true, true]);
  // A clock that went back: what was written down a moment ago is of the future.
  set(-1);
  const future = await build({ variables });
  expect([future.ran, future.log.includes('it is of the future')]).toEqual([true, true]);
});

test('done again from the very moment on at which the record ends', async () => {
  const { build } = pipeline();
  const file = path.join(root, 'stopped-clock.js');
  const at = (time: number): void => fs.writeFileSync(file, `Date.now = () => ${time};`);
  const variables = { NODE_OPTIONS: `--require ${file}` };
  const begun = Date.parse('2026-11-01T00:00:00Z');
  const days = 14 * 86_400_000;
  at(begun);
  await build({ variables });
  at(begun + days - 1);
  expect((await build({ variables })).ran).toBe(false);
  at(begun + days);
  expect((await build({ variables })).ran).toBe(true);
});

test('done again where the record is another component’s, of the same content', async () => {
  const { build, records } = pipeline();
  await build({
    variables: { CODEBUILD_BUILD_ID: 'shop-llm-test:1', KNOWN_RECORDS: 's3://artifacts/passed/shop-llm-test' },
  });
  const [theirs = ''] = records();
  const ours = theirs.replace('shop-llm-test', 'shop-api-test');
  fs.mkdirSync(path.dirname(ours), { recursive: true });
  fs.copyFileSync(theirs, ours);
  const again = await build();
  expect([again.ran, again.log.includes('it is of another build')]).toEqual([true, true]);
});

test('a build of a pull request, or one that a person started, neither reads nor writes a record', async () => {
  const { build, records } = pipeline();
  for (const CODEBUILD_INITIATOR of ['GitHub-Hookshot/1', 'ada'])
    expect((await build({ variables: { CODEBUILD_INITIATOR } })).ran).toBe(true);
  expect(records()).toEqual([]);
  await build();
  expect((await build({ variables: { CODEBUILD_INITIATOR: 'GitHub-Hookshot/1' } })).ran).toBe(true);
});

test('a build that failed, or without an output that it should give, leaves no record', async () => {
  const { build, records } = pipeline();
  expect((await build({ test: 'false' })).status).toBe('FAILED');
  expect(records()).toEqual([]);
  const without = await build({ test: 'mkdir -p reports' });
  expect(without.log).toContain('nothing is written down: api/out is not there');
  expect(records()).toEqual([]);
});

test('a component that sets the variable itself is tested all the same', async () => {
  const { build } = pipeline();
  expect((await build({ variables: { UNCHANGED: 'yes' } })).ran).toBe(true);
});

test('records that nobody can read or write: the build is done, and says why nothing is kept', async () => {
  const { build } = pipeline();
  const denied = { aws: "echo 'An error occurred (403) when calling the HeadObject operation: Forbidden' >&2; exit 1" };
  const run = await build({ commands: denied });
  expect([run.status, run.ran]).toEqual(['SUCCEEDED', true]);
  expect(run.log).toContain('the records cannot be read');
  expect(run.log).toContain('not written down');
});

test('two runs of the same content at once: both pass, and the record that stays is whole', async () => {
  const { build, records } = pipeline();
  const both = await Promise.all([build(), build({ variables: { KNOWN_RUN: 'e-2' } })]);
  expect(both.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(records()).toHaveLength(1);
  expect((await build()).ran).toBe(false);
});

test('killed while its record is written: half a record counts for nothing, and the next build writes it whole', async () => {
  const { build, records } = pipeline();
  const torn = `case "$5" in s3://*) to="$BUCKET/\${5#s3://}"; mkdir -p "$(dirname "$to")"; head -c 100 "$4" > "$to"; kill -9 $PPID; exit 1 ;; esac\n${AWS}`;
  expect((await build({ commands: { aws: torn } })).ran).toBe(true);
  expect(records().map((file) => fs.statSync(file).size)).toEqual([100]);
  const again = await build();
  expect([again.status, again.ran]).toEqual(['SUCCEEDED', true]);
  expect(again.log).toContain('counts for nothing');
  expect((await build()).ran).toBe(false);
});

test('killed while a record is brought back: the build fails with nothing of it, and the next one has all of it', async () => {
  const { build } = pipeline();
  await build();
  const killed = await build({ commands: { aws: 'kill -9 $PPID' } });
  expect([killed.status, killed.ran, killed.made]).toEqual(['FAILED', false, undefined]);
  const again = await build();
  expect([again.status, again.ran, again.made]).toEqual(['SUCCEEDED', false, '1']);
});
