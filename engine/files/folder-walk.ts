import * as fs from 'node:fs';
import * as path from 'node:path';
import { Turns } from './turns';

/** A file or link below a folder. */
export interface WalkedFile {
  /** From the folder on. */
  readonly relative: string;
  readonly full: string;
  readonly link: boolean;
}

/**
 * Every file and symbolic link below a folder, each folder's in the order of names. Links are not followed: one to a folder is an entry itself.
 * What is neither file, folder nor link is left out. Others have their turns meanwhile, however large the folder is.
 * @param skipped whether a folder of this name is not looked into
 * @param depth how many folders in folders are looked into
 */
export async function* walkFiles(
  folder: string,
  skipped: (name: string) => boolean = () => false,
  depth = Infinity,
): AsyncGenerator<WalkedFile> {
  const turns = new Turns();
  const waiting: string[] = [''];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const below: string[] = [];
    for (const entry of await sorted(path.join(folder, at))) {
      const relative = at === '' ? entry.name : `${at}${path.sep}${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped(entry.name) && relative.split(path.sep).length <= depth) below.push(relative);
      } else if (entry.isFile() || entry.isSymbolicLink())
        yield { relative, full: path.join(folder, relative), link: entry.isSymbolicLink() };
      if (turns.due()) await turns.give();
    }
    waiting.push(...below.reverse());
  }
}

/** Every folder below one, relative. Links are not followed. */
export async function* walkFolders(folder: string): AsyncGenerator<string> {
  const waiting: string[] = [''];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const below = (await sorted(path.join(folder, at)))
      .filter((entry) => entry.isDirectory())
      .map((entry) => (at === '' ? entry.name : `${at}${path.sep}${entry.name}`));
    yield* below;
    waiting.push(...below.reverse());
  }
}

async function sorted(folder: string): Promise<fs.Dirent[]> {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Where a path really is, if that is at or below one of some folders: links that lead out of them, also by way of other links, lead nowhere.
 * @returns undefined where it leads out, to nothing, or in a circle
 */
export function realPathInside(file: string, folders: readonly string[]): string | undefined {
  const real = realPath(file);
  if (real === undefined) return undefined;
  return folders.some((folder) => isBelow(real, realPath(folder) ?? folder)) ? real : undefined;
}

/** Whether a path is a folder or below it. Both are absolute and without links. */
export function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}
