import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as yazl from 'yazl';
import { unzip, zip } from '../../../engine/files/artifact-zip';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-zip-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
let count = 0;
const folder = (): string => {
  const at = path.join(root, String(++count));
  fs.mkdirSync(at);
  return at;
};

/** An archive with these entries; a name is written as it stands, where yazl itself would refuse it. */
async function archive(entries: readonly { name: string; text: string; mode?: number }[]): Promise<string> {
  const made = new yazl.ZipFile();
  for (const { name, text, mode } of entries)
    made.addBuffer(Buffer.from(text), name.replace(/\.\.\//g, 'XX/'), { mode: mode ?? 0o100644 });
  made.end();
  const file = path.join(folder(), 'a.zip');
  await pipeline(made.outputStream, fs.createWriteStream(file));
  for (const { name } of entries) {
    if (!name.includes('../')) continue;
    const bytes = fs
      .readFileSync(file)
      .toString('latin1')
      .replaceAll(name.replace(/\.\.\//g, 'XX/'), name);
    fs.writeFileSync(file, bytes, 'latin1');
  }
  return file;
}

test('a folder comes back as it was: nested files, modes, links', async () => {
  const from = folder();
  fs.mkdirSync(path.join(from, 'a/b'), { recursive: true });
  fs.writeFileSync(path.join(from, 'a/b/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  fs.writeFileSync(path.join(from, '.hidden'), 'x');
  fs.symlinkSync('b/run.sh', path.join(from, 'a/link'));
  const file = path.join(folder(), 'x.zip');
  await zip(from, file);
  const to = folder();
  await unzip(file, to);
  expect(fs.readdirSync(to, { recursive: true }).sort()).toEqual(['.hidden', 'a', 'a/b', 'a/b/run.sh', 'a/link']);
  expect(fs.statSync(path.join(to, 'a/b/run.sh')).mode & 0o777).toBe(0o755);
  expect(fs.readlinkSync(path.join(to, 'a/link'))).toBe('b/run.sh');
});

test.each([
  ['a path that leads out', [{ name: '../evil', text: 'x' }]],
  ['a path that leads out from below', [{ name: 'a/../../../evil', text: 'x' }]],
  ['a link that leads out', [{ name: 'link', text: '../../etc/passwd', mode: 0o120777 }]],
  ['an absolute link', [{ name: 'link', text: '/etc/passwd', mode: 0o120777 }]],
  [
    'a link that leads out by way of a link',
    [
      { name: 'd/e/f', text: '../..', mode: 0o120777 },
      { name: 'c', text: 'd/e/f/../x', mode: 0o120777 },
    ],
  ],
  [
    'a file below a link',
    [
      { name: 'link', text: 'elsewhere', mode: 0o120777 },
      { name: 'link/file', text: 'x' },
    ],
  ],
])('%s refuses the archive', async (_what, entries) => {
  const file = await archive(entries);
  const to = folder();
  await expect(unzip(file, to)).rejects.toMatchObject({ code: 'ARTIFACT_UNSAFE' });
  expect(fs.existsSync(path.join(root, 'evil'))).toBe(false);
});

test('a link may lead through another as long as both stay inside', async () => {
  const file = await archive([
    { name: 'packages/a/run.js', text: 'x' },
    { name: 'node_modules/a', text: '../packages/a', mode: 0o120777 },
    { name: 'node_modules/.bin/a', text: '../a/run.js', mode: 0o120777 },
  ]);
  const to = folder();
  await unzip(file, to);
  expect(fs.readFileSync(path.join(to, 'node_modules/.bin/a'), 'utf8')).toBe('x');
});

test('an archive that unpacks to too much is refused, whatever it says of its size', async () => {
  const file = await archive([{ name: 'zeros', text: '0'.repeat(1_000_000) }]);
  expect(fs.statSync(file).size).toBeLessThan(10_000);
  await expect(unzip(file, folder(), { bytes: 100_000, entries: 10 })).rejects.toMatchObject({
    code: 'ARTIFACT_TOO_LARGE',
  });
  await expect(
    unzip(
      await archive([
        { name: 'a', text: '' },
        { name: 'b', text: '' },
      ]),
      folder(),
      { bytes: 1, entries: 1 },
    ),
  ).rejects.toMatchObject({ code: 'ARTIFACT_TOO_LARGE' });
});

test('what is no archive is refused', async () => {
  const file = path.join(folder(), 'x.zip');
  fs.writeFileSync(file, 'PK\u0003\u0004 nothing');
  await expect(unzip(file, folder())).rejects.toMatchObject({ code: 'ARTIFACT_INVALID' });
});
