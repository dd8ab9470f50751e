import * as fs from 'node:fs';
import * as path from 'node:path';
import { canWatch, runWatched } from '../fixtures/watched-machine';
import { Clone } from './clone';

// The sample run on a view of this machine that remembers what is written to it (`npm run test:rehearsal`): nothing differs but the checkout's own
// `.saiondo`. The machine's container engine and what apt was asked for with `--yes` are not looked at.
const ROOT = path.join(__dirname, '../..');
const clone = new Clone();
const MINUTES = 60_000;
const watched = canWatch() ? test : test.skip;
beforeAll(() => clone.make(), 5 * MINUTES);
afterAll(() => clone.remove());

watched(
  'the sample run leaves the machine as it was',
  async () => {
    const folder = path.dirname(clone.directory);
    const temporary = path.join(folder, 'tmp');
    fs.mkdirSync(temporary, { mode: 0o1777 });
    fs.mkdirSync(path.join(ROOT, '.saiondo'), { recursive: true });
    fs.chmodSync(folder, 0o755);
    const command = [
      process.execPath,
      path.join(clone.directory, 'dist/bin/saiondo.js'),
      'rehearse',
      '--approve',
      'Prod',
    ];
    const { exitCode, all, changed } = await runWatched(command, {
      // The rehearsal's tools and what builds download once for all are this checkout's.
      kept: [clone.directory, temporary, path.join(ROOT, '.saiondo')],
      directory: folder,
      cwd: clone.directory,
      env: { SAIONDO_TOOLS_DIR: path.join(ROOT, '.saiondo/tools'), TMPDIR: temporary },
    });
    expect({ exitCode, all: exitCode === 0 ? '' : all.slice(-4000) }).toEqual({ exitCode: 0, all: '' });
    expect(changed).toEqual([]);
    expect(fs.readdirSync(temporary)).toEqual([]);
  },
  45 * MINUTES,
);
