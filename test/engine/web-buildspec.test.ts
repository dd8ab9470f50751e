import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { bringFlutter, withApiUrl } from '../../lib/flutter';
import { checkoutOf } from '../fixtures/checkout';
import { webBuild } from '../../repository/web-build';
import { recordedBuild } from './recorded-build';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-web-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const COMPONENT_DIR = 'frontend/app';
const commands = { flutter: '', aws: '' };

const checkout = (files: Record<string, string>) => checkoutOf(root, files);
const FLUTTER = { 'frontend/app/pubspec.yaml': 'name: app\n', 'frontend/app/test/app_test.dart': '' };
const flutter = webBuild(checkout(FLUTTER), { directory: COMPONENT_DIR });
const values = (build: typeof flutter) => ({
  runtimes: build.runtimes,
  report: build.report,
  commands: { bring: bringFlutter(build), install: build.install, build: build.build, test: build.test },
});

test('web-test tests and builds the Flutter app in its folder (flutter is a recording stand-in)', async () => {
  const { status, calls } = await recordedBuild(root, 'web-test', {
    variables: { COMPONENT_DIR, FLUTTER_VERSION: '3.32.8' },
    commands,
    values: values(flutter),
  });
  expect(status).toBe('SUCCEEDED');
  expect(calls).toEqual(['app: flutter pub get', 'app: flutter test', 'app: flutter build web --release']);
});

test('where no Flutter is, a pinned one is brought, once, and runs (curl gives a small archive; tar is real)', async () => {
  const home = fs.mkdtempSync(path.join(root, 'home-'));
  const archive = path.join(root, 'flutter.tar.xz');
  fs.mkdirSync(path.join(root, 'sdk/flutter/bin'), { recursive: true });
  fs.writeFileSync(path.join(root, 'sdk/flutter/bin/flutter'), '#!/bin/sh\necho "brought flutter $*"\n', {
    mode: 0o755,
  });
  execFileSync('tar', ['-cJf', archive, '-C', path.join(root, 'sdk'), 'flutter']);
  const run = () =>
    recordedBuild(root, 'web-test', {
      variables: { COMPONENT_DIR, FLUTTER_VERSION: '3.32.8', HOME: home },
      commands: { curl: `cat '${archive}'` },
      values: values(flutter),
    });
  const first = await run();
  expect(first.status).toBe('SUCCEEDED');
  expect(first.calls).toEqual([expect.stringContaining('/stable/linux/flutter_linux_3.32.8-stable.tar.xz')]);
  expect(first.log).toContain('brought flutter build web --release');
  const second = await run();
  expect([second.status, second.calls]).toEqual(['SUCCEEDED', []]);
});

test('a web app of a package.json is built by its own package manager (npm and pnpm are recording stand-ins)', async () => {
  const files = {
    'web/package.json': JSON.stringify({ packageManager: 'pnpm@8.15.0', scripts: { build: 'vite build' } }),
    'web/pnpm-lock.yaml': "lockfileVersion: '6.0'\n",
    'web/package-lock.json': '{}',
    'web/vite.config.ts': "export default { build: { outDir: './public' } }",
  };
  const build = webBuild(checkout(files), { directory: 'web' });
  expect([build.framework, build.output, build.noTests]).toEqual(['node', 'public', 'package.json has no test script']);
  const { status, calls } = await recordedBuild(root, 'web-test', {
    variables: { COMPONENT_DIR: 'web' },
    commands: { npm: '', pnpm: '' },
    files,
    values: values(build),
  });
  expect(status).toBe('SUCCEEDED');
  expect(calls.map((call) => call.replace(/--prefix \S+/, '--prefix X'))).toEqual([
    'web: npm install --global --no-audit --no-fund --loglevel=error --prefix X pnpm@8.15.0',
    'web: pnpm install --frozen-lockfile',
    'web: pnpm run build',
  ]);
});

test('web-deploy uploads index.html last, and nothing that changes under its name is kept without asking (aws is a recording stand-in)', async () => {
  const { status, calls } = await recordedBuild(root, 'web-deploy', {
    variables: { WEB_BUCKET: 'site', DISTRIBUTION_ID: 'E1' },
    commands: { aws: '' },
    values: { commands: { others: [] } },
  });
  expect(status).toBe('SUCCEEDED');
  const [assets = '', code = '', pages = '', index = '', invalidation] = calls;
  expect(assets).toContain(
    '--exclude *.html --exclude *.js --exclude *.json --exclude *.wasm --cache-control public,max-age=3600',
  );
  expect(code).toContain('--exclude * --include *.js --include *.json --include *.wasm --cache-control no-cache');
  expect(pages).toContain('--include *.html --exclude index.html --cache-control no-cache');
  expect(index).toContain('s3 cp index.html s3://site/index.html --cache-control no-cache');
  expect(invalidation).toBe('src: aws cloudfront create-invalidation --distribution-id E1 --paths /*');
});

test('web-firebase deploys with the key in a file that is gone afterwards, also when it fails (firebase-tools and flutter are recording stand-ins)', async () => {
  const temporary = fs.mkdtempSync(path.join(root, 'tmp-'));
  for (const [npx, status] of [
    [
      'cat "$GOOGLE_APPLICATION_CREDENTIALS" > key-seen.txt; stat -c %a "$GOOGLE_APPLICATION_CREDENTIALS" >> key-seen.txt',
      'SUCCEEDED',
    ],
    ['exit 1', 'FAILED'],
  ] as const) {
    const run = await recordedBuild(root, 'web-firebase', {
      variables: {
        COMPONENT_DIR,
        FIREBASE_PROJECT: 'saiondo-dev',
        FIREBASE_KEY: '{"private_key":"k"}',
        API_URL: 'https://api.example.com',
        TMPDIR: temporary,
        WEB_OUTPUT: flutter.output,
      },
      commands: { flutter: '', npx },
      values: { commands: { bring: [], install: flutter.install, build: withApiUrl(flutter) } },
    });
    expect(run.status).toBe(status);
    expect(run.calls).toContain('app: flutter build web --release --dart-define=API_URL=https://api.example.com');
    expect(run.calls.at(-1)).toMatch(
      /firebase-tools@\d+\.\d+\.\d+ deploy --only hosting --project saiondo-dev --non-interactive$/,
    );
    expect(run.calls.join('\n')).not.toContain('private_key');
    expect(fs.readdirSync(temporary)).toEqual([]);
    const app = path.join(run.directory, 'src', COMPONENT_DIR);
    const { hosting } = JSON.parse(fs.readFileSync(path.join(app, 'firebase.json'), 'utf8')) as {
      hosting: { rewrites: unknown[] };
    };
    expect(hosting.rewrites).toEqual([{ source: '**', destination: '/index.html' }]);
    if (status === 'SUCCEEDED') {
      expect(fs.readFileSync(path.join(app, 'key-seen.txt'), 'utf8')).toBe('{"private_key":"k"}600\n');
    }
  }
});
