import * as fs from 'node:fs';
import execa from 'execa';
import { plainLine } from '../model/plain-text';

/** A commit of a checkout. */
export interface Commit {
  readonly commit: string;
  readonly author: string;
  readonly message: string;
}

/** The commits after `from` up to `to`, oldest first; undefined where no checkout here has both. */
export type CommitLog = (from: string, to: string) => Promise<readonly Commit[] | undefined>;

const COMMIT = /^[0-9a-f]{7,64}$/;

/** Commits from the first of these folders that is a checkout with both. */
export function commitLog(checkouts: readonly string[]): CommitLog {
  return async (from, to) => {
    const checkout = await checkoutWith(checkouts, [from, to]);
    if (!checkout) return undefined;
    const { stdout } = await git(checkout, 'log', '--reverse', '--format=%H%x00%an%x00%s', `${from}..${to}`);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [commit = '', author = '', message = ''] = line.split('\0');
        return { commit, author: plainLine(author), message: plainLine(message) };
      });
  };
}

/** The first of these folders that is a checkout with all of the commits. What AWS calls a commit is never given to git unless it is one. */
export async function checkoutWith(
  checkouts: readonly string[],
  commits: readonly string[],
): Promise<string | undefined> {
  if (!commits.every((one) => COMMIT.test(one))) return undefined;
  for (const checkout of checkouts) {
    if (!fs.existsSync(checkout)) continue;
    try {
      for (const commit of commits) await git(checkout, 'cat-file', '-e', `${commit}^{commit}`);
      return checkout;
    } catch {
      // Not a checkout, or not one with these commits: the next may be.
    }
  }
  return undefined;
}

/** git in a checkout. @throws the error of execa */
export function git(checkout: string, ...args: string[]): execa.ExecaChildProcess {
  return execa('git', ['-C', checkout, ...args], { env: { GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' } });
}
