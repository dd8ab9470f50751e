import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { removalsSettled, removeLater } from '../../engine/files/remove-tree';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-remove-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

test('folders are removed when somebody waits for it, one in another too, one that forbids it, and one that is not there', async () => {
  const folder = path.join(root, 'src');
  fs.mkdirSync(path.join(folder, 'a/b'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'a/b/file'), 'content');
  fs.chmodSync(path.join(folder, 'a/b'), 0o500);
  for (const one of [folder, path.join(folder, 'a'), path.join(root, 'none')]) removeLater(one);
  expect(await removalsSettled()).toEqual([]);
  expect(fs.readdirSync(root)).toEqual([]);
  expect(await removalsSettled()).toEqual([]);
});
