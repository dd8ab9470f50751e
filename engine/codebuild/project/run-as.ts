import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Buildspec } from '../spec/buildspec';
import type { Limit } from '../../../model/limit';
import { BUILDSPEC_PHASES } from '../spec/buildspec';

/** A Linux user that commands run as. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The users of a buildspec's `run-as`, by name, as far as this machine can run commands as them; for the others, what is done instead
 * (CodeBuild User Guide, "run-as" of the build specification reference). Without `run-as` commands run as the user of the rehearsal, where
 * CodeBuild's run as root.
 * @param root the rehearsal's own folder, which is opened for them as far as they have to pass through it
 */
export function resolveUsers(
  buildspec: Buildspec,
  file: string,
  directory: string,
  root: string,
): { users: ReadonlyMap<string, RunAs>; limits: readonly Limit[] } {
  const named = new Map<string, string>();
  for (const phase of [...BUILDSPEC_PHASES].reverse()) {
    const name = buildspec.phases[phase]?.runAs;
    if (name) named.set(name, `phases.${phase}.run-as`);
  }
  if (buildspec.runAs) named.set(buildspec.runAs, 'run-as');
  const users = new Map<string, RunAs>();
  const limits: Limit[] = [];
  const here = os.userInfo().username;
  for (const [name, at] of named) {
    if (name === here) continue;
    const user = process.getuid?.() === 0 ? lookUp(name) : undefined;
    const why =
      process.getuid?.() !== 0
        ? 'only root may run commands as another user'
        : user === undefined
          ? 'this machine has no such user'
          : reachable(directory, root, user)
            ? undefined
            : `it may not enter ${directory}`;
    if (user && why === undefined) users.set(name, user);
    else limits.push({ where: { file, path: at }, text: `run-as ${name}: the commands run as ${here}: ${why ?? ''}` });
  }
  return { users, limits };
}

function lookUp(name: string): RunAs | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, '--', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Lets other users pass through the rehearsal's folders down to the build's, and says whether the folders above let them too. */
function reachable(directory: string, root: string, user: RunAs): boolean {
  const own = path.resolve(root);
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const { uid, gid, mode } = fs.statSync(at);
    if (at === own || at.startsWith(own + path.sep)) {
      fs.chmodSync(at, mode | 0o011);
    } else {
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (at === path.dirname(at)) return true;
  }
}
