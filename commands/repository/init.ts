import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import execa from 'execa';
import { formatLocation } from '../../model/errors';
import { openCheckout } from '../../repository/checkout';
import { initialConfiguration, type InitAnswers } from '../../repository/init/initial-configuration';
import { survey, type Survey } from '../../repository/survey';
import { writeAtomically } from '../../engine/files/write-atomically';
import { ask, print, say } from '../output/print';
import { applicationFolder } from './check';
import { temporaryFolder } from '../../engine/host/temporary-folder';

interface Options {
  output: string;
  write?: boolean;
  yes?: boolean;
}

/** `saiondo init`: a configuration for an application repository, from what its files show. */
export function initCommand(): Command {
  return new Command('init')
    .description('write saiondo.yaml for an application repository: each value with the place it was found at')
    .argument('[PATH]', 'its folder (SAIONDO_APPLICATION_DIR, else the sample)')
    .option('--output <FILE>', 'where to write it', 'saiondo.yaml')
    .option('--write', 'replace a file that is there; without it the difference is shown and nothing is changed')
    .option('--yes', 'ask nothing: what is not known is left as a question in the file')
    .addHelpText(
      'after',
      `
Examples:
  saiondo init ../saiondo
  saiondo init ../saiondo --write && saiondo check ../saiondo && saiondo rehearse --source OWNER/REPO=../saiondo`,
    )
    .action(async (given: string | undefined, options: Options) => {
      await init(applicationFolder(given), options);
    });
}

async function init(directory: string, options: Options): Promise<void> {
  const checkout = openCheckout(directory);
  const seen = survey(checkout);
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true && !options.yes;
  const { yaml, questions, findings } = initialConfiguration(
    checkout,
    seen,
    await answers(directory, seen, interactive),
  );
  const file = path.resolve(options.output);
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
  if (before === yaml) say(`${options.output} is as it would be written`);
  else if (before !== undefined && !options.write) {
    print(await difference(before, yaml, options.output));
    say(`${options.output} is there and stays as it is; --write replaces it`);
  } else {
    writeAtomically(file, yaml, { durable: false });
    say(`wrote ${options.output}`);
  }
  for (const question of questions) say(`to answer: ${question}`);
  const open = findings.filter(({ level }) => level !== 'note');
  for (const one of open) say(`${one.level}: ${formatLocation(one.where)}: ${one.found} → ${one.fix}`);
  say(`next: saiondo check ${path.relative(process.cwd(), directory) || '.'}`);
}

async function answers(directory: string, seen: Survey, interactive: boolean): Promise<InitAnswers> {
  const remote = await origin(directory);
  const name = (remote?.split('/')[1] ?? path.basename(directory))
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 20);
  const asked = async (question: string, otherwise: string): Promise<string> =>
    interactive ? (await ask(`${question} (${otherwise})`)) || otherwise : otherwise;
  const project = await asked(
    'project, the first part of every name',
    /^[a-z][a-z0-9-]{1,19}$/.test(name) ? name : 'saiondo',
  );
  const region = await asked('region', 'ap-northeast-2');
  // A site that Node builds is rehearsed in full; Flutter comes from no package registry.
  const suggested = seen.sites.find(({ framework }) => framework === 'node') ?? seen.sites[0];
  const chosen =
    seen.sites.length > 1 && interactive && suggested
      ? await ask(
          `which web app is the site: ${seen.sites.map(({ directory: one }) => one).join(', ')}? (${suggested.directory})`,
        )
      : '';
  const site = seen.sites.find(({ directory: one }) => one === chosen) ?? suggested;
  return { project, region, repository: remote ?? `OWNER/${project}`, ...(site ? { site } : {}) };
}

/** `OWNER/REPO` of the repository’s own `origin`. */
async function origin(directory: string): Promise<string | undefined> {
  const { stdout, exitCode } = await execa('git', ['-C', directory, 'remote', 'get-url', 'origin'], { reject: false });
  return exitCode === 0 ? /[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(stdout.trim())?.[1] : undefined;
}

/** The lines that differ, as git shows them. */
async function difference(before: string, after: string, name: string): Promise<string> {
  const folder = temporaryFolder('init');
  try {
    fs.writeFileSync(path.join(folder, 'before'), before);
    fs.writeFileSync(path.join(folder, 'after'), after);
    const { stdout } = await execa('git', ['diff', '--no-index', '--no-color', 'before', 'after'], {
      cwd: folder,
      reject: false,
    });
    return stdout
      .replace(/^diff --git.*\n(index.*\n)?/, '')
      .replace('--- a/before', `--- ${name}`)
      .replace('+++ b/after', '+++ found now');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
