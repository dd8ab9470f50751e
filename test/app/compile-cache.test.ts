import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { transformFileSync } from '@swc/core';
import execa from 'execa';

// bin/compile-cache.ts in processes of its own, as a synth loads it. Node 22 has a cache of its own, with other files.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-compile-cache-'));
const cache = path.join(root, 'cache');
const library = path.join(root, 'node_modules', 'library', 'index.js');
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

beforeAll(() => {
  const { code } = transformFileSync(path.join(__dirname, '../../bin/compile-cache.ts'), {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  fs.writeFileSync(path.join(root, 'compile-cache.js'), code);
  fs.writeFileSync(
    path.join(root, 'main.js'),
    `require('./compile-cache'); const library = require('library');
     library.later(library.text).then((text) => console.log(JSON.stringify({ text, own: module.children.length > 0, from: library.from })));`,
  );
});

/** A library that uses what Node gives a module: its own name and `require.resolve`; a module of it has a dynamic import. */
function write(text: string): void {
  fs.mkdirSync(path.dirname(library), { recursive: true });
  fs.writeFileSync(
    library,
    `exports.from = require.resolve('library') === __filename; exports.text = ${JSON.stringify(text)}; exports.later = require('./later');`,
  );
  fs.writeFileSync(
    path.join(path.dirname(library), 'later.js'),
    `module.exports = async (text) => (await import('node:path')).basename(text);`,
  );
}

async function run(environment: Record<string, string> = { NODE_COMPILE_CACHE: cache }): Promise<unknown> {
  const { stdout } = await execa(process.execPath, [path.join(root, 'main.js')], { env: environment, cwd: root });
  return JSON.parse(stdout);
}

test('a module runs the same compiled anew, from the cache, and without one', async () => {
  write('first');
  const expected = { text: 'first', own: true, from: true };
  expect(await run({})).toEqual(expected);
  expect(fs.existsSync(cache)).toBe(false);
  expect(await run()).toEqual(expected);
  const [file = ''] = fs.readdirSync(cache);
  const kept = fs.statSync(path.join(cache, file));
  expect(await run()).toEqual(expected);
  // Nothing was compiled that was not there: the file was not written again.
  expect(fs.statSync(path.join(cache, file)).mtimeMs).toBe(kept.mtimeMs);
});

test('another source of the same length is compiled anew', async () => {
  write('first');
  await run();
  write('other');
  expect(await run()).toMatchObject({ text: 'other' });
});

test('a cache that is torn, and one that takes no file, cost nothing but the cache', async () => {
  write('first');
  await run();
  for (const name of fs.readdirSync(cache)) fs.writeFileSync(path.join(cache, name), 'no index\n\0');
  expect(await run()).toMatchObject({ text: 'first' });
  expect(await run({ NODE_COMPILE_CACHE: path.join(root, 'main.js', 'below-a-file') })).toMatchObject({
    text: 'first',
  });
});
