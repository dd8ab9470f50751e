import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * The fingerprint of a folder as a commit has it: each file's path, bytes, and whether it is a program; each link's target. A file with other line ends is another file, and so is
 * one that became a program: an image is made of both. (`FileSystem.fingerprint` of the CDK takes neither for a change.) In a checkout of git these are the files that git has or
 * would take; elsewhere, as in a build of CodePipeline, all that are there: a commit has them.
 */
export function folderFingerprint(directory: string): string {
  const hash = createHash('sha256');
  const add = (value: readonly string[]): unknown => hash.update(`${JSON.stringify(value)}\n`);
  for (const file of [...new Set(gitFiles(directory) ?? filesBelow(directory, ''))].sort()) {
    const whole = path.join(directory, file);
    const status = fs.lstatSync(whole, { throwIfNoEntry: false });
    if (status?.isSymbolicLink()) add(['link', file, fs.readlinkSync(whole)]);
    else if (status?.isFile())
      add([
        status.mode & 0o100 ? 'program' : 'file',
        file,
        createHash('sha256').update(fs.readFileSync(whole)).digest('hex'),
      ]);
  }
  return hash.digest('hex');
}

/** The files that git has or would take; undefined where the folder is in no checkout of git, or in one that has nothing of it. */
function gitFiles(directory: string): string[] | undefined {
  const args = ['ls-files', '-z', '-t', '--cached', '--others', '--exclude-standard', '--', '.'];
  try {
    // Reading starts no program that the repository's own configuration names.
    const listed = execFileSync('git', ['-c', 'core.fsmonitor=false', '-C', directory, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    });
    // Each is preceded by its state: `? ` of one that git has not (git-ls-files(1)).
    const entries = listed.split('\0').filter(Boolean);
    if (entries.every((entry) => entry.startsWith('? '))) return undefined;
    const files = entries.map((entry) => entry.slice(2));
    // A submodule, or a repository in the repository, is listed as a folder.
    return files.flatMap((file) =>
      fs.lstatSync(path.join(directory, file), { throwIfNoEntry: false })?.isDirectory()
        ? filesBelow(directory, file.replace(/\/$/, ''))
        : [file],
    );
  } catch {
    return undefined;
  }
}

function filesBelow(directory: string, folder: string): string[] {
  return fs.readdirSync(path.join(directory, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = folder ? `${folder}/${entry.name}` : entry.name;
    if (!entry.isDirectory()) return [file];
    return entry.name === '.git' ? [] : filesBelow(directory, file);
  });
}
