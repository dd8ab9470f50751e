import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { parse } from 'yaml';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Template } from '../../engine/cloudformation/template';
import { actionRunners } from '../../engine/codepipeline/action-runners';
import type { Approver } from '../../engine/codepipeline/approval';
import { readPipeline } from '../../engine/codepipeline/definition';
import type { PipelineStarter } from '../../engine/codepipeline/invoke-pipeline-action';
import { limitsOf } from '../../engine/codepipeline/limits';
import type { PlanFacts } from '../../engine/codepipeline/plan';
import { PipelineSession } from '../../engine/codepipeline/session';
import type { RuleRunners } from '../../engine/codepipeline/rule';
import type { LocalAws } from '../../engine/local/local-aws';
import { which } from '../../engine/local/tools';
import { unrehearsed } from '../../engine/run/announce';
import { earlierExecutions } from '../../engine/run/earlier-runs';
import { EventLog } from '../../engine/run/event-log';
import { Runs } from '../../engine/run/runs';
import type { RunEvent } from '../../model/events';
import { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';

/** The pipeline's name in every scenario. */
export const PIPELINE = 'pipeline';
const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const REPOSITORY = 'owner/repository';

type Json = Record<string, unknown>;

/**
 * A pipeline of a scenario as a stack's template. Actions may be written short: `Source: true` takes the scenario's repository, `Run: [commands]` is a
 * CodeBuild action with these commands (with `Export: [variables]` and output artifacts of everything), `Approval: true` a manual approval.
 * `Times: 3` of a stage or an action stands for Name-1, Name-2 and Name-3.
 */
export function templateOf(pipeline: Json): Template {
  const resources: Record<string, { Type: string; Properties: Json }> = {};
  const stages = repeated(pipeline.Stages as { Name: string; Actions: Json[] }[]).map((stage) => ({
    ...stage,
    Actions: repeated(stage.Actions).map((action) => expand(action, stage.Name, resources)),
  }));
  resources.Pipeline = {
    Type: 'AWS::CodePipeline::Pipeline',
    Properties: {
      Name: PIPELINE,
      PipelineType: 'V2',
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/pipeline`,
      ...pipeline,
      Stages: stages,
    },
  };
  return { Resources: resources } as Template;
}

function repeated<T extends Json>(list: readonly T[]): T[] {
  return list.flatMap(({ Times, ...one }) =>
    Times === undefined
      ? [one as unknown as T]
      : Array.from(
          { length: Number(Times) },
          (_, at) => ({ ...one, Name: `${String(one.Name)}-${at + 1}` }) as unknown as T,
        ),
  );
}

function expand(action: Json, stage: string, resources: Record<string, { Type: string; Properties: Json }>): Json {
  const { Source, Run, Export, Approval, ...rest } = action;
  const type = (Category: string, Provider: string): Json => ({ Category, Owner: 'AWS', Provider, Version: '1' });
  if (Source)
    return {
      ActionTypeId: type('Source', 'CodeStarSourceConnection'),
      Configuration: { ConnectionArn: 'arn:aws:codeconnections:::', FullRepositoryId: REPOSITORY, BranchName: 'main' },
      OutputArtifacts: [{ Name: 'Source' }],
      ...rest,
    };
  if (Approval) return { ActionTypeId: type('Approval', 'Manual'), ...rest };
  if (!Run) return action;
  const outputs = (rest.OutputArtifacts ?? []) as Json[];
  const name = `${stage}-${String(action.Name)}`;
  resources[name.replace(/\W/g, '')] = {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Name: name,
      Environment: {
        Type: 'LINUX_CONTAINER',
        ComputeType: 'BUILD_GENERAL1_SMALL',
        Image: 'aws/codebuild/standard:7.0',
      },
      ServiceRole: `arn:aws:iam::${ACCOUNT}:role/build`,
      Artifacts: { Type: 'CODEPIPELINE' },
      Source: {
        Type: 'CODEPIPELINE',
        BuildSpec: JSON.stringify({
          version: '0.2',
          ...(Export ? { env: { 'exported-variables': Export } } : {}),
          phases: { build: { commands: Run } },
          ...(outputs.length > 0 ? { artifacts: { files: ['**/*'] } } : {}),
        }),
      },
    },
  };
  return {
    ActionTypeId: type('Build', 'CodeBuild'),
    InputArtifacts: [{ Name: 'Source' }],
    ...rest,
    Configuration: { ProjectName: name, ...((rest.Configuration ?? {}) as Json) },
  };
}

/** Deploys a template where a session finds it: the ledger below a root folder. */
export async function deployPipeline(template: Template, ledger: DiskLedger): Promise<void> {
  const changeSet = computeChangeSet(
    {
      account: ACCOUNT,
      region: REGION,
      stackName: 'Pipeline',
      template,
      file: 'pipeline.yaml',
      parameters: {},
      tags: {},
    },
    ledger,
  );
  const result = await deploy(changeSet, {
    ledger,
    provisioners: new Map(),
    emit: () => undefined,
    environment: 'Pipeline',
  });
  if (!('stack' in result)) throw new Error(`${result.logicalId}: ${result.reason}`);
}

/** The scenario's repository: its `input/` folder, or one file, committed. */
export async function makeRepository(at: string, input: string): Promise<void> {
  fs.mkdirSync(at, { recursive: true });
  if (fs.existsSync(input)) fs.cpSync(input, at, { recursive: true });
  else fs.writeFileSync(path.join(at, 'file.txt'), 'content\n');
  await commitAll(at, 'first');
}

/** Commits whatever stands in a repository; makes it one first. @returns the commit's id */
export async function commitAll(at: string, message: string): Promise<string> {
  const script = `
    [ -d .git ] || git init --quiet --initial-branch=main
    git add --all
    git -c user.name=scenario -c user.email=scenario@localhost -c commit.gpgsign=false commit --quiet --allow-empty --message "$1"
    git rev-parse HEAD`;
  // The same content is the same commit, whenever the test runs.
  const date = '2026-01-01T00:00:00Z';
  const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const { stdout } = await execa('sh', ['-c', script, 'sh', message], { cwd: at, env });
  return stdout.trim();
}

/** A machine with no local AWS endpoint (it takes seconds to start): what a pipeline of shell commands needs. */
export function plainMachine(
  environment: Readonly<Record<string, string>>,
  bin: string,
  endpointUrl = 'http://127.0.0.1:9',
): LocalAws {
  const missing = (name: string): never => {
    throw new Error(`a scenario has no ${name}`);
  };
  return {
    endpointUrl,
    containers: false,
    environment: (_account, region) => ({
      PATH: [bin, process.env.PATH ?? ''].join(path.delimiter),
      AWS_REGION: region,
      ...environment,
    }),
    tool: (name) => which(name, [bin]),
    secret: (_account, _region, name) => missing(name),
    parameter: (_account, _region, name) => missing(name),
  };
}

/** A session on a root folder, with its log. */
export interface OpenSession {
  readonly session: PipelineSession;
  readonly log: EventLog;
  readonly ledger: DiskLedger;
  readonly events: RunEvent[];
  readonly close: () => Promise<void>;
}

/** Opens a session on what has been deployed below a root folder; a run that is there already goes on. */
export function openSession(options: {
  readonly root: string;
  readonly runId: string;
  readonly ledger: DiskLedger;
  readonly local: LocalAws;
  readonly repository: string;
  readonly rules: RuleRunners;
  readonly approve?: Approver;
  /** Starts another pipeline. */
  readonly startPipeline?: PipelineStarter;
  readonly until?: string;
  readonly now?: () => number;
}): OpenSession {
  const { ledger } = options;
  const layout = new Layout(options.root);
  const logs: EventLog[] = [];
  const events: RunEvent[] = [];
  const open = (runId: string): EventLog => {
    const log = new EventLog(layout.events(runId));
    log.listen((event) => events.push(event));
    logs.push(log);
    return log;
  };
  const log = open(options.runId);
  if (log.state.sequence === 0)
    log.emit({
      kind: 'run.started',
      runId: options.runId,
      version: '0.0.0',
      pipeline: PIPELINE,
      assembly: '',
      options: {},
      pid: process.pid,
    });
  const stop = new AbortController();
  // The same for a connection, for CodeCommit and for S3.
  const sources = new Map(
    [REPOSITORY, 'repository', 'source/app.zip'].map((name) => [name, { path: options.repository }]),
  );
  const runners = actionRunners({
    layout,
    ledger,
    provisioners: new Map(),
    sources,
    ...(options.startPipeline ? { startPipeline: options.startPipeline } : {}),
  });
  const facts: PlanFacts = {
    ledger,
    containers: options.local.containers,
    tool: (name) => options.local.tool(name),
    sources,
    kinds: new Set(runners.keys()),
  };
  const session = new PipelineSession({
    layout,
    journal: { runId: options.runId, state: log.state, emit: log.emit },
    history: {
      executions: (name) => earlierExecutions(new Runs(layout), name),
      reopen: (runId) => {
        const reopened = open(runId);
        return { runId, state: reopened.state, emit: reopened.emit };
      },
    },
    ledger,
    local: options.local,
    runners,
    rules: options.rules,
    limits: (pipeline) => {
      const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
      return [...(resource ? limitsOf(pipeline, resource, options.rules) : []), ...unrehearsed(pipeline, facts)];
    },
    approve: options.approve ?? (() => Promise.resolve(undefined)),
    deployed: () => deployedPipeline(ledger),
    signal: stop.signal,
    ...(options.until ? { until: options.until } : {}),
    ...(options.now ? { now: options.now } : {}),
  });
  return {
    session,
    log,
    ledger,
    events,
    close: async () => {
      stop.abort();
      await session.settled();
      logs.forEach((one) => one.close());
    },
  };
}

/** The pipeline as the ledger has it. */
export function deployedPipeline(ledger: DiskLedger): PipelineDefinition {
  const found = ledger.resources('AWS::CodePipeline::Pipeline')[0];
  if (!found) throw new Error('no pipeline is deployed');
  return readPipeline(found, found.stack);
}

/** A YAML file of a scenario's folder. */
export function readYaml(folder: string, name: string): unknown {
  return parse(fs.readFileSync(path.join(folder, name), 'utf8'));
}
