import * as fs from 'node:fs';
import execa from 'execa';
import { plainLine } from '../model/plain-text';

/** A commit of a checkout. */
export interface Commit {
  readonly commit: string;
  readonly author: string;
  readonly message: string;
}

/** A folder that may be a checkout. */
export interface Checkout {
  readonly path: string;
  /** `OWNER/REPO` that it is a checkout of, or that it stands in for as a folder of another repository; absent where that is not known. */
  readonly repository?: string | undefined;
}

/**
 * The commits after `from` up to `to`, oldest first; undefined where no checkout here has both.
 * @param repository `OWNER/REPO` that they are commits of; absent where that is not known
 */
export type CommitLog = (from: string, to: string, repository?: string) => Promise<readonly Commit[] | undefined>;

const COMMIT = /^[0-9a-f]{7,64}$/;

/**
 * Commits from the first of these folders that is a checkout with both: of those of the repository, then of those that may be any's. A folder
 * that stands in for the repository gives the commits that touch it: others of the repository around it are not changes of it.
 */
export function commitLog(checkouts: readonly Checkout[]): CommitLog {
  return async (from, to, repository) => {
    const named = repository === undefined ? [] : checkouts.filter((one) => one.repository === repository);
    const others = checkouts.filter((one) => repository === undefined || one.repository === undefined);
    const checkout = await checkoutWith([...named, ...others], [from, to]);
    if (!checkout) return undefined;
    const range = ['--reverse', '--format=%H%x00%an%x00%s', `${from}..${to}`];
    const { stdout } = await git(
      checkout.path,
      'log',
      ...range,
      ...((await standsFor(checkout, repository)) ? ['--', '.'] : []),
    );
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [commit = '', author = '', message = ''] = line.split('\0');
        return { commit, author: plainLine(author), message: plainLine(message) };
      });
  };
}

/** Whether a checkout is a folder of another repository that stands in for this one. */
async function standsFor(checkout: Checkout, repository: string | undefined): Promise<boolean> {
  if (repository === undefined || checkout.repository !== repository) return false;
  return (await git(checkout.path, 'rev-parse', '--show-prefix')).stdout !== '';
}

/** The first of these folders that is a checkout with all of the commits. What AWS calls a commit is never given to git unless it is one. */
async function checkoutWith(checkouts: readonly Checkout[], commits: readonly string[]): Promise<Checkout | undefined> {
  if (!commits.every((one) => COMMIT.test(one))) return undefined;
  for (const checkout of checkouts) {
    if (!fs.existsSync(checkout.path)) continue;
    try {
      for (const commit of commits) await git(checkout.path, 'cat-file', '-e', `${commit}^{commit}`);
      return checkout;
    } catch {
      // Not a checkout, or not one with these commits: the next may be.
    }
  }
  return undefined;
}

/** git in a checkout. @throws the error of execa */
function git(checkout: string, ...args: string[]): execa.ExecaChildProcess {
  return execa('git', ['-C', checkout, ...args], { env: { GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' } });
}
