import * as fs from 'node:fs';
import * as path from 'node:path';

const root = path.join(__dirname, '..', '..');
/** Folders of the product's own code. */
const FOLDERS = ['bin', 'buildspecs', 'commands', 'config', 'engine', 'lib', 'model', 'operator', 'pipelines', 'views'];
/** The lines that a file may have without a reason. */
const MAX_LINES = 300;
/** How a file gives its reason, within its first lines: `// Longer than 300 lines: …`. */
const REASON = /^\/\/ Longer than 300 lines: \S.{20,}/m;

test('a source file of more than 300 lines gives its reason at its head', () => {
  const long = FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js)$/.test(file))
      .map((file) => path.join(folder, file)),
  ).filter((file) => {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    const lines = text.split('\n');
    return lines.length - 1 > MAX_LINES && !REASON.test(lines.slice(0, 3).join('\n'));
  });
  expect(long).toEqual([]);
});
