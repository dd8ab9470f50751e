import * as fs from 'node:fs';
import * as path from 'node:path';
import { git } from './sources';
import { type SourceRepository } from '../../ports/sources';
import type { GitEvent } from '../triggers/trigger-filter';

/**
 * The push that a rehearsal of a repository stands in for: its commit onto a branch, with the files that differ from the commit's first parent;
 * uncommitted changes are part of it. Paths are those of the repository on its host, so below the folder that stands in for it.
 * @returns undefined where there is no repository, or no such commit
 */
export async function pushedEvent(source: SourceRepository, branch: string): Promise<GitEvent | undefined> {
  const directory = path.resolve(source.path);
  try {
    if (!fs.statSync(directory).isDirectory()) return undefined;
    const wanted = source.commit ?? 'HEAD';
    // A folder of a repository: the last commit that touched it, and paths from it on.
    const commit = await git(directory, ['log', '-1', '--format=%H', wanted, '--', '.']);
    if (commit === '') return undefined;
    const parent = await git(directory, ['rev-parse', '--verify', '--quiet', `${commit}^1`]).catch(() => undefined);
    const to = source.uncommitted ? [] : [commit];
    const changed =
      parent === undefined
        ? await git(directory, ['ls-tree', '-r', '-z', '--name-only', commit, '--', '.'])
        : await git(directory, ['diff', '--name-only', '--no-renames', '--relative', '-z', parent, ...to, '--', '.']);
    const added = source.uncommitted
      ? await git(directory, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'])
      : '';
    const files = [...new Set(`${changed}\0${added}`.split('\0').filter(Boolean))].sort();
    return { kind: 'push', branch, files };
  } catch {
    return undefined;
  }
}
