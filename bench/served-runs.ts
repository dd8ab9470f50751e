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
import { seconds, type Measured } from './figure';
import { ACCOUNT, recordRun, REGION } from './recorded-run';
import { usageIn, writeUsagePreload } from './usage';

const ACTIONS = 100;
const LOG_BYTES = 50_000_000;
const RUNS = 500;
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

/**
 * The operator's commands on the same execution, each a process of its own with all that it loads.
 * @param directory an empty folder
 */
export async function largeCommands(directory: string): Promise<Measured[]> {
  recordLarge(directory);
  const { server } = await serve(directory);
  const said = path.join(directory, 'usage.json');
  const preload = path.join(directory, 'usage.js');
  writeUsagePreload(preload, said);
  try {
    const measured: Measured[] = [];
    for (const command of ['status', 'history', 'triage']) {
      const given = ['--require', preload, SAIONDO, command, '--pipeline', 'recorded', '--region', REGION, '--json'];
      const took = await seconds(() => execa(process.execPath, given, { cwd: directory }));
      const { megabytes } = usageIn(said);
      const on = `saiondo ${command} on ${ACTIONS} actions and ${LOG_BYTES / 1e6} MB of logs`;
      measured.push({ name: on, value: took, unit: 's', bound: 2 });
      measured.push({ name: `${on}, its memory`, value: megabytes, unit: 'MB', bound: 150 });
    }
    return measured;
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

/** @returns the ids of its builds; the last one failed */
function recordLarge(directory: string): string[] {
  const line =
    'a line of a build that says a good deal about what it does, as builds do, and now and then what fails\n';
  const text = Buffer.from(line.repeat(Math.ceil(LOG_BYTES / ACTIONS / line.length)));
  const { buildIds } = recordRun(new Layout(path.join(directory, '.saiondo')), {
    runId: '20260101-000001-aaaa',
    builds: ACTIONS,
    fails: [ACTIONS - 1],
    log: (at) => (at === ACTIONS - 1 ? Buffer.concat([text, Buffer.from('ERROR: 1 is not 2\n')]) : text),
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
