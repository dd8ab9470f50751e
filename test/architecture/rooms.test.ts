import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DRAWING } from '../../scripts/architecture';
import { circlesOf, drawRooms, DRAWN, readFileImports, readRooms } from '../../scripts/rooms';

const root = path.join(__dirname, '..', '..');
const rooms = readRooms(root);
const graph = new Map([...rooms.arrows].map(([room, targets]) => [room, [...targets.keys()]]));

/** The most files of code that a room may hold. */
const MAX_FILES = 20;

test('no room imports from a room that imports from it', () => {
  expect(circlesOf(graph)).toEqual([]);
});

test('no file imports from a file that imports from it', () => {
  expect(circlesOf(readFileImports(root))).toEqual([]);
});

test('a circle between two rooms is found', () => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-rooms-'));
  try {
    for (const top of DRAWN) fs.mkdirSync(path.join(copy, top, 'a'), { recursive: true });
    fs.mkdirSync(path.join(copy, 'engine', 'b'));
    fs.writeFileSync(path.join(copy, 'engine/a/one.ts'), "import type { Two } from '../b/two';\n");
    fs.writeFileSync(path.join(copy, 'engine/b/two.ts'), "import { one } from '../a/one';\n");
    const seeded = readRooms(copy);
    expect(circlesOf(new Map([...seeded.arrows].map(([room, targets]) => [room, [...targets.keys()]])))).toEqual([
      ['engine/a', 'engine/b'],
    ]);
    expect(circlesOf(readFileImports(copy))).toEqual([['engine/a/one.ts', 'engine/b/two.ts']]);
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
});

test('docs/architecture.md draws the rooms as they are: npm run docs:rooms', () => {
  const drawn = DRAWING.exec(fs.readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8'))?.[0];
  expect(drawn).toContain(drawRooms(rooms));
});

test('a room is small enough to be looked through', () => {
  expect([...rooms.files].filter(([, files]) => files.length > MAX_FILES).map(([room]) => room)).toEqual([]);
});
