import * as fs from 'node:fs';
import * as path from 'node:path';
import { contains } from './mount-table';

/** Variables by which version managers and toolchains say where they are. */
export const TOOLCHAIN_VARIABLES: readonly string[] = [
  'ASDF_DATA_DIR',
  'ASDF_DIR',
  'BUN_INSTALL',
  'DENO_INSTALL',
  'DOTNET_ROOT',
  'FLUTTER_ROOT',
  'GOENV_ROOT',
  'GOROOT',
  'JAVA_HOME',
  'NVM_DIR',
  'PYENV_ROOT',
  'RBENV_ROOT',
  'RUSTUP_HOME',
  'SDKMAN_DIR',
  'VOLTA_HOME',
];

/** Folders that hold programs, below the folder of what they belong to. */
const PROGRAM_FOLDERS = new Set(['bin', 'sbin', 'shims', 'libexec']);
/** Below a home, these hold a person's own things too: of them only the programs are seen. */
const SHARED_FOLDERS = new Set(['.local', '.cargo', '.config', '.cache', '.gem', '.npm', 'go']);

/**
 * The toolchains of this machine outside of the system's own folders, where builds need them at their own paths: what PATH leads to, what
 * version managers name, and this engine's own Node.js. Of a person's home nothing else is seen.
 * @param system folders that are seen anyway
 */
export function toolchains(
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
  system: readonly string[],
): string[] {
  const outside = (folder: string): boolean =>
    path.isAbsolute(folder) && folder !== '/' && folder !== home && !system.some((one) => contains(one, folder));
  const found = new Set<string>();
  const add = (folder: string | undefined): void => {
    if (folder && outside(folder) && fs.existsSync(folder)) found.add(path.resolve(folder));
  };
  // `npm start` puts the programs of the checkout's packages there; a build installs its own.
  const entries = (environment.PATH ?? '')
    .split(path.delimiter)
    .filter((entry) => !/\/node_modules\/\.bin\/?$/.test(entry));
  for (const entry of entries.filter(outside)) {
    add(toolchainOf(entry, home));
    for (const file of linksOf(entry)) if (outside(file)) add(toolchainOf(path.dirname(file), home));
  }
  for (const name of TOOLCHAIN_VARIABLES) add(environment[name]);
  // rustup's programs in ~/.cargo/bin lead to toolchains of another folder, which no link names.
  if (found.has(path.join(home, '.cargo', 'bin'))) add(environment.RUSTUP_HOME ?? path.join(home, '.rustup'));
  add(toolchainOf(path.dirname(fs.realpathSync(process.execPath)), home));
  const folders = [...found].filter((folder) => !contains(folder, home));
  return folders.filter((folder) => !folders.some((other) => other !== folder && contains(other, folder))).sort();
}

/** The folder of the toolchain whose programs lie in a folder: `~/.nvm/versions/node/v22/bin` belongs to `~/.nvm`. */
function toolchainOf(programs: string, home: string): string {
  if (contains(home, programs)) {
    const [first = ''] = path.relative(home, programs).split(path.sep);
    return first.startsWith('.') && !SHARED_FOLDERS.has(first) ? path.join(home, first) : programs;
  }
  const parent = path.dirname(programs);
  return PROGRAM_FOLDERS.has(path.basename(programs)) && path.dirname(parent) !== '/' ? parent : programs;
}

/** Where the symbolic links of a folder lead to. */
function linksOf(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isSymbolicLink())
      .flatMap((entry) => {
        try {
          return [fs.realpathSync(path.join(folder, entry.name))];
        } catch {
          return [];
        }
      });
  } catch {
    return [];
  }
}
