import * as fs from 'node:fs';
import * as path from 'node:path';
import { git } from './sources';
import { type SourceRepository } from '../../ports/sources';
import { temporaryFolder } from '../../host/temporary-folder';

/**
 * Puts a repository's history next to files that were taken from it, as CodeBuild finds a source with the output format CODEBUILD_CLONE_REF:
 * a whole clone at the commit (CodePipeline User Guide, "CodeStarSourceConnection … actions", "Full clone"). `origin` is the
 * repository on its host, never a path of this machine.
 * @param folder holds the files already; uncommitted changes in them stay, as changes
 * @returns what the clone lacks, for the person
 */
export async function takeClone(
  source: SourceRepository,
  folder: string,
  { commitId, branch, url }: { readonly commitId: string; readonly branch: string; readonly url: string },
): Promise<string | undefined> {
  const directory = path.resolve(source.path);
  const top = await git(directory, ['rev-parse', '--show-toplevel']);
  const whole = fs.realpathSync(top) === fs.realpathSync(directory);
  if (whole) {
    const clone = temporaryFolder('clone');
    try {
      await git(clone, ['clone', '--quiet', '--no-checkout', '--no-local', top, 'repository']);
      fs.cpSync(path.join(clone, 'repository', '.git'), path.join(folder, '.git'), { recursive: true });
    } finally {
      fs.rmSync(clone, { recursive: true, force: true });
    }
    await git(folder, ['update-ref', '--no-deref', 'HEAD', commitId]);
    await git(folder, ['reset', '--quiet', '--mixed']);
    await git(folder, ['remote', 'set-url', 'origin', url]);
    return undefined;
  }
  // A folder of a repository has no repository of its own: its files are a first commit.
  await git(folder, ['init', '--quiet', `--initial-branch=${branch}`]);
  await git(folder, ['remote', 'add', 'origin', url]);
  await git(folder, ['add', '--all', '--force', '.']);
  await git(folder, [
    ...['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost', '-c', 'commit.gpgSign=false'],
    ...['commit', '--quiet', '--no-verify', '--message', `the files of ${commitId}`],
  ]);
  return 'the source is a folder of a repository, so its clone has one commit and no history';
}
