import { type SourceRepository } from '../../ports/sources';
import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { SaiondoError } from '../../../model/errors';
import { temporaryFolder } from '../../host/temporary-folder';

/** What was taken of a repository. Times are ISO 8601. */
export interface TakenSource {
  readonly commitId: string;
  readonly author: string;
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly message: string;
  /** The commit has uncommitted changes on top. */
  readonly uncommitted?: true;
}

/** Ahead of git's command: a repository's own configuration may name programs that git starts when it only reads, and none of them is wanted. */
export const WITHOUT_PROGRAMS = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'log.showSignature=false'].flatMap(
  (setting) => ['-c', setting],
);

/**
 * Switches off the filters that a repository's own configuration names: programs that git starts for each file (gitattributes(5), "filter"). Those of the
 * person's own configuration, as `git lfs install` writes them, stay.
 * @returns variables for git: a name may hold what `-c` would split it at
 */
async function withoutFilters(top: string): Promise<Record<string, string>> {
  const args = ['config', '--show-scope', '--name-only', '-z', '--get-regexp', '^filter\\.'];
  const said = (await git(top, args).catch(() => '')).split('\0');
  const names = said.filter((_, index) => index % 2 === 1 && /^(local|worktree)$/.test(said[index - 1] ?? ''));
  const before = Number(process.env.GIT_CONFIG_COUNT ?? 0) || 0;
  const settings = [...new Set(names)].flatMap((name, index) => [
    [`GIT_CONFIG_KEY_${before + index}`, name],
    [`GIT_CONFIG_VALUE_${before + index}`, /\.required$/i.test(name) ? 'false' : ''],
  ]);
  return { ...Object.fromEntries(settings), GIT_CONFIG_COUNT: String(before + settings.length / 2) };
}

/** Runs git in a folder. @returns what it printed, trimmed */
export const git = (directory: string, args: readonly string[], env?: Record<string, string>): Promise<string> =>
  execa('git', [...WITHOUT_PROGRAMS, '-C', directory, ...args], {
    ...(env ? { env } : {}),
    maxBuffer: 64 * 1024 * 1024,
  }).then(({ stdout }) => stdout.trim());

/**
 * Takes a source at a commit: what git has of the folder, nothing that lies about next to it. A folder inside a repository has the last
 * commit that touched it as its revision, so that a commit elsewhere is not a change of it.
 * @throws SaiondoError `SOURCE_NOT_GIT`, `SOURCE_COMMIT_UNKNOWN`, `SOURCE_EMPTY`
 */
export async function takeSource(source: SourceRepository, target: string): Promise<TakenSource> {
  const directory = path.resolve(source.path);
  if (!fs.existsSync(directory) || !fs.statSync(directory).isDirectory()) {
    throw new SaiondoError(`${directory} ${fs.existsSync(directory) ? 'is not a folder' : 'does not exist'}`, {
      code: 'SOURCE_NOT_GIT',
      next: 'name a git repository: --source OWNER/REPO=PATH',
    });
  }
  const top = await git(directory, ['rev-parse', '--show-toplevel']).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new SaiondoError('git is not installed', {
        code: 'TOOL_MISSING',
        next: 'install it (Debian and Ubuntu: sudo apt-get install git; else https://git-scm.com) and run the same command again',
      });
    // A repository of another user: git does not read it, and says how to allow it (git config, safe.directory).
    const said = String((cause as { stderr?: string }).stderr ?? '');
    if (said.includes('dubious ownership'))
      throw new SaiondoError(`${directory} belongs to another user, so git does not read it`, {
        code: 'SOURCE_NOT_GIT',
        next: `git config --global --add safe.directory ${directory}`,
      });
    throw new SaiondoError(`${directory} is not a git repository`, {
      code: 'SOURCE_NOT_GIT',
      next: `run git init and commit there, or name another folder: --source OWNER/REPO=PATH`,
    });
  });
  const prefix = path.relative(fs.realpathSync(top), fs.realpathSync(directory));
  const wanted = source.commit ?? 'HEAD';
  const head = await git(top, ['rev-parse', '--verify', `${wanted}^{commit}`]).catch(() => {
    throw new SaiondoError(source.commit ? `${directory} has no commit ${wanted}` : `${directory} has no commits yet`, {
      code: 'SOURCE_COMMIT_UNKNOWN',
      next: source.commit ? 'git log shows its commits' : 'make the first commit: git add --all && git commit',
    });
  });
  const filters = await withoutFilters(top);
  const commitId = prefix ? (await git(top, ['log', '-1', '--format=%H', head, '--', prefix])) || head : head;
  const tree = source.uncommitted ? await uncommittedTree(top, filters) : head;
  const changed = source.uncommitted
    ? (await git(top, ['status', '--porcelain', '--ignore-submodules=all', '--', prefix || '.'], filters)) !== ''
    : false;
  fs.rmSync(target, { recursive: true, force: true });
  fs.mkdirSync(target, { recursive: true });
  const treeish = prefix ? `${tree}:${prefix}` : tree;
  // `git archive` writes the tree; tar unpacks it, with links and modes as git has them.
  const archive = execa('git', [...WITHOUT_PROGRAMS, '-C', top, 'archive', '--format=tar', treeish], {
    buffer: false,
    env: filters,
  });
  const unpack = execa('tar', ['-x', '-C', target]);
  if (archive.stdout && unpack.stdin) archive.stdout.pipe(unpack.stdin);
  await Promise.all([archive, unpack]).catch((cause: unknown) => {
    throw new SaiondoError(
      `cannot take ${directory} at ${wanted}: ${(cause as execa.ExecaError).stderr ?? String(cause)}`,
      { code: 'SOURCE_EMPTY', cause },
    );
  });
  // git makes no such entry, but takes one that was made otherwise: a person who runs git in the source would have its settings.
  for (const name of fs.readdirSync(target).filter((one) => /^\.git$/i.test(one)))
    fs.rmSync(path.join(target, name), { recursive: true, force: true });
  if (fs.readdirSync(target).length === 0)
    throw new SaiondoError(`${directory} has no file at ${wanted}`, {
      code: 'SOURCE_EMPTY',
      next: 'commit it, or rehearse with --uncommitted',
    });
  const [author = '', authoredAt = '', committedAt = '', message = ''] = (
    await git(top, ['log', '-1', '--format=%an%x00%aI%x00%cI%x00%B', commitId])
  ).split('\0');
  return {
    commitId,
    author,
    authoredAt,
    committedAt,
    message: message.trim(),
    ...(changed ? { uncommitted: true } : {}),
  };
}

/** The work tree as a git tree, through an index of its own: the user's index and stash stay as they are. */
async function uncommittedTree(top: string, filters: Readonly<Record<string, string>>): Promise<string> {
  const index = path.join(temporaryFolder('index'), 'index');
  try {
    const env = { ...filters, GIT_INDEX_FILE: index };
    await git(top, ['read-tree', 'HEAD'], env);
    // A submodule is its commit: git would look into its folder with that repository's own settings.
    const modules = (await git(top, ['ls-files', '--stage', '-z']))
      .split('\0')
      .filter((entry) => entry.startsWith('160000 '))
      .map((entry) => `:(exclude,literal)${entry.slice(entry.indexOf('\t') + 1)}`);
    await git(top, ['add', '--all', '--', '.', ...modules], env);
    return await git(top, ['write-tree'], env);
  } finally {
    fs.rmSync(path.dirname(index), { recursive: true, force: true });
  }
}
