import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { CloudWatchLogsClient, FilterLogEventsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetBuildsCommand, CodeBuildClient } from '@aws-sdk/client-codebuild';
import {
  CodePipelineClient,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  paginateListActionExecutions,
} from '@aws-sdk/client-codepipeline';
import execa from 'execa';
import { packageRoot } from '../commands/input/package';
import { personCredentials, type PersonKey } from '../engine/gateway/credentials';
import { Runs } from '../engine/runs/runs';
import { Layout } from '../model/layout';
import { median, seconds, type Measured } from './figure';
import { ACCOUNT, recordRun, REGION } from './recorded-run';
import { usageIn, writeUsagePreload } from './usage';

const ACTIONS = 100;
const LOG_BYTES = 50_000_000;
const RUNS = 500;
/** How often a command is measured: the middle one counts. */
const REPEATS = 3;
const SAIONDO = path.join(packageRoot, 'dist', 'bin', 'saiondo.js');

/**
 * An execution of 100 actions with 50 MB of logs, asked as the operator's commands ask, of `saiondo serve` in a process of its own.
 * @param directory an empty folder
 */
export async function largeExecution(directory: string): Promise<Measured[]> {
  const buildIds = recordLarge(directory);
  const { server, address } = await serve(directory);
  try {
    const settings = {
      endpoint: new URL(address).origin,
      region: REGION,
      credentials: personCredentials(keyIn(directory), ACCOUNT),
    };
    const pipelines = new CodePipelineClient(settings);
    const builds = new CodeBuildClient(settings);
    const logs = new CloudWatchLogsClient(settings);
    const failed = buildIds.at(-1) ?? '';
    const stream = {
      logGroupName: `/aws/codebuild/${failed.split(':')[0] ?? ''}`,
      logStreamName: failed.split(':')[1] ?? '',
    };
    const status = await seconds(() => pipelines.send(new GetPipelineStateCommand({ name: 'recorded' })));
    const history = await seconds(async () => {
      await pipelines.send(new ListPipelineExecutionsCommand({ pipelineName: 'recorded' }));
      const pages = paginateListActionExecutions({ client: pipelines }, { pipelineName: 'recorded' });
      while (!(await pages.next()).done);
    });
    const triage = await seconds(async () => {
      await builds.send(new BatchGetBuildsCommand({ ids: buildIds }));
      await logs.send(new GetLogEventsCommand(stream));
      await logs.send(new FilterLogEventsCommand({ logGroupName: stream.logGroupName, filterPattern: 'ERROR' }));
    });
    for (const client of [pipelines, builds, logs]) client.destroy();
    return [
      { name: `state of ${ACTIONS} actions`, value: status, unit: 's', bound: 2 },
      { name: `executions and their ${ACTIONS} actions`, value: history, unit: 's', bound: 2 },
      { name: `${ACTIONS} builds, a log’s end and a search in it`, value: triage, unit: 's', bound: 2 },
      {
        name: `memory of the server of ${LOG_BYTES / 1e6} MB of logs`,
        value: peakMegabytes(server.pid),
        unit: 'MB',
        bound: 150,
      },
    ];
  } finally {
    server.kill('SIGINT');
    await server.catch(() => undefined);
  }
}

/** What each command may take, in the processor time of Node.js that starts and reads the same logs. */
const COMMANDS: readonly { readonly command: readonly string[]; readonly bound: number }[] = [
  { command: ['status', '--json'], bound: 8 },
  { command: ['history', '--json'], bound: 8 },
  { command: ['triage', '--json'], bound: 14 },
  { command: ['logs'], bound: 16 },
];

/**
 * The operator's commands on the same execution, each a process of its own with all that it loads: over the runs on disk, and of one that is served.
 * Half of the logs are the failed build's, which `logs` prints whole.
 * @param directory an empty folder
 */
export async function largeCommands(directory: string): Promise<Measured[]> {
  recordLarge(directory, LOG_BYTES / 2);
  const said = path.join(directory, 'usage.json');
  const preload = path.join(directory, 'usage.js');
  writeUsagePreload(preload, said);
  const start = async (given: readonly string[]) => {
    const took = await seconds(() =>
      execa(process.execPath, ['--require', preload, ...given], { cwd: directory, buffer: false, stdio: 'ignore' }),
    );
    return { took, ...usageIn(said) };
  };
  const builds = path.join(directory, '.saiondo', 'runs');
  const read = `const fs = require('node:fs'); for (const one of fs.readdirSync(${JSON.stringify(builds)}, { recursive: true })) if (one.endsWith('log.txt')) fs.readFileSync(${JSON.stringify(builds)} + '/' + one)`;
  const measure = async (where: string): Promise<Measured[]> => {
    const measured: Measured[] = [];
    for (const { command, bound } of COMMANDS) {
      const times: { took: number; ratio: number; megabytes: number }[] = [];
      for (let at = 0; at < REPEATS; at++) {
        const reference = await start(['--eval', read]);
        const one = await start([SAIONDO, ...command, '--pipeline', 'recorded', '--region', REGION]);
        times.push({ ...one, ratio: one.seconds / reference.seconds });
      }
      const on = `saiondo ${command[0] ?? ''} ${where}, on ${ACTIONS} actions and ${LOG_BYTES / 1e6} MB of logs`;
      const of = (key: keyof (typeof times)[number]): number => median(times.map((one) => one[key]));
      measured.push({ name: on, value: of('took'), unit: 's', bound: 1 });
      measured.push({ name: `${on}, over Node.js that reads them`, value: of('ratio'), unit: '', bound });
      measured.push({ name: `${on}, its memory`, value: of('megabytes'), unit: 'MB', bound: 200 });
    }
    return measured;
  };
  const onDisk = await measure('of runs on disk');
  const { server } = await serve(directory);
  try {
    return [...onDisk, ...(await measure('of a served run'))];
  } finally {
    server.kill('SIGINT');
    await server.catch(() => undefined);
  }
}

/** The person's key, where the server leaves it. */
function keyIn(directory: string): PersonKey {
  return (JSON.parse(fs.readFileSync(path.join(directory, '.saiondo', 'serve.json'), 'utf8')) as { key: PersonKey })
    .key;
}

/** @param failed bytes of the failed build's log @returns the ids of its builds; the last one failed */
function recordLarge(directory: string, failed = LOG_BYTES / ACTIONS): string[] {
  const line =
    'a line of a build that says a good deal about what it does, as builds do, and now and then what fails\n';
  const text = (bytes: number): Buffer => Buffer.from(line.repeat(Math.ceil(bytes / line.length)));
  const passed = text((LOG_BYTES - failed) / (ACTIONS - 1));
  const { buildIds } = recordRun(new Layout(path.join(directory, '.saiondo')), {
    runId: '20260101-000001-aaaa',
    builds: ACTIONS,
    fails: [ACTIONS - 1],
    log: (at) => (at === ACTIONS - 1 ? Buffer.concat([text(failed), Buffer.from('ERROR: 1 is not 2\n')]) : passed),
  });
  return buildIds;
}

/** `saiondo serve` in a process of its own, when it answers. */
async function serve(directory: string): Promise<{ server: execa.ExecaChildProcess; address: string }> {
  const server = execa('node', [SAIONDO, 'serve'], { cwd: directory, buffer: false });
  const lines = readline.createInterface({ input: server.stdout as NodeJS.ReadableStream });
  return { server, address: await new Promise<string>((done) => lines.once('line', done)) };
}

/**
 * A list of 500 runs: with their digests, as runs leave them, and made anew from their events.
 * @param directory an empty folder
 */
export async function manyRuns(directory: string): Promise<Measured[]> {
  const layout = new Layout(path.join(directory, '.saiondo'));
  for (let at = 0; at < RUNS; at++)
    recordRun(layout, {
      runId: `20260101-${String(at).padStart(6, '0')}-aaaa`,
      builds: 3,
      fails: at % 3 === 0 ? [0] : [],
    });
  const list = await seconds(() => new Runs(layout).list());
  for (const runId of new Runs(layout).ids()) fs.rmSync(path.join(layout.run(runId), 'digest.json'));
  const anew = await seconds(() => new Runs(layout).list());
  return [
    { name: `${RUNS} runs listed`, value: list, unit: 's', bound: 0.5 },
    { name: `${RUNS} runs listed without their digests`, value: anew, unit: 's', bound: 10 },
  ];
}

/** The most memory that a process has had, where /proc tells (Linux): 0 elsewhere. */
function peakMegabytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1000;
  } catch {
    return 0;
  }
}
