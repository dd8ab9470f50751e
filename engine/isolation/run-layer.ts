import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import type { SandboxMount } from '../ports/isolation';
import { contains } from './mount-table';
import type { SystemTools } from './system-tools';
import { externallyManaged, privateSettings, type SeenFolder } from './system-view';

/** What a run's layer over the system's folders is made of. */
export interface RunLayerOptions {
  readonly directory: string;
  readonly folders: readonly SeenFolder[];
  readonly tools: SystemTools;
  readonly root: boolean;
  /** What no sandbox sees, wherever it lies. */
  readonly hidden: readonly string[];
  /** Files that go over the system's. */
  readonly files: readonly SandboxMount[];
}

/** How many folders are made writable below one of {@link INSTALLED_TO}. */
const MOST_FOLDERS = 600;
/** Where installers write, and how many levels below. */
const INSTALLED_TO: readonly (readonly [string, number])[] = [
  ['/usr', 2],
  ['/usr/local', 8],
  ['/usr/lib/python3', 2],
  ['/usr/share', 1],
  ['/etc', 2],
  ['/opt', 2],
];

/**
 * The layer between the system's folders and what one sandbox writes: it hides files, brings others, and, where builds run as an ordinary user,
 * makes the folders that installers write to folders of that user. Made once a run, never changed by a sandbox.
 */
export async function makeRunLayer(options: RunLayerOptions): Promise<void> {
  const { directory, folders, tools, root, hidden, files } = options;
  fs.rmSync(directory, { recursive: true, force: true });
  const layered = folders.filter(({ how }) => how === 'layered').map((folder) => folder.path);
  const inLayer = (at: string): string => path.join(directory, at);
  for (const folder of layered) fs.mkdirSync(inLayer(folder), { recursive: true, mode: 0o755 });
  if (!root)
    for (const [folder, levels] of INSTALLED_TO)
      for (const below of foldersBelow(folder, levels))
        if (layered.some((one) => contains(one, below))) fs.mkdirSync(inLayer(below), { recursive: true });
  const masked = [
    ...new Set([
      ...externallyManaged(layered),
      ...hidden.filter((at) => fs.existsSync(at)),
      ...(root && layered.includes('/etc') ? privateSettings() : []),
    ]),
  ]
    .filter((at) => layered.some((one) => at !== one && contains(one, at)))
    // What lies in a hidden folder is hidden with it: a whiteout holds nothing.
    .filter((at, _, all) => !all.some((other) => at !== other && contains(other, at)));
  for (const at of masked) {
    makeParents(directory, path.dirname(at));
    fs.rmSync(inLayer(at), { recursive: true, force: true });
  }
  // A character device 0/0 is a whiteout (overlayfs.rst): what lies below it is not there.
  if (masked.length > 0)
    await execa(tools.sh, ['-c', 'for at do mknod "$at" c 0 0 || exit 1; done', 'sh', ...masked.map(inLayer)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  const own: [string, string | Buffer][] = files.map(({ from, to }) => [to, fs.readFileSync(from)]);
  if (masked.includes('/etc/shadow')) own.push(['/etc/shadow', lockedPasswords()]);
  for (const [to, content] of own) {
    makeParents(directory, path.dirname(to));
    fs.rmSync(inLayer(to), { force: true });
    fs.writeFileSync(inLayer(to), content, { mode: 0o644 });
  }
}

/** Folders of the layer keep the mode of those that they lie over. */
function makeParents(directory: string, folder: string): void {
  if (fs.existsSync(path.join(directory, folder))) return;
  makeParents(directory, path.dirname(folder));
  fs.mkdirSync(path.join(directory, folder));
  const mode = fs.statSync(folder, { throwIfNoEntry: false })?.mode;
  fs.chmodSync(path.join(directory, folder), mode === undefined ? 0o755 : mode & 0o7777);
}

/** `useradd` and `su` read the file; nobody has a password in it. */
function lockedPasswords(): string {
  const names = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':', 1)[0] ?? '')
    .filter(Boolean);
  return names.map((name) => `${name}:*:19000:0:99999:7:::\n`).join('');
}

function foldersBelow(folder: string, levels: number): string[] {
  const found: string[] = [];
  const visit = (at: string, left: number): void => {
    if (found.length >= MOST_FOLDERS || !fs.statSync(at, { throwIfNoEntry: false })?.isDirectory()) return;
    found.push(at);
    if (left === 0) return;
    try {
      for (const entry of fs.readdirSync(at, { withFileTypes: true }))
        if (entry.isDirectory()) visit(path.join(at, entry.name), left - 1);
    } catch {
      // A folder that this user may not read stays as it is.
    }
  };
  visit(folder, levels);
  return found;
}
