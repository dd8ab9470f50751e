import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runBuild } from '../../engine/codebuild/build';
import { parseBuildspec } from '../../engine/codebuild/parse-buildspec';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-web-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** Runs a buildspec of the web app with commands on PATH that write down how they were called. */
async function recorded(name: string, variables: Record<string, string>): Promise<{ status: string; calls: string[] }> {
  const directory = path.join(root, name);
  const source = path.join(directory, 'src');
  const bin = path.join(directory, 'bin');
  const record = path.join(directory, 'calls.txt');
  fs.mkdirSync(path.join(source, 'frontend/app'), { recursive: true });
  fs.mkdirSync(bin);
  for (const command of ['flutter', 'aws']) {
    fs.writeFileSync(path.join(bin, command), `#!/bin/sh\necho "$(basename "$PWD"): ${command} $*" >> '${record}'\n`, {
      mode: 0o755,
    });
  }
  const file = path.join(__dirname, '../../buildspecs', `${name}.yml`);
  const { status } = await runBuild(
    {
      buildId: 'web:1',
      project: 'web',
      buildspec: parseBuildspec(fs.readFileSync(file, 'utf8'), `buildspecs/${name}.yml`),
      directory,
      source,
      environment: { PATH: `${bin}:${process.env.PATH ?? ''}`, COMPONENT_DIR: 'frontend/app', ...variables },
      secrets: [],
      unexportable: new Set(),
      timeoutMinutes: 1,
      outputs: [],
      signal: new AbortController().signal,
    },
    { executionId: 'e', stage: 'S', action: 'A', actionExecutionId: 'a', buildId: 'web:1' },
    () => undefined,
  );
  return { status, calls: fs.readFileSync(record, 'utf8').trim().split('\n') };
}

test('web-test tests and builds the Flutter app in its folder (flutter is a recording stand-in)', async () => {
  const { status, calls } = await recorded('web-test', {});
  expect(status).toBe('SUCCEEDED');
  expect(calls).toEqual(['app: flutter pub get', 'app: flutter test', 'app: flutter build web --release']);
});

test('web-deploy uploads index.html last and never cached (flutter and aws are recording stand-ins)', async () => {
  const { status, calls } = await recorded('web-deploy', { WEB_BUCKET: 'site', DISTRIBUTION_ID: 'E1' });
  expect(status).toBe('SUCCEEDED');
  expect(calls.map((call) => call.split(' ').slice(1, 4).join(' '))).toEqual([
    'flutter pub get',
    'flutter build web',
    'aws s3 sync',
    'aws s3 cp',
    'aws cloudfront create-invalidation',
  ]);
  expect(calls[2]).toContain('--exclude index.html');
  expect(calls[3]).toContain('s3://site/index.html --cache-control no-cache');
  expect(calls[4]).toContain('--distribution-id E1 --paths /index.html');
});
