import * as fs from 'node:fs';
import * as path from 'node:path';

/** Folders that hold what was installed or built, never what a person wrote. */
const SKIPPED = new Set([
  ...['node_modules', '.git', 'dist', 'build', '.venv', 'venv', '__pycache__', '.dart_tool', 'Pods', '.gradle'],
  ...['artifacts', 'cache', 'coverage', '.next', '.turbo', '.terraform', 'cdk.out', '.saiondo'],
]);
/** Larger files are data, not code or configuration. */
const MOST_BYTES = 4 * 1024 * 1024;
/** A repository of more files is read as far as this. */
const MOST_FILES = 50_000;

/** A checkout of an application repository that is looked at and never run. */
export interface Checkout {
  /** Its folder, absolute. */
  readonly root: string;
  /** Every file that a person may have written, relative to the root with `/`, sorted. */
  readonly files: readonly string[];
  /** A file's text; undefined where there is none, where it is not a regular file or larger than four megabytes. */
  text(file: string): string | undefined;
  /** Whether a file or folder is there. */
  has(file: string): boolean;
}

/** Opens a checkout. Symbolic links are not followed: they may lead out of it. */
export function openCheckout(directory: string): Checkout {
  const root = path.resolve(directory);
  const read = new Map<string, string | undefined>();
  let listed: readonly string[] | undefined;
  return {
    root,
    get files() {
      listed ??= walk(root);
      return listed;
    },
    text(file) {
      if (!read.has(file)) read.set(file, textOf(root, file));
      return read.get(file);
    },
    has: (file) => fs.existsSync(path.join(root, file)),
  };
}

function textOf(root: string, file: string): string | undefined {
  const whole = path.join(root, file);
  try {
    const status = fs.lstatSync(whole);
    return status.isFile() && status.size <= MOST_BYTES ? fs.readFileSync(whole, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function walk(root: string): string[] {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined && found.length < MOST_FILES; folder = folders.shift()) {
    for (const entry of entriesOf(path.join(root, folder))) {
      const file = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(file);
      else if (entry.isFile()) found.push(file);
    }
  }
  return found.sort();
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The files below a folder, relative to it. */
export function filesBelow(checkout: Checkout, folder: string): string[] {
  const prefix = folder === '.' || folder === '' ? '' : `${folder.replace(/\/$/, '')}/`;
  return checkout.files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
}

/** A JSON file's content where it is an object; undefined else. */
export function jsonOf(checkout: Checkout, file: string): Record<string, unknown> | undefined {
  const text = checkout.text(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The line, from 1, at which a pattern is found first in a text. */
export function lineOf(text: string, pattern: RegExp | string): number | undefined {
  const at = typeof pattern === 'string' ? text.indexOf(pattern) : text.search(pattern);
  return at < 0 ? undefined : text.slice(0, at).split('\n').length;
}
