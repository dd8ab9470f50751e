import { posix } from 'node:path';
import { filesBelow, jsonOf, type Checkout } from './checkout';
import { workspaceOf } from './workspace';

/** The package managers that a Node project may use: those of Node’s Corepack, Yarn 1 apart from later Yarn. */
export type PackageManagerName = 'npm' | 'yarn' | 'yarn-berry' | 'pnpm';

/** How a Node project installs its packages, and where that was found. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** An exact version where the project or its lock file asks for one; else what the build image has. */
  readonly version?: string;
  /** The file and, in `package.json`, the key. */
  readonly from: string;
  /** The lock file that is installed from; undefined where there is none. */
  readonly lockFile?: string;
  /** The workspace that the lock file is of, relative to the repository, where it stands there and not in the project’s own folder. */
  readonly workspace?: string;
  /** Lock files of other package managers, which nobody reads. */
  readonly ignored: readonly string[];
}

/** Lock files and whose they are, in the order in which they are looked for. */
export const LOCK_FILES: Readonly<Record<string, PackageManagerName>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
};

/** Versions that read a lock file of a format (pnpm and Yarn refuse those of other majors with a frozen lock file). */
const PNPM_OF_LOCK: readonly (readonly [RegExp, string])[] = [
  [/^lockfileVersion:\s*'?9/m, '10.15.1'],
  [/^lockfileVersion:\s*'?6/m, '8.15.9'],
  [/^lockfileVersion:\s*'?5\.4/m, '7.33.7'],
];
const BERRY = '4.9.4';

/**
 * Which package manager a Node project uses: as configured; else `packageManager` of package.json (Corepack’s key); else its lock file, where
 * Yarn’s comes before npm’s, as ever.
 * @param configured `yarn`, or with an exact version `pnpm@8.15.0`
 */
export function packageManagerOf(checkout: Checkout, directory: string, configured?: string): PackageManager {
  const own = locksIn(checkout, directory);
  const above = own.length === 0 ? workspaceOf(checkout, directory) : undefined;
  const workspace = above !== undefined && locksIn(checkout, above).length > 0 ? above : undefined;
  const folder = workspace ?? directory;
  const locks = locksIn(checkout, folder);
  const declared =
    jsonOf(checkout, `${directory}/package.json`)?.packageManager ??
    (workspace === undefined ? undefined : jsonOf(checkout, posix.join(workspace, 'package.json'))?.packageManager);
  const [text, from] =
    configured !== undefined
      ? [configured, 'saiondo.yaml']
      : [typeof declared === 'string' ? declared : '', 'package.json, packageManager'];
  const asked = /^(npm|yarn|pnpm)(?:@(\d+\.\d+\.\d+(?:-[\w.]+)?))?(?:\+.*)?$/.exec(text);
  const berryLock = /^__metadata:/m.test(checkout.text(posix.join(folder, 'yarn.lock')) ?? '');
  const kind = asked?.[1] ?? (locks[0] ? LOCK_FILES[locks[0]] : 'npm');
  const berry = kind === 'yarn' && (asked?.[2] ? !asked[2].startsWith('1.') : berryLock);
  const name: PackageManagerName = berry ? 'yarn-berry' : (kind as PackageManagerName);
  const lockFile = locks.find((file) => LOCK_FILES[file] === kind);
  const version = asked?.[2] ?? versionOfLock(name, checkout.text(posix.join(folder, lockFile ?? '')) ?? '');
  return {
    name,
    ...(version ? { version } : {}),
    from: asked ? from : (lockFile ?? 'no lock file'),
    ...(lockFile ? { lockFile } : {}),
    ...(lockFile && workspace !== undefined ? { workspace } : {}),
    ignored: locks.filter((file) => file !== lockFile),
  };
}

/** The lock files of a folder, in the order in which they are looked for. */
function locksIn(checkout: Checkout, folder: string): string[] {
  const files = new Set(filesBelow(checkout, folder).filter((file) => !file.includes('/')));
  return Object.keys(LOCK_FILES).filter((file) => files.has(file));
}

function versionOfLock(name: PackageManagerName, lock: string): string | undefined {
  if (name === 'yarn-berry') return BERRY;
  if (name !== 'pnpm') return undefined;
  return PNPM_OF_LOCK.find(([pattern]) => pattern.test(lock))?.[1] ?? '10.15.1';
}

/** The commands that a build runs with a package manager. */
export interface PackageCommands {
  /** Brings the package manager itself, where the build image has not that version. */
  readonly setup: readonly string[];
  readonly install: string;
  /** Runs a script of package.json. */
  readonly run: (script: string) => string;
  /** Runs a script with arguments: npm alone wants `--` ahead of them. */
  readonly runWith: (script: string, args: string) => string;
  /** Runs a command that a package brings. */
  readonly exec: (command: string) => string;
}

/** The folder, in a build, of what the pipeline brings (`lib/buildspec-text.ts` makes it). */
export const BROUGHT = '"$TOOLS"';

/** The commands of a package manager. It is installed from the npm registry, which mirrors and proxies know; Corepack asks others. */
export function commandsOf({ workspace, ...manager }: PackageManager): PackageCommands {
  const commands = ownCommands(manager);
  if (workspace === undefined) return commands;
  // A lock file of a workspace is installed from its folder, for all of its projects.
  const folder = workspace === '.' ? '"$CODEBUILD_SRC_DIR"' : `"$CODEBUILD_SRC_DIR/${workspace}"`;
  return { ...commands, install: `(cd ${folder} && ${commands.install})` };
}

function ownCommands({ name, version, lockFile }: PackageManager): PackageCommands {
  const bring = (spec: string): string[] => [
    `npm install --global --no-audit --no-fund --loglevel=error --prefix ${BROUGHT} ${spec}`,
    `export PATH="$TOOLS/bin:$PATH"`,
  ];
  switch (name) {
    case 'npm':
      return {
        setup: version ? bring(`npm@${version}`) : [],
        install: lockFile ? 'npm ci' : 'npm install',
        run: (script) => `npm run ${script}`,
        runWith: (script, args) => `npm run ${script} -- ${args}`,
        exec: (command) => `npx ${command}`,
      };
    case 'pnpm':
      return {
        setup: bring(`pnpm@${version ?? 'latest'}`),
        install: lockFile ? 'pnpm install --frozen-lockfile' : 'pnpm install',
        run: (script) => `pnpm run ${script}`,
        runWith: (script, args) => `pnpm run ${script} ${args}`,
        exec: (command) => `pnpm exec ${command}`,
      };
    case 'yarn':
    case 'yarn-berry':
      return {
        setup: version ? bring(name === 'yarn' ? `yarn@${version}` : `@yarnpkg/cli-dist@${version}`) : [],
        install: !lockFile
          ? 'yarn install'
          : name === 'yarn'
            ? 'yarn install --frozen-lockfile'
            : 'yarn install --immutable',
        run: (script) => `yarn run ${script}`,
        runWith: (script, args) => `yarn run ${script} ${args}`,
        // Yarn 1 prints lines of its own ahead of what a command prints.
        exec: (command) => (name === 'yarn' ? `npx ${command}` : `yarn run ${command}`),
      };
  }
}
