import { type Target, type TargetOptions } from './target';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type * as ConfigurationLoad from '../../config/load';
import type { Configuration } from '../../config/load';
import { personCredentials } from '../../engine/gateway/credentials';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import { connect, type Aws, type Connection } from '../../operator/aws';
import type { Checkout } from '../../operator/commit-log';
import type * as Credentials from '../../operator/credentials';
import { defaultRegion } from '../../operator/default-region';
import type { OperationsOf, OperatorCommand } from '../../operator/operations';
import { loadLater } from '../../model/load-later';
import { packageRoot } from '../input/package';
import { ask, say } from '../output/print';
import { awsError } from './aws-errors';
import { rehearsalTarget, rehearsed } from './rehearsal-target';
import type * as ReadRuns from './read-runs';
import type * as RecordedRehearsal from './recorded-rehearsal';

/** Adds the options that every operator command has. */
export function withTargetOptions(command: Command): Command {
  return command
    .option('--pipeline <NAME>', 'the pipeline (saiondo.yaml’s)')
    .option('--aws', 'the pipeline on AWS, also where a rehearsal of this folder is being served')
    .option('--rehearsal', 'the rehearsals of this folder, also when none is being served')
    .option('--profile <PROFILE>', 'a profile of the AWS CLI')
    .option('--region <REGION>', 'the pipeline’s region (AWS_REGION, else saiondo.yaml’s)')
    .option('--endpoint-url <URL>', 'another endpoint than AWS’s own (AWS_ENDPOINT_URL)')
    .option('--directory <DIRECTORY>', 'where rehearsals keep their state', '.saiondo');
}

/** What a serving rehearsal leaves in its folder. */
const served = z.object({
  endpoint: z.url(),
  pid: z.number().int().positive(),
  /** The person's key, of which their credentials in each account are made. */
  key: z.object({ id: z.string(), secret: z.string() }),
  /** Its page is served. */
  page: z.boolean().default(false),
  /** Folders of the repositories that it rehearses. */
  checkouts: z.array(z.object({ path: z.string(), repository: z.string().optional() })).default([]),
});

/**
 * Finds the pipeline: a rehearsal that is being served from this folder, else the rehearsals' runs on disk, unless AWS was asked for; AWS where
 * there is neither, with credentials and region as the AWS CLI finds them. Where runs are on disk, AWS is never taken because nothing is served any more.
 * @param intent whether the command changes something: runs on disk cannot be changed
 * @throws SaiondoError `PIPELINE_UNKNOWN`, `REGION_UNKNOWN`, `RUN_MISSING`, `NOT_SERVED`, `USAGE`
 */
export async function findTarget(options: TargetOptions, intent: { readonly changes: boolean }): Promise<Target> {
  const configuration = fs.existsSync('saiondo.yaml')
    ? loadLater<typeof ConfigurationLoad>(__filename, '../../config/load').loadConfiguration('saiondo.yaml')
    : undefined;
  const layout = new Layout(path.resolve(options.directory));
  const pipeline = options.pipeline ?? configuration?.pipeline.name ?? onlyRehearsed(layout);
  if (!pipeline)
    throw new SaiondoError('No pipeline is given, and this folder has no saiondo.yaml', {
      code: 'PIPELINE_UNKNOWN',
      next: 'give --pipeline NAME, or run from the folder that holds saiondo.yaml',
    });
  const ours = configuration?.pipeline.name === pipeline ? configuration : undefined;
  const rest = {
    pipeline,
    ...(ours ? { configuration: ours } : {}),
    checkouts: checkoutsOf(ours),
  };
  const endpoint = options.endpointUrl ?? process.env.AWS_ENDPOINT_URL;
  const asksAws = options.aws === true || options.profile !== undefined || endpoint !== undefined;
  if (options.rehearsal && asksAws)
    throw new SaiondoError('--rehearsal and AWS exclude each other', { code: 'USAGE', next: 'leave one of them out' });
  const serving = asksAws ? undefined : servedRehearsal(layout);
  const { region: asked } = options;
  if (serving) {
    // The repositories that it rehearses hold the commits that it is asked for.
    const known = { ...rest, checkouts: [...serving.checkouts, ...rest.checkouts] };
    const { endpoint: address, key, page } = serving;
    const { readRuns } = loadLater<typeof ReadRuns>(__filename, './read-runs');
    const at = {
      endpoint: address,
      local: readRuns(layout),
      page,
      credentials: (account: string) => personCredentials(key, account),
    };
    return rehearsalTarget(known, layout, at, { name: `the rehearsal at ${serving.endpoint}`, region: asked });
  }
  const recorded = recordedRuns(layout);
  const unsaid = !options.rehearsal && !asksAws;
  if (unsaid && recorded.length > 0 && intent.changes) throw notServed(options, recorded);
  if (options.rehearsal || (unsaid && recorded.length > 0)) {
    if (recorded.length === 0)
      throw new SaiondoError(`there is no rehearsal in ${options.directory}`, {
        code: 'RUN_MISSING',
        next: 'saiondo rehearse makes one',
      });
    const { recordedRehearsal } = loadLater<typeof RecordedRehearsal>(__filename, './recorded-rehearsal');
    const { at, close } = recordedRehearsal(layout);
    const name = `the rehearsals in ${options.directory}`;
    return {
      ...rehearsalTarget(rest, layout, at, {
        name: unsaid ? `${name}, of which none is being served; --aws asks AWS` : name,
        region: asked,
      }),
      ...(unsaid ? { found: true } : {}),
      close,
    };
  }
  const { awsConnection } = loadLater<typeof Credentials>(__filename, '../../operator/credentials');
  const region =
    options.region ??
    process.env.AWS_REGION ??
    process.env.AWS_DEFAULT_REGION ??
    ours?.pipeline.region ??
    (await defaultRegion(options.profile));
  if (!region)
    throw new SaiondoError(
      `No region is given: neither the environment nor the profile${options.profile ? ` ${options.profile}` : ''} has one`,
      {
        code: 'REGION_UNKNOWN',
        next: `give --region, or set AWS_REGION${options.profile ? '; aws configure list-profiles lists the profiles' : ''}`,
      },
    );
  const access = {
    ...(options.profile ? { profile: options.profile } : {}),
    ...(endpoint ? { endpoint } : {}),
    mfaCode,
  };
  const where = [region, ...profileName(options.profile), ...(endpoint ? [`at ${endpoint}`] : [])];
  const account =
    ours?.pipeline.account ??
    (await callerAccount(awsConnection({ ...access, home: { region } })).catch((error: unknown) => {
      throw awsError(error, { name: `AWS, ${where.join(', ')}` }, 'your command');
    }));
  return {
    ...rest,
    home: { account, region },
    connection: awsConnection({ ...access, home: { account, region } }),
    name: [`AWS account ${account}`, ...where].join(', '),
    ...(asksAws ? {} : { found: true }),
  };
}

/** The runs of a folder, the oldest first. */
function recordedRuns(layout: Layout): string[] {
  return fs.existsSync(layout.runs())
    ? fs
        .readdirSync(layout.runs())
        .filter((run) => fs.existsSync(layout.events(run)))
        .sort()
    : [];
}

/** A change that nobody can carry out here, and that AWS was not asked for: what to type for the one and for the other. */
function notServed(options: TargetOptions, runs: readonly string[]): SaiondoError {
  const again = ['saiondo', ...process.argv.slice(2)].map(shellWord).join(' ');
  const directory = options.directory === '.saiondo' ? '' : ` --directory ${shellWord(options.directory)}`;
  return new SaiondoError(
    `nothing was changed: ${options.directory} holds rehearsals, none of them is being served, and AWS was not asked for`,
    {
      code: 'NOT_SERVED',
      next: [
        `to change the rehearsal: saiondo rehearse${directory} --resume ${runs.at(-1) ?? ''} --serve, then in another terminal ${again}`,
        `to change the pipeline on AWS: ${again} --aws (or --profile PROFILE, or --endpoint-url URL)`,
      ].join('\n→ '),
    },
  );
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function profileName(given: string | undefined): string[] {
  const profile = given ?? process.env.AWS_PROFILE;
  return profile ? [`profile ${profile}`] : [];
}

function onlyRehearsed(layout: Layout): string | undefined {
  const [first, ...others] = rehearsed(layout);
  return others.length === 0 ? first?.physicalId : undefined;
}

/** AWS for a command: with its operations and no others. */
export function awsFor<Command extends OperatorCommand>(_command: Command, target: Target): Aws<OperationsOf<Command>> {
  return connect<OperationsOf<Command>>(target.connection);
}

/** Tells people whom the command speaks to, so that a rehearsal is never taken for AWS: on a terminal, and wherever nobody said whom to ask. */
export function sayTarget(target: Target): void {
  if (target.found || process.stderr.isTTY) say(`${target.pipeline}, ${target.name}`);
}

/** The rehearsal that is being served from a folder: its process lives. */
function servedRehearsal(layout: Layout): z.infer<typeof served> | undefined {
  try {
    const found = served.parse(JSON.parse(fs.readFileSync(path.join(layout.root, 'serve.json'), 'utf8')));
    process.kill(found.pid, 0);
    return found;
  } catch {
    return undefined;
  }
}

/** The folders where a checkout of a repository is looked for: this one, its neighbour that the README names, and the sample. */
export function checkoutsOf(configuration: Configuration | undefined): Checkout[] {
  const { pipeline, application } = configuration?.repositories ?? {};
  return [
    { path: process.cwd(), repository: pipeline?.name },
    { path: path.resolve('..', 'saiondo'), repository: application?.name },
    { path: path.join(packageRoot, 'examples', 'saiondo'), repository: application?.name },
  ];
}

async function callerAccount(connection: Connection): Promise<string> {
  const { Account } = await connect<'getCallerIdentity'>(connection)().getCallerIdentity({});
  return Account ?? '';
}

async function mfaCode(serial: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new SaiondoError(`the profile needs an MFA code of ${serial}, and there is no terminal to ask for it`, {
      code: 'MFA_CODE',
      next: 'use aws sso login, or a profile without MFA',
    });
  return ask(`MFA code of ${serial}:`);
}
