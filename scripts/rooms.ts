import * as fs from 'node:fs';
import * as path from 'node:path';

/** The top folders whose rooms are drawn and held to one direction. */
export const DRAWN = ['engine', 'operator', 'commands', 'config', 'repository', 'views', 'model'] as const;

/** Which room imports from which, with the files that carry each arrow. A room is a folder that holds code. */
export interface Rooms {
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** From a room to the rooms that it imports from; each with one `file → file` as evidence. */
  readonly arrows: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Reads the rooms out of the code: every relative import of every TypeScript file below the drawn folders, imports of types included.
 * @param root the checkout
 */
export function readRooms(root: string): Rooms {
  const paths = DRAWN.flatMap((top) => codeBelow(root, top)).sort();
  const known = new Set(paths);
  const files = new Map<string, string[]>();
  const arrows = new Map<string, Map<string, string>>();
  for (const file of paths) {
    const room = path.posix.dirname(file);
    files.set(room, [...(files.get(room) ?? []), file]);
    const arrowsOfRoom = arrows.get(room) ?? new Map<string, string>();
    arrows.set(room, arrowsOfRoom);
    for (const imported of importsOf(fs.readFileSync(path.join(root, file), 'utf8'))) {
      const target = `${path.posix.join(room, imported)}.ts`;
      const other = path.posix.dirname(target);
      if (known.has(target) && other !== room && !arrowsOfRoom.has(other))
        arrowsOfRoom.set(other, `${file} → ${target}`);
    }
  }
  return { files, arrows };
}

/**
 * The circles among the keys of a graph, each with its members sorted: Tarjan's strongly connected components of more than one member.
 * @param graph from each node to those that it points at
 */
export function circlesOf(graph: ReadonlyMap<string, Iterable<string>>): string[][] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    lowest.set(node, index.get(node) ?? 0);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(node) !== index.get(node)) return;
    const members = stack.splice(stack.indexOf(node));
    if (members.length > 1) circles.push(members.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles;
}

/** The imports from file to file, types included. @param root the checkout */
export function readFileImports(root: string): Map<string, string[]> {
  const paths = DRAWN.flatMap((top) => codeBelow(root, top));
  const known = new Set(paths);
  return new Map(
    paths.map((file) => [
      file,
      importsOf(fs.readFileSync(path.join(root, file), 'utf8'))
        .map((imported) => `${path.posix.join(path.posix.dirname(file), imported)}.ts`)
        .filter((target) => known.has(target)),
    ]),
  );
}

/** The drawing for docs/architecture.md: a line a room, with the rooms that it imports from. */
export function drawRooms(rooms: Rooms): string {
  return [...rooms.files]
    .filter(([room]) => room.includes('/'))
    .map(([room]) => {
      const targets = [...(rooms.arrows.get(room)?.keys() ?? [])].filter((target) => target.includes('/')).sort();
      return `${room}${targets.length > 0 ? ` → ${targets.join(', ')}` : ''}`;
    })
    .sort()
    .join('\n');
}

function codeBelow(root: string, directory: string): string[] {
  return fs.readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const below = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return codeBelow(root, below);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [below] : [];
  });
}

function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:\bfrom|\bimport\()\s*'(\.{1,2}\/[^']+)'/g)].map((match) => match[1] ?? '');
}
