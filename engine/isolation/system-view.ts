import * as fs from 'node:fs';
import * as path from 'node:path';
import { contains, type Mount } from './mount-table';

/** A folder of the system as a sandbox sees it: changes go into a layer of the sandbox, or it is read-only. */
export interface SeenFolder {
  readonly path: string;
  readonly how: 'layered' | 'read-only';
}

/** Folders of a distribution: programs, libraries, settings. Homes, services' data and other people's folders are none of them. */
const SYSTEM = [
  '/usr',
  '/etc',
  '/opt',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/nix',
  '/gnu',
  '/snap',
];
/** What a package manager needs of /var to install something. */
const PACKAGES = [
  '/var/cache/apt',
  '/var/cache/debconf',
  '/var/lib/apt',
  '/var/lib/dpkg',
  '/var/lib/pacman',
  '/var/lib/rpm',
];
const NEVER_CHANGED = ['/nix', '/gnu', '/snap'];

/** The system's folders of this machine, and the symbolic links among them (`/bin` is one to `usr/bin`). */
export function systemView(
  table: readonly Mount[],
  root: boolean,
): { readonly folders: readonly SeenFolder[]; readonly links: ReadonlyMap<string, string> } {
  const links = new Map<string, string>();
  const folders: SeenFolder[] = [];
  for (const folder of [...SYSTEM, ...PACKAGES]) {
    const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) links.set(folder, fs.readlinkSync(folder));
    else if (stat?.isDirectory()) folders.push(...seen(folder, table, root));
  }
  return { folders, links };
}

/**
 * A folder and what is mounted below it. In a user namespace a folder with mounts below it cannot be the lower layer of an overlay: the kernel
 * would show what they cover (overlayfs: "failed to clone lowerpath").
 */
export function seen(folder: string, table: readonly Mount[], root: boolean): SeenFolder[] {
  const below = [...new Set(table.map(({ at }) => at).filter((at) => at !== folder && contains(folder, at)))];
  if (NEVER_CHANGED.includes(folder)) return [{ path: folder, how: 'read-only' }];
  if (below.length === 0) return [{ path: folder, how: 'layered' }];
  if (!root) return [{ path: folder, how: 'read-only' }];
  const folders = below.filter((at) => fs.statSync(at, { throwIfNoEntry: false })?.isDirectory());
  return [folder, ...folders].map((at) => ({ path: at, how: 'layered' }));
}

/** The version of Python that says its packages are the distribution's: CodeBuild's Python says no such thing (PEP 668). */
export function externallyManaged(folders: readonly string[]): string[] {
  return ['/usr/lib', ...folders.map((folder) => path.join(folder, 'lib'))]
    .flatMap((lib) => (fs.existsSync(lib) ? fs.readdirSync(lib).map((name) => path.join(lib, name)) : []))
    .filter((python) => path.basename(python).startsWith('python3'))
    .map((python) => path.join(python, 'EXTERNALLY-MANAGED'))
    .filter((file) => fs.existsSync(file));
}

/** What of /etc only root may read: keys, passwords, what services connect with. */
export function privateSettings(folder = '/etc'): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const at = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) return [];
    const needed = entry.isDirectory() ? 0o5 : 0o4;
    if ((fs.statSync(at).mode & needed) !== needed) return [at];
    return entry.isDirectory() ? privateSettings(at) : [];
  });
}
