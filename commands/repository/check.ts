import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import { loadConfiguration, type Configuration } from '../../config/load';
import { formatLocation, SaiondoError } from '../../model/errors';
import { openCheckout } from '../../repository/checkout';
import { checkRepository } from '../../repository/check/check';
import type { CheckFinding } from '../../repository/check/finding';
import { packageRoot } from '../input/package';
import { paintFor, type Paint } from '../output/paint';
import { print, printValue } from '../output/print';

interface Options {
  json?: boolean;
  config: string;
}

/** `saiondo check`: what the pipeline asks of an application repository, all at once, before anything runs. */
export function checkCommand(): Command {
  return new Command('check')
    .description('compare an application repository with what the pipeline asks of it; runs nothing')
    .argument('[PATH]', 'its folder (SAIONDO_APPLICATION_DIR, else the sample)')
    .option('--config <FILE>', 'the configuration', 'saiondo.yaml')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 nothing would stop a run, 1 something would, 2 wrong usage or configuration.

Examples:
  saiondo check ../saiondo
  saiondo check ../saiondo --json | jq '.findings[] | select(.level == "stops")'`,
    )
    .action((given: string | undefined, options: Options) => {
      const directory = applicationFolder(given);
      const findings = checkRepository(openCheckout(directory), loadConfiguration(options.config));
      if (options.json) printValue({ repository: directory, findings }, 2);
      else print(showFindings(findings, paintFor(process.stdout), directory));
      process.exitCode = findings.some(({ level }) => level === 'stops') ? 1 : 0;
    });
}

/** The folder of an application repository as a command is given it. @throws SaiondoError `USAGE` where it is none */
export function applicationFolder(given: string | undefined): string {
  const directory = path.resolve(
    given ?? process.env.SAIONDO_APPLICATION_DIR ?? path.join(packageRoot, 'examples', 'saiondo'),
  );
  if (fs.existsSync(directory) && fs.statSync(directory).isDirectory()) return directory;
  throw new SaiondoError(`${given ?? directory} is not a folder`, {
    code: 'USAGE',
    next: 'name the folder of the application repository, such as saiondo check ../saiondo',
  });
}

/** What a rehearsal says of its repository before it begins: the number of what stops it, and each in a line. */
export function sayFindings(application: string, configuration: Configuration): readonly string[] {
  const findings = checkRepository(openCheckout(application), configuration);
  const stops = findings.filter(({ level }) => level === 'stops');
  const others = findings.length - stops.length;
  return [
    ...stops.flatMap((one) => [
      `check: ${formatLocation(one.where)}: ${one.found}; needed: ${one.needed}`,
      `  → ${one.fix}`,
    ]),
    ...(others > 0
      ? [`check: ${others} more to know: saiondo check ${path.relative(process.cwd(), application) || '.'}`]
      : []),
  ];
}

function showFindings(findings: readonly CheckFinding[], { colours }: Paint, directory: string): string {
  const count = (level: CheckFinding['level']): number => findings.filter((one) => one.level === level).length;
  const mark = { stops: colours.red('stops  '), warning: colours.yellow('warning'), note: colours.dim('note   ') };
  const blocks = findings.map((one) =>
    [
      `${mark[one.level]} ${colours.bold(one.what)}  ${formatLocation(one.where)}`,
      `        found   ${one.found}`,
      `        needed  ${one.needed}`,
      `        fix     ${one.fix}`,
    ].join('\n'),
  );
  return [
    ...blocks,
    `${directory}: ${count('stops')} would stop a run, ${count('warning')} may, ${count('note')} to know`,
  ].join('\n');
}
