import { lineOf, type Checkout } from '../checkout';
import type { NodeBuild } from '../component-build';
import { gitPackages, unlockedPackages } from '../lock-file';
import { LOCK_FILES, type PackageManager } from '../package-manager';
import type { CheckFinding } from './finding';

/** What installs without asking whether the lock file fits. */
const LOOSE: Readonly<Record<PackageManager['name'], string>> = {
  npm: 'npm install --no-save',
  pnpm: 'pnpm install --no-frozen-lockfile',
  yarn: 'yarn install',
  'yarn-berry': 'yarn install --no-immutable',
};

/** A lock file that does not fit package.json, which every installation in a build refuses, and packages that come from git. */
export function checkLockFile(
  checkout: Checkout,
  name: string,
  directory: string,
  { manager }: NodeBuild,
): CheckFinding[] {
  const { lockFile } = manager;
  // The lock file of a workspace has the packages of all its projects: which are whose is not looked for.
  if (lockFile === undefined || manager.workspace !== undefined) return [];
  const manifest = `${directory}/package.json`;
  const unlocked = unlockedPackages(checkout, directory, lockFile) ?? [];
  const [first] = unlocked;
  const other = manager.ignored.find((one) => unlockedPackages(checkout, directory, one)?.length === 0);
  const instead = other === undefined ? undefined : LOCK_FILES[other];
  const line = first && lineOf(checkout.text(manifest) ?? '', `"${first.name}"`);
  const git = gitPackages(checkout, directory, lockFile);
  return [
    ...(first
      ? [
          {
            what: `${name}.lock`,
            level: 'stops' as const,
            where: { file: manifest, ...(line ? { line } : {}) },
            found: `${lockFile} has not ${unlocked
              .slice(0, 3)
              .map((one) => `${one.name}@${one.range}`)
              .join(', ')}${unlocked.length > 3 ? ` and ${unlocked.length - 3} more` : ''}`,
            needed: 'a lock file that fits package.json: a build installs from it and changes nothing',
            fix: `commit what \`${LOOSE[manager.name]}\` writes in ${directory}; or components.${name}.install: ${LOOSE[manager.name]}${
              instead ? `, or components.${name}.packageManager: ${instead}, whose ${other ?? ''} fits` : ''
            }`,
            // The package manager stays: another one may refuse what this one takes, such as a peer that conflicts.
            set: { [`components.${name}.install`]: LOOSE[manager.name] },
          },
        ]
      : []),
    ...(git.length > 0
      ? [
          {
            what: `${name}.git`,
            level: 'note' as const,
            where: {
              file: `${directory}/${lockFile}`,
              line: lineOf(checkout.text(`${directory}/${lockFile}`) ?? '', git[0] ?? '') ?? 1,
            },
            found: `packages that come from git: ${git.slice(0, 3).join(', ')}`,
            needed: 'git, and a way to that host: a build has no SSH key, so GitHub is asked by HTTPS',
            fix: 'take the package from the registry where it is published there',
          },
        ]
      : []),
  ];
}
