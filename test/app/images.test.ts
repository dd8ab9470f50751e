import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseConfiguration } from '../../config/load';
import { imageTags } from '../../lib/images';

// An image's tag is the fingerprint of its folder: a tag that is there is never built again, so whatever changes the image has to change the tag.
const ROOT = path.join(__dirname, '../..');
const configuration = parseConfiguration(fs.readFileSync(path.join(ROOT, 'saiondo.yaml'), 'utf8'), 'saiondo.yaml');
const { api, llm } = configuration.components;
const NOW = Date.parse('2026-11-29T00:00:00Z');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-images-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const MORE = ['generated/client.ts', 'vendor/node_modules/a.js'];

/** A checkout of an application, with git or as a build of CodePipeline has it, after a change to the api's folder. @returns the api's tag */
function tagAfter(change: (folder: string) => void, git = false): string {
  const application = fs.mkdtempSync(path.join(root, 'application-'));
  const folder = path.join(application, api.directory);
  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(application, file)), { recursive: true });
    fs.writeFileSync(path.join(application, file), text, { mode: 0o644 });
  };
  write(`${llm?.directory ?? 'llm'}/main.py`, 'pass\n');
  write('.gitignore', 'node_modules\ngenerated\n');
  for (const file of ['Dockerfile', 'entrypoint.sh', 'src/reports/report.ts', 'dist/main.js', ...MORE])
    write(`${api.directory}/${file}`, `${file}\n`);
  const run = (...args: string[]): unknown => execFileSync('git', ['-C', application, ...args]);
  if (git) {
    run('init', '--quiet');
    // What git has counts, whatever .gitignore says of it.
    run('add', '--force', '--all');
  }
  change(folder);
  return imageTags(configuration, application, NOW).api ?? '';
}
const write = (folder: string, file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
};

const CHANGES: Readonly<Record<string, (folder: string) => void>> = {
  'a file': (folder) => write(folder, 'Dockerfile', 'FROM scratch\n'),
  'a file that became a program': (folder) => fs.chmodSync(path.join(folder, 'entrypoint.sh'), 0o755),
  'other line ends': (folder) => write(folder, 'entrypoint.sh', 'entrypoint.sh\r\n'),
  'a source folder that is called reports': (folder) => write(folder, 'src/reports/report.ts', 'changed\n'),
  'a built file that is committed': (folder) => write(folder, 'dist/main.js', 'changed\n'),
  'a file that .gitignore names and git has': (folder) => write(folder, 'generated/client.ts', 'changed\n'),
  'a new file': (folder) => write(folder, 'src/new.ts', ''),
  'a renamed file': (folder) => fs.renameSync(path.join(folder, 'entrypoint.sh'), path.join(folder, 'start.sh')),
  'a package that is committed': (folder) => write(folder, 'vendor/node_modules/a.js', 'changed'),
  'a file that became a link': (folder) => {
    fs.rmSync(path.join(folder, 'entrypoint.sh'));
    fs.symlinkSync('Dockerfile', path.join(folder, 'entrypoint.sh'));
  },
};

describe.each([
  ['a checkout of git', true],
  ['a build of CodePipeline, which has no git', false],
])('in %s', (_, git) => {
  test.each(Object.keys(CHANGES))('another tag for %s', (name) => {
    expect(tagAfter(CHANGES[name] ?? (() => undefined), git)).not.toBe(tagAfter(() => undefined, git));
  });
});

test('the same tag for what was installed, for a file that git ignores, and where the commit is built', () => {
  const same = tagAfter(() => undefined);
  expect(tagAfter(() => undefined, true)).toBe(same);
  expect(tagAfter((folder) => write(folder, 'node_modules/a/index.js', ''), true)).toBe(same);
  expect(tagAfter((folder) => write(folder, 'generated/more.ts', ''), true)).toBe(same);
});

test('a checkout below another one, as a rehearsal’s builds have it, counts as a whole', () => {
  execFileSync('git', ['-C', root, 'init', '--quiet']);
  try {
    const change = CHANGES['a file that .gitignore names and git has'] ?? (() => undefined);
    expect(tagAfter(change)).not.toBe(tagAfter(() => undefined));
  } finally {
    fs.rmSync(path.join(root, '.git'), { recursive: true });
  }
});

test('another tag in another period of pipeline.recordDays', () => {
  const application = path.join(ROOT, 'examples/saiondo');
  const days = configuration.pipeline.recordDays * 86_400_000;
  expect(imageTags(configuration, application, NOW).api).not.toBe(
    imageTags(configuration, application, NOW + days).api,
  );
});
