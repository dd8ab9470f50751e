import { firstMatch, type Recognizer } from '../evidence/evidence';

/** What each package manager says of a lock file that its manifest has moved on from. The words are the tools' own. */
const STALE: readonly { readonly pattern: RegExp; readonly lock: string; readonly manifest: string }[] = [
  { pattern: /lockfile at `?uv\.lock`? needs to be updated/, lock: 'uv.lock', manifest: 'pyproject.toml' },
  {
    pattern: /pyproject\.toml changed significantly since poetry\.lock|poetry\.lock is not up to date with pyproject/,
    lock: 'poetry.lock',
    manifest: 'pyproject.toml',
  },
  {
    pattern: /ERR_PNPM_OUTDATED_LOCKFILE|Cannot perform a frozen installation because the lockfile needs updates/,
    lock: 'pnpm-lock.yaml',
    manifest: 'package.json',
  },
  {
    pattern: /YN0028|The lockfile would have been (?:modified|created) by this install/,
    lock: 'yarn.lock',
    manifest: 'package.json',
  },
  {
    pattern: /lockfile had changes, but lockfile is frozen/,
    lock: 'bun.lock',
    manifest: 'package.json',
  },
  {
    pattern: /Your Pipfile\.lock \([^)]*\) is out of date|Pipfile\.lock is out of date/,
    lock: 'Pipfile.lock',
    manifest: 'Pipfile',
  },
  {
    pattern: /the lock file \S*Cargo\.lock needs to be updated but --(?:locked|frozen)/,
    lock: 'Cargo.lock',
    manifest: 'Cargo.toml',
  },
  {
    pattern:
      /gemspecs for path gems changed|You have (?:added to|deleted from|changed in) the Gemfile|because frozen mode is set/,
    lock: 'Gemfile.lock',
    manifest: 'Gemfile',
  },
  {
    pattern: /The lock file is not up to date with the latest changes in composer\.json.*(?:run|not)/,
    lock: 'composer.lock',
    manifest: 'composer.json',
  },
  { pattern: /updates to go\.mod needed|missing go\.sum entry/, lock: 'go.sum', manifest: 'go.mod' },
  { pattern: /error NU1004:/, lock: 'packages.lock.json', manifest: 'the project' },
];

/** A lock file that is older than its manifest, whichever package manager refuses it. npm's and Yarn 1's own are read by the recognizer of npm. */
export const lockFile: Recognizer = {
  name: 'lock-file',
  recognize: ({ output }) => {
    for (const { pattern, lock, manifest } of STALE) {
      const found = firstMatch(output, pattern);
      // Composer and Poetry say it as a warning as well, and go on.
      if (found && !/^\s*(?:npm )?warn/i.test(output[found.line] ?? ''))
        return {
          summary: `${lock} does not fit ${manifest}: ${(output[found.line] ?? '').trim()}`,
          line: found.line,
          length: 1,
          known: 'lock-file-out-of-date',
        };
    }
    return undefined;
  },
};
