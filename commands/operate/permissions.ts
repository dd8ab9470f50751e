import * as fs from 'node:fs';
import { Command } from 'commander';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import { byRole, readPermissions, readRoles, type RolePermissions } from '../../views/permissions';
import { print, printValue } from '../output/print';
import { describePermissions } from '../output/permissions';

interface Options {
  readonly directory: string;
  readonly run?: string;
  readonly json?: boolean;
}

/** `saiondo permissions`: what each role was asked for in a run, whether AWS would have allowed it, and what of its policies nobody asked for. */
export function permissionsCommand(): Command {
  return new Command('permissions')
    .description('by role: allowed and used, never used in this run, denied, not known')
    .argument('[role]', 'a part of a role’s ARN or of its construct’s path')
    .option('--run <RUN>', 'the run (the last one)')
    .option('--directory <DIRECTORY>', 'where runs and state are kept', '.saiondo')
    .option('--json', 'print the roles with every judged call as one JSON value')
    .action((role: string | undefined, options: Options) => {
      const roles = readByRole(new Layout(options.directory), options.run).filter(
        ({ role: arn, construct }) => role === undefined || arn.includes(role) || construct.includes(role),
      );
      if (options.json) printValue(roles);
      else for (const line of describePermissions(roles, role !== undefined, process.stdout.columns)) print(line);
    });
}

function readByRole(layout: Layout, asked: string | undefined): readonly RolePermissions[] {
  const runs = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort() : [];
  const run = asked ?? runs.filter((one) => fs.existsSync(layout.permissions(one))).at(-1);
  const file = run === undefined ? undefined : layout.permissions(run);
  if (file === undefined || !fs.existsSync(file)) {
    throw new SaiondoError(asked ? `run ${asked} has no judged permissions` : 'no run has judged permissions', {
      code: 'PERMISSIONS_MISSING',
      next: `rehearse with --iam report or enforce; runs: ${runs.slice(-5).join(', ') || 'none'}`,
    });
  }
  const directory = layout.run(run ?? '');
  return byRole(readPermissions(directory), readRoles(directory));
}
