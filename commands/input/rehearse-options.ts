import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { knownNames } from '../../model/nearest';
import { variablesOf } from './variable-option';

/** The options of `saiondo rehearse` whose words can be wrong. */
export interface RehearseWords {
  readonly source: readonly string[];
  readonly approve: readonly string[];
  readonly reject: readonly string[];
  readonly variable: readonly string[];
  readonly resume?: string;
  readonly only?: string;
  readonly needs?: boolean;
  readonly from?: string;
  readonly watch?: boolean;
  readonly list?: boolean;
  readonly serve?: boolean;
  readonly explain?: string;
  readonly until?: string;
  readonly assembly?: string;
  readonly template?: string;
  readonly endpointUrl?: string;
  readonly directory: string;
  readonly tools?: string;
}

/** A `--source`: what stands in for which source. */
export interface GivenSource {
  readonly name: string;
  readonly path: string;
  readonly commit?: string;
}

/**
 * Refuses what cannot be right whatever the pipeline is, before anything is made or written.
 * @throws SaiondoError `USAGE`, `RUN_MISSING`
 */
export function checkWords(words: RehearseWords, layout: Layout): void {
  checkFolders(words);
  if (words.assembly !== undefined && words.template !== undefined)
    refuse('--assembly and --template both name a pipeline', 'leave one of them out');
  checkOnce(
    '--source',
    words.source.map((one) => givenSource(one).name),
  );
  variablesOf(words.variable);
  checkOnce(
    '--variable',
    words.variable.map((one) => one.slice(0, one.indexOf('='))),
  );
  checkOnce('--approve', words.approve);
  checkOnce('--reject', words.reject);
  const both = words.approve.find((one) => words.reject.includes(one));
  if (both !== undefined)
    refuse(`--approve ${both} and --reject ${both} contradict each other`, 'leave one of them out');
  if (words.only !== undefined && words.until !== undefined)
    refuse('--only runs one action, so --until has nothing to end', 'leave one of them out');
  if (words.needs && words.only === undefined)
    refuse('--needs is of --only: it names no action', 'for example --only Verify/ApiTest --needs');
  for (const [option, given, others] of [
    ['--needs', words.needs, { '--resume': words.resume }],
    ['--from', words.from, { '--only': words.only, '--resume': words.resume, '--watch': words.watch }],
    ['--watch', words.watch, { '--only': words.only, '--resume': words.resume, '--serve': words.serve }],
  ] as const) {
    const other = Object.entries(others).find(([, value]) => value !== undefined && value !== false)?.[0];
    if (given && other)
      refuse(`${option} begins a run of its own, which ${other} contradicts`, 'leave one of them out');
  }
  for (const [option, given] of [
    ['--only', words.only],
    ['--explain', words.explain],
  ] as const)
    if (given !== undefined && !/^[^/]+\/[^/]+$/.test(given))
      refuse(`${option} ${given} is not STAGE/ACTION`, `for example ${option} Verify/ApiTest`);
  if (words.resume !== undefined && !fs.existsSync(layout.events(words.resume))) {
    const runs = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort().slice(-10) : [];
    throw new SaiondoError(`there is no run ${words.resume} in ${words.directory}`, {
      code: 'RUN_MISSING',
      next: knownNames(words.resume, runs),
    });
  }
}

function checkFolders({ assembly, directory, tools, endpointUrl, source }: RehearseWords): void {
  if (assembly !== undefined && !fs.existsSync(path.join(assembly, 'manifest.json')))
    refuse(
      `--assembly ${assembly} is not a cloud assembly: it has no manifest.json`,
      'npx cdk synth writes one to cdk.out',
    );
  for (const [option, folder] of [
    ['--directory', directory],
    ['--tools (SAIONDO_TOOLS_DIR)', tools],
  ] as const)
    if (folder !== undefined && fs.existsSync(folder) && !fs.statSync(folder).isDirectory())
      refuse(`${option} ${folder} is a file`, 'name a folder');
  if (endpointUrl !== undefined && !/^https?:$/.test(protocolOf(endpointUrl)))
    refuse(`--endpoint-url ${endpointUrl} is not an address`, 'for example --endpoint-url http://127.0.0.1:4566');
  const application = process.env.SAIONDO_APPLICATION_DIR;
  if (application !== undefined && !fs.existsSync(application))
    refuse(
      `SAIONDO_APPLICATION_DIR ${application} does not exist`,
      'name the application repository’s folder, or unset the variable',
    );
  for (const given of source) {
    const { path: at, commit } = givenSource(given);
    if (!fs.existsSync(at))
      refuse(`--source ${given}: ${at} does not exist`, 'name a folder, or for an S3 source a file');
    if (commit !== undefined || fs.existsSync(path.join(at, '.git'))) checkRepository(given, at, commit);
  }
}

/** A repository needs git, and the commit that is named. Whatever else is wrong with it, its action says. */
function checkRepository(given: string, at: string, commit: string | undefined): void {
  const wanted = `${commit ?? 'HEAD'}^{commit}`;
  const { error, status, stderr } = spawnSync('git', ['-C', at, 'rev-parse', '--quiet', '--verify', wanted], {
    encoding: 'utf8',
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    refuse(
      `git is not installed: --source ${given} is a git repository`,
      'install it (Debian and Ubuntu: sudo apt-get install git; else https://git-scm.com) and run the same command again',
    );
  if (commit !== undefined && status === 1 && stderr === '')
    refuse(`--source ${given}: ${at} has no commit ${commit}`, 'git log shows its commits');
}

/** Reads a `--source`. A commit may be whatever git takes: `main`, `HEAD~2`. @throws SaiondoError `USAGE` */
export function givenSource(given: string): GivenSource {
  const [, name, at] = /^([^=\s]+)=(.+)$/.exec(given) ?? [];
  if (!name || !at)
    refuse(
      `--source ${given} is not OWNER/REPO=PATH, NAME=PATH (CodeCommit) or BUCKET/KEY=PATH (S3)`,
      'for example --source aw-birdgang/saiondo=../saiondo',
    );
  const whole = path.resolve(at);
  const mark = at.lastIndexOf('@');
  if (mark <= 0 || fs.existsSync(whole)) return { name, path: whole };
  return { name, path: path.resolve(at.slice(0, mark)), commit: at.slice(mark + 1) };
}

function checkOnce(option: string, names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) refuse(`${option} names ${twice} twice`, 'give it once');
}

function protocolOf(text: string): string {
  try {
    return new URL(text).protocol;
  } catch {
    return '';
  }
}

function refuse(message: string, next: string): never {
  throw new SaiondoError(message, { code: 'USAGE', next });
}
