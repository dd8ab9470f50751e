import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedBuild } from './recorded-build';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-web-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const COMPONENT_DIR = 'frontend/app';
const commands = { flutter: '', aws: '' };

test('web-test tests and builds the Flutter app in its folder (flutter is a recording stand-in)', async () => {
  const { status, calls } = await recordedBuild(root, 'web-test', { variables: { COMPONENT_DIR }, commands });
  expect(status).toBe('SUCCEEDED');
  expect(calls).toEqual(['app: flutter pub get', 'app: flutter test', 'app: flutter build web --release']);
});

test('web-deploy uploads index.html last, and nothing that changes under its name is kept without asking (aws is a recording stand-in)', async () => {
  const { status, calls } = await recordedBuild(root, 'web-deploy', {
    variables: { WEB_BUCKET: 'site', DISTRIBUTION_ID: 'E1' },
    commands: { aws: '' },
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
        TMPDIR: root,
      },
      commands: { flutter: '', npx },
    });
    expect(run.status).toBe(status);
    expect(run.calls).toContain('app: flutter build web --release --dart-define=API_URL=https://api.example.com');
    expect(run.calls.at(-1)).toMatch(
      /firebase-tools@\d+\.\d+\.\d+ deploy --only hosting --project saiondo-dev --non-interactive$/,
    );
    expect(run.calls.join('\n')).not.toContain('private_key');
    expect(fs.readdirSync(root).filter((file) => file.startsWith('tmp.'))).toEqual([]);
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
