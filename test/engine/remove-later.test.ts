import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { removalsSettled, removeLater } from '../../engine/files/remove-tree';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-remove-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

test('a folder is away at once, and removed when somebody waits for it, also one that forbids it', async () => {
  const folder = path.join(root, 'src');
  for (const again of [1, 2]) {
    fs.mkdirSync(path.join(folder, 'a/b'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'a/b/file'), String(again));
    fs.chmodSync(path.join(folder, 'a/b'), 0o500);
    await removeLater(folder);
    expect(fs.existsSync(folder)).toBe(false);
  }
  expect(await removalsSettled()).toEqual([]);
  expect(fs.readdirSync(root)).toEqual([]);
});

test('what is not there needs no removal', async () => {
  await removeLater(path.join(root, 'none'));
  expect(await removalsSettled()).toEqual([]);
});
