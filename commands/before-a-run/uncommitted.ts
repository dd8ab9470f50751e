import { git } from '../../engine/codepipeline/sources/sources';
import type { SourceRepositories } from '../../engine/ports/sources';
import { plainLine } from '../../model/plain-text';
import { say } from '../output/print';

/** Says which changes are not in the run: a source is taken at its commit. */
export async function sayUncommitted(sources: SourceRepositories): Promise<void> {
  for (const [name, { path, commit, uncommitted }] of sources) {
    if (commit !== undefined || uncommitted) continue;
    const changed = await git(path, ['status', '--porcelain', '--', '.']).catch(() => '');
    const files = changed.split('\n').filter(Boolean).length;
    if (files > 0)
      say(
        `${files} uncommitted ${files === 1 ? 'file is' : 'files are'} not in this run of ${plainLine(name)} (--uncommitted includes them)`,
      );
  }
}
