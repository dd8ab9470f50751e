import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runBuild, type BuildPlan } from '../../engine/codebuild/build';
import { parseBuildspec } from '../../engine/codebuild/parse-buildspec';
import type { RunEventBody } from '../../model/events';

const directories: string[] = [];
afterAll(() => directories.forEach((directory) => fs.rmSync(directory, { recursive: true, force: true })));

/** Runs a buildspec with real processes in a folder of its own. */
async function build(text: string, more: Partial<BuildPlan> = {}) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-build-'));
  directories.push(directory);
  const source = path.join(directory, 'src');
  fs.mkdirSync(source);
  const output = path.join(directory, 'out');
  const events: RunEventBody[] = [];
  const key = { executionId: 'e', stage: 'S', action: 'A', actionExecutionId: 'a', buildId: 'p:1' };
  const plan: BuildPlan = {
    buildId: 'p:1',
    project: 'p',
    buildspec: parseBuildspec(text, 'buildspec.yml'),
    directory,
    source,
    environment: { PATH: process.env.PATH ?? '', CODEBUILD_BUILD_SUCCEEDING: '1' },
    secrets: [],
    unexportable: new Set(),
    timeoutMinutes: 1,
    outputs: [],
    signal: new AbortController().signal,
    ...more,
  };
  const result = await runBuild(plan, key, (event) => events.push(event));
  const log = fs.readFileSync(path.join(directory, 'log.txt'));
  return { result, events, log, source, output, said: (text_: string) => log.toString().split('\n').includes(text_) };
}

test('directory and variables are carried over commands and phases; functions and set -e are not', async () => {
  const { result, said } = await build(`
version: 0.2
env: { exported-variables: [KEPT] }
phases:
  install:
    commands: [mkdir inside, cd inside, KEPT=yes, 'helper() { true; }', set -e]
  build:
    commands:
      - basename "$PWD"
      - command -v helper || echo no function
      - |
        false
        echo the last line decides
`);
  expect(result).toMatchObject({ status: 'SUCCEEDED', exportedVariables: { KEPT: 'yes' } });
  expect(said('inside')).toBe(true);
  expect(said('no function')).toBe(true);
  expect(said('the last line decides')).toBe(true);
});

test('a failed pre_build ends the build after its finally', async () => {
  const { result, said, log } = await build(`
version: 0.2
phases:
  pre_build: { commands: [exit 3, echo never], finally: [echo at last] }
  build: { commands: [echo built] }
`);
  expect(result.status).toBe('FAILED');
  expect(result.failure).toMatchObject({ phase: 'PRE_BUILD', command: 'exit 3', exitCode: 3, where: { line: 4 } });
  expect(said('at last')).toBe(true);
  expect(log.toString()).not.toMatch(/^(never|built)$/m);
});

test('a failed build still runs post_build, which sees that it failed, and uploads', async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-out-'));
  directories.push(directory);
  const { result, said } = await build(
    `
version: 0.2
phases:
  build: { commands: [echo x > kept.txt, 'false'] }
  post_build: { commands: ['echo succeeding: $CODEBUILD_BUILD_SUCCEEDING'] }
artifacts: { files: '**/*' }
`,
    { outputs: [{ name: 'Out', path: directory }] },
  );
  expect(result.status).toBe('FAILED');
  expect(said('succeeding: 0')).toBe(true);
  expect(fs.readdirSync(directory)).toEqual(['kept.txt']);
});

test('no matching artifact fails the build', async () => {
  const { result } = await build(
    'version: 0.2\nphases: { build: { commands: [true] } }\nartifacts: { files: ["*.zip"] }\n',
    {
      outputs: [{ name: 'Out', path: fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-none-')) }],
    },
  );
  expect(result.failure).toMatchObject({ phase: 'UPLOAD_ARTIFACTS', message: 'no matching artifact paths found' });
});

test('a secret is masked, also where two writes cut it', async () => {
  const { log } = await build(
    "version: 0.2\nphases: { build: { commands: ['printf top-sec; sleep 0.1; echo ret-value', 'echo \"$TOKEN\"'] } }\n",
    { secrets: ['top-secret-value'], environment: { PATH: process.env.PATH ?? '', TOKEN: 'top-secret-value' } },
  );
  expect(log.toString()).not.toContain('top-secret-value');
  expect(log.toString().match(/^\*\*\*$/gm)).toHaveLength(2);
});

test('binary output is kept byte for byte', async () => {
  const { log } = await build('version: 0.2\nphases: { build: { commands: [\'printf "\\\\377\\\\000\\\\376"\'] } }\n');
  expect(log.includes(Buffer.from([0xff, 0x00, 0xfe]))).toBe(true);
});

test('a build that ignores SIGTERM is ended when its time is over', async () => {
  const { result } = await build(
    'version: 0.2\nphases:\n  build:\n    commands: [\'trap "" TERM; while true; do sleep 0.1; done\']\n    finally: [echo late]\n',
    { timeoutMinutes: 0.005 },
  );
  expect(result).toMatchObject({ status: 'TIMED_OUT', failure: { code: 'TimeoutError' } });
}, 15_000);

test('a wrong key names file, line and the nearest one', () => {
  expect(() => parseBuildspec('version: 0.2\nphases:\n  bild:\n    commands: [ls]\n', 'x.yml')).toThrow(
    expect.objectContaining({
      message: 'unknown key `bild`; did you mean `build`?',
      where: { file: 'x.yml', line: 3, column: 3, path: 'phases.bild' },
    }),
  );
});
