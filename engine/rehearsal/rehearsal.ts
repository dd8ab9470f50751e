// Longer than 300 lines: one run from its lock to its verdict, in order.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Emit, RunVerdict } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';
import { judgedExecution, type RunState } from '../../model/run-state';
import { DiskLedger } from '../cloudformation/ledger';
import { sayLimit } from '../codebuild/start/limits';
import { actionRunners } from '../codepipeline/providers/action-runners';
import type { Approver } from '../codepipeline/execution/approval';
import { NO_INPUTS, type AccountInputs } from '../ports/account-inputs';
import type { IsolationKind } from '../ports/isolation';
import type { GivenVariables } from '../ports/local-aws';
import type { PipelineControl } from '../ports/pipeline-control';
import { isActive } from '../codepipeline/execution/decide';
import type { PipelineStarter, PlanFacts } from '../codepipeline/actions/action-provider';
import { limitsOf } from '../codepipeline/checks/limits';
import { ruleRunners } from '../codepipeline/rules/rule-providers';
import { foreseeLimits } from '../codepipeline/plan/foresee-limits';
import type { Journal } from '../codepipeline/execution/journals';
import { PipelineSession } from '../codepipeline/execution/session';
import { baseImagesOf, ensureBaseImages, imagesIn } from '../resources/base-images';
import { endLeftBuilds, endLeftProcesses } from '../host/build-processes';
import { becomeEngine } from '../host/engine-mark';
import { startWatcher, type Watcher } from '../host/watcher';
import { brokenResources } from '../cloudformation/restoration';
import type { Fixtures } from '../fixtures/fixtures';
import type { AwsHandler, PageHandler } from '../ports/aws-request';
import type { Credentials } from '../gateway/credentials';
import { LocalMachine } from './local-machine';
import type { Machine } from './machine';
import type { ToolNeed } from '../host/tools';
import { Permissions } from './permissions';
import type { ExecutionPolicy } from '../ports/execution-policy';
import type { IamMode } from '../ports/iam-mode';
import { announceTriggers, unrehearsed } from './announce';
import { checkEndpoints } from './check-endpoints';
import { DeployedPipelines } from './deployed-pipelines';
import { earlierExecutions } from './earlier-runs';
import { neededFor } from '../codepipeline/plan/needs';
import { takenOver } from '../codepipeline/execution/taken-over';
import { resultsBefore } from './results-before';
import { followChanges, type ChangedSources } from './watch';
import { readRun } from '../runs/event-log';
import { InvokedPipelines } from './invoked-pipelines';
import { closeFolders } from '../files/private-folders';
import { takeLock } from '../host/lock';
import { beginRun, newRunId, openLog, tellTools, type Listener, type OpenLog, type RunRequest } from './run-log';
import { Runs, saveDigest } from '../runs/runs';
import { KnownSecrets } from '../secrets/known-secrets';
import { summarize } from './summary';
import { checkNotPast, checkUntil } from './until';

/** What a rehearsal is asked to do. */
export interface RehearsalOptions extends RunRequest {
  readonly layout: Layout;
  /** Gives the folder of the cloud assembly; called only when the pipeline has not been deployed here yet, or the assembly is asked for. */
  readonly assembly: () => Promise<string>;
  /** The assembly's pipeline is deployed even where an older one is. */
  readonly deployAssembly: boolean;
  readonly fixtures: Fixtures;
  /** What the app needs of its account, as a person gives it. */
  readonly inputs?: AccountInputs;
  /** What the builds need of this machine, looked at beforehand; part of the run's record. */
  readonly tools?: readonly ToolNeed[];
  readonly approve: Approver;
  readonly resume?: string;
  /** With `only`: in a run of its own, with all that the action needs. */
  readonly needs?: boolean;
  /** What changes while the run's result stands; the run then begins again from there. */
  readonly watch?: ChangedSources;
  readonly strict: boolean;
  readonly endpointUrl?: string;
  readonly withoutContainers?: boolean;
  readonly healthSeconds?: number;
  /** What a denied permission does; nothing is judged where nobody says. */
  readonly iam?: IamMode;
  /** What CloudFormation's role of `cdk bootstrap` has. Default: it is an administrator. */
  readonly executionPolicies?: readonly ExecutionPolicy[];
  /** How many builds run at once; by default as many as this machine carries. */
  readonly jobs?: number;
  /** How builds are kept apart; without it the best that this machine has. */
  readonly isolation?: IsolationKind;
  /** Variables that a person gives to builds. */
  readonly given?: GivenVariables;
  readonly listeners: readonly Listener[];
  readonly signal: AbortSignal;
  /** Values for the pipeline's variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Called at the run's verdict, and at each further one of a session that stays open, while what it started still runs. */
  readonly beforeClose?: (state: RunState) => Promise<void>;
  /** Called when the session takes requests. What they lead to is told by the events; the state is that of the session's own run. */
  readonly onControl?: (control: PipelineControl, state: () => RunState) => void;
  /** The session stays open after its verdict and takes requests, for its own executions and those of earlier runs, until the signal aborts. */
  readonly stayOpen?: boolean;
  /** The page for people, at the address of the AWS endpoint, and that address's port (a free one where none is named). */
  readonly page?: PageHandler;
  /** What that page answers to signed requests, by the service's name in a signature. */
  readonly handlers?: ReadonlyMap<string, AwsHandler>;
  /** The credentials of the rehearsal; who serves its page and its person makes them. */
  readonly credentials?: Credentials;
  readonly port?: number;
  /** Refuses a pipeline that is not what was asked for, by throwing. */
  readonly check?: (pipeline: PipelineDefinition) => void;
  /** Secrets that are known beforehand; the run adds those that it learns of. What the run records shows none of them. */
  readonly secrets?: KnownSecrets;
  /** What stands in for AWS; default a {@link LocalMachine}. */
  readonly machine?: (emit: Emit, ledger: DiskLedger) => Promise<Machine>;
}

/** Rehearses a pipeline: from its sources to its last stage, on this machine. @returns the run's state with verdict and exit code */
export async function rehearse(options: RehearsalOptions): Promise<RunState> {
  const { layout, resume } = options;
  const runId = resume ?? newRunId();
  if (resume && !fs.existsSync(layout.events(resume))) {
    throw new SaiondoError(`there is no run ${resume}`, {
      code: 'RUN_MISSING',
      next: `runs: ${fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).slice(-5).join(', ') : 'none'}`,
    });
  }
  if (resume && options.until !== undefined) checkNotPast(options.until, readRun(layout.events(runId)));
  const mark = becomeEngine(layout.root);
  let left: number[] = [];
  const unlock = takeLock(path.join(layout.root, 'lock'), () => (left = endLeftBuilds(layout)));
  const watcher = startWatcher(mark);
  try {
    left = [...new Set([...left, ...endLeftProcesses(layout)])];
    closeFolders(layout, runId);
    const secrets = options.secrets ?? new KnownSecrets();
    const log = openLog(layout, options.listeners, runId, secrets);
    const ended = log.state.verdict !== undefined;
    secrets.onShown((name) => log.emit({ kind: 'message', level: 'warning', text: tooCommon(name) }));
    if (resume) log.emit({ kind: 'run.resumed', pid: process.pid });
    if (left.length > 0)
      log.emit({
        kind: 'message',
        level: 'info',
        text: `ended what a killed engine left running: processes ${left.join(', ')}`,
      });
    const rehearsal = new Rehearsal({ ...options, secrets }, log, ended, watcher);
    try {
      return await rehearsal.run();
    } finally {
      secrets.onShown(() => undefined);
      rehearsal.closeLogs();
    }
  } finally {
    watcher.dismiss();
    unlock();
  }
}

/** What is said of a secret that no text is cleaned of. */
const tooCommon = (name: string): string =>
  `${name} has a value that is too common to be masked (a word such as true, a number, fewer than 4 characters): screens, events and reports show it; a longer value is masked`;

class Rehearsal {
  private readonly ledger: DiskLedger;
  private readonly reopened: OpenLog[] = [];
  private readonly pipelines: DeployedPipelines;
  private readonly permissions: Permissions;
  private machine: Machine | undefined;
  private session: PipelineSession | undefined;
  /** The runs of this rehearsal's own pipeline: the first, and one for each change of the sources. */
  private readonly rounds = new Set<Journal>();
  /** The actions that were asked for alone. */
  private chosen: readonly string[] = [];

  constructor(
    private readonly options: RehearsalOptions,
    private readonly log: OpenLog,
    /** The resumed run had its verdict: what failed in it is to be tried again. */
    private readonly ended: boolean,
    private readonly watcher: Watcher,
  ) {
    this.ledger = new DiskLedger(options.layout);
    this.pipelines = new DeployedPipelines(this.ledger);
    const { layout } = options;
    const book = { file: layout.permissions(log.runId), roles: layout.roles(log.runId), emit: log.emit };
    this.permissions = new Permissions(this.ledger, options.iam ?? 'off', book, options.executionPolicies);
  }

  async run(): Promise<RunState> {
    const { log, options } = this;
    try {
      if (!options.resume) {
        beginRun(log, options);
        tellTools(log.emit, options.tools ?? []);
      }
      for (const { message, next = '' } of this.ledger.damaged())
        log.emit({ kind: 'message', level: 'warning', text: `${message}. ${next}` });
      this.machine = await this.openMachine();
      const pipeline = await this.deployedPipeline(this.machine);
      options.check?.(pipeline);
      if (options.until !== undefined) checkUntil(options.until, pipeline);
      if (options.from !== undefined) resultsBefore(options.from, pipeline, options.layout, log.runId);
      await this.prepareImages(this.machine, pipeline);
      const invoked = this.invokedPipelines(this.machine);
      const session = this.openSession(this.machine, pipeline, log, invoked.start);
      if (options.only) {
        this.chosen = options.needs ? neededFor(pipeline, options.only) : [options.only];
        if (options.needs) await session.runChosen(this.chosen, options.variables);
        else await this.runOnly(session, options.only);
        await invoked.ended();
        await this.verdict(session);
      } else {
        await this.announce(this.machine, pipeline);
        this.begin(session, pipeline);
        this.session = session;
        options.onControl?.(session, () => log.state);
        await this.follow(session, invoked);
        if (options.watch) await this.followChanges(options.watch, this.machine, pipeline.name);
      }
      return log.state;
    } catch (error) {
      if (options.signal.aborted && !log.state.verdict) this.end(log);
      else if (!log.state.verdict) this.endWith(error);
      if (!options.signal.aborted) throw error;
      return log.state;
    } finally {
      await this.machine?.close();
    }
  }

  closeLogs(): void {
    for (const log of [this.log, ...this.reopened]) {
      log.close();
      saveDigest(this.options.layout, log.state);
    }
  }

  private openMachine(): Promise<Machine> {
    const { log, options } = this;
    if (options.machine) return options.machine(log.emit, this.ledger);
    return LocalMachine.open({
      layout: options.layout,
      ledger: this.ledger,
      emit: log.emit,
      fixtures: options.fixtures,
      signal: options.signal,
      onContainers: (command) => this.watcher.containers(command),
      control: () => this.session,
      authorize: this.permissions.authorize,
      permits: this.permissions.permits,
      ...(options.secrets ? { secrets: options.secrets } : {}),
      ...(options.page ? { page: options.page } : {}),
      ...(options.handlers ? { handlers: options.handlers } : {}),
      ...(options.credentials ? { credentials: options.credentials } : {}),
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.endpointUrl ? { endpointUrl: options.endpointUrl } : {}),
      ...(options.withoutContainers ? { withoutContainers: true } : {}),
      ...(options.isolation ? { isolation: options.isolation } : {}),
      ...(options.given ? { given: options.given } : {}),
      ...(options.inputs ? { inputs: options.inputs } : {}),
      ...(options.jobs ? { jobs: options.jobs } : {}),
      ...(options.healthSeconds ? { healthSeconds: options.healthSeconds } : {}),
    });
  }

  /** What a first execution has to say before it starts; a resumed run has said it. */
  private async announce(machine: Machine, pipeline: PipelineDefinition): Promise<void> {
    const { log, options } = this;
    if (log.state.executions.length > 0) return;
    await announceTriggers(pipeline, options.sources, log.emit);
    for (const limit of await foreseeLimits(pipeline, this.ledger, machine))
      sayLimit({ layout: options.layout, runId: log.runId }, log.emit, limit);
  }

  /** The pipelines that this run's actions start. Their own actions start none: a chain of pipelines could have no end. */
  private invokedPipelines(machine: Machine): InvokedPipelines {
    const { options } = this;
    return new InvokedPipelines({
      find: (name) => this.pipelines.find(name),
      begin: ({ name }) => {
        const log = openLog(options.layout, [], newRunId(), options.secrets);
        this.reopened.push(log);
        beginRun(log, { ...options, pipeline: name });
        return log;
      },
      open: (pipeline, journal) => this.openSession(machine, pipeline, journal),
      end: (journal) => this.end(journal),
      emit: this.log.emit,
    });
  }

  private openSession(
    machine: Machine,
    pipeline: PipelineDefinition,
    journal: Journal,
    startPipeline?: PipelineStarter,
  ): PipelineSession {
    const { options } = this;
    const { layout, sources } = options;
    const known = actionRunners({
      cloudFormation: machine.cloudFormation,
      provisioners: machine.provisioners,
      sources,
      ...(startPipeline ? { startPipeline } : {}),
    });
    const guarded = this.permissions.guard(known);
    const before =
      options.from === undefined ? undefined : resultsBefore(options.from, pipeline, layout, this.log.runId);
    const runners = before ? takenOver(guarded, before) : guarded;
    const rules = ruleRunners();
    const earlier = new Runs(layout);
    const facts: PlanFacts = {
      ledger: this.ledger,
      containers: machine.containers,
      tool: (name) => machine.tool(name),
      sources,
    };
    return new PipelineSession({
      journal,
      history: {
        executions: (name) => earlierExecutions(earlier, name),
        reopen: (runId) => {
          const reopened = openLog(layout, options.listeners, runId, options.secrets);
          this.reopened.push(reopened);
          if (!reopened.state.verdict) reopened.emit({ kind: 'run.resumed', pid: process.pid });
          return reopened;
        },
      },
      layout,
      ledger: this.ledger,
      local: machine,
      runners,
      rules,
      approve: options.approve,
      limits: (definition) => {
        const resource = this.pipelines.resource(definition.name);
        return [...(resource ? limitsOf(definition, resource, rules) : []), ...unrehearsed(definition, facts)];
      },
      deployed: () => this.pipelines.find(pipeline.name) ?? pipeline,
      signal: options.signal,
      ...(options.until && this.isOwn(journal) ? { until: options.until } : {}),
    });
  }

  /** Continues with what a resumed run left, else starts an execution. One of another structure cannot be retried, as in CodePipeline. */
  private begin(session: PipelineSession, { name }: PipelineDefinition): void {
    const { options, log } = this;
    session.open();
    const last = judgedExecution(log.state);
    if (log.state.executions.some(isActive)) return;
    const current = last?.structureVersion === log.state.definition?.structureVersion;
    // Killed while it was ending after Ctrl-C: it has no verdict, and what it stopped is to be tried again all the same.
    const ended = this.ended || last?.stopping?.reason === 'interrupted';
    if (last && current && (!ended || ['Succeeded', 'Superseded'].includes(last.status))) return;
    const failed = [...(last?.stages ?? [])].find(([, stage]) => ['Failed', 'Stopped'].includes(stage.status));
    // A rollback that has entered the stage since makes it unretryable: the pipeline starts again.
    const rolledBack = log.state.executions.some((one) => one.mode === 'ROLLBACK' && one.rollbackStage === failed?.[0]);
    if (last && current && failed && !rolledBack) {
      session.resumeStage(last.executionId, failed[0]);
      return;
    }
    session.startPipelineExecution({
      name,
      ...(options.variables ? { variables: options.variables } : {}),
      trigger: { type: 'StartPipelineExecution', detail: 'saiondo rehearse' },
    });
  }

  /** Waits for the verdict; a session that stays open has another one whenever a request has led to something. */
  private async follow(session: PipelineSession, invoked: InvokedPipelines): Promise<void> {
    const { signal, stayOpen } = this.options;
    const aborted = new Promise<void>((done) => {
      if (signal.aborted) done();
      else signal.addEventListener('abort', () => done(), { once: true });
    });
    for (;;) {
      await session.settled();
      await invoked.ended();
      await this.verdict(session);
      if (!stayOpen || signal.aborted) return;
      const activity = session.nextActivity();
      if (session.openJournals().every((journal) => journal.state.verdict)) await Promise.race([activity, aborted]);
      if (signal.aborted && session.openJournals().every((journal) => journal.state.verdict)) return;
    }
  }

  /** Each change of the sources is a run of its own on the machine that is open. */
  private followChanges(watch: ChangedSources, machine: Machine, name: string): Promise<void> {
    const { options } = this;
    return followChanges(watch, {
      signal: options.signal,
      variables: options.variables ?? {},
      find: () => this.pipelines.find(name),
      open: (pipeline) => {
        const log = openLog(options.layout, options.listeners, newRunId(), options.secrets);
        this.reopened.push(log);
        this.rounds.add(log);
        beginRun(log, options);
        const session = this.openSession(machine, pipeline, log);
        this.session = session;
        options.onControl?.(session, () => log.state);
        return { log, session };
      },
      end: async (log, chosen) => {
        this.end(log, chosen);
        if (options.beforeClose) await options.beforeClose(log.state);
      },
    });
  }

  private async verdict(session: PipelineSession): Promise<void> {
    const { log, options } = this;
    if (!options.signal.aborted && this.machine?.containers) await checkEndpoints(this.ledger, log.emit);
    for (const journal of session.openJournals()) if (!journal.state.verdict) this.end(journal);
    if (options.beforeClose) await options.beforeClose(log.state);
  }

  private async runOnly(session: PipelineSession, path_: string): Promise<void> {
    const execution = judgedExecution(this.log.state);
    if (!execution)
      throw new SaiondoError(`the run ${this.log.runId} has no execution whose artifacts ${path_} could use`, {
        code: 'RUN_MISSING',
        next: 'run saiondo rehearse first',
      });
    await session.runAlone(execution.executionId, path_);
  }

  /** The pipeline as an earlier rehearsal left it; the first time, and when an assembly is given, as the assembly has it. */
  private async deployedPipeline(machine: Machine): Promise<PipelineDefinition> {
    const { options, log } = this;
    const name = options.pipeline ?? log.state.definition?.name;
    const known = name === undefined ? undefined : this.pipelines.find(name);
    if (known && !options.deployAssembly) return known;
    const { inputs = NO_INPUTS } = options;
    // What AWS's services may do for the pipeline's own stack is judged with its actions.
    const permits = { resource: this.permissions.permits.resource, stack: () => undefined };
    return this.pipelines.deploy(await options.assembly(), options.pipeline, machine, log.emit, inputs, permits);
  }

  private async prepareImages(machine: Machine, pipeline: PipelineDefinition): Promise<void> {
    if (this.options.withoutContainers) {
      // A person wanted it so: no tool is missing.
      const text = 'containers are switched off (--no-containers): what needs them is not rehearsed';
      this.log.emit({ kind: 'message', level: 'info', text });
      return;
    }
    if (!machine.engine || !machine.containers) {
      this.log.emit({
        kind: 'tool.checked',
        name: 'docker',
        status: 'missing',
        detail: `services do not run in containers: ${machine.containersMissing ?? ''}`,
        neededBy: [],
      });
      return;
    }
    const folders = [...this.options.sources.values()].map((source) => source.path).filter((one) => fs.existsSync(one));
    const projects = this.ledger.resources('AWS::CodeBuild::Project').map((one) => one.properties);
    const builds = JSON.stringify([pipeline, projects]);
    const images = (await Promise.all(folders.map((folder) => baseImagesOf(folder, builds)))).flat();
    // A build may be given the text of a Dockerfile as a variable.
    images.push(...projects.flatMap(variablesOf).flatMap(imagesIn));
    await ensureBaseImages(machine.engine, [...new Set(images)], this.log.emit, this.options.signal);
  }

  private isOwn(journal: Journal): boolean {
    return journal === this.log || this.rounds.has(journal);
  }

  private end(journal: Journal, chosen = journal === this.log ? this.chosen : []): void {
    const { options } = this;
    const own = this.isOwn(journal);
    const judged = summarize(journal.state, {
      strict: options.strict,
      interrupted: options.signal.aborted,
      ...(chosen.length > 0 ? { only: chosen } : {}),
      ...(own && options.until ? { until: options.until } : {}),
    });
    const broken = own && judged.verdict === 'passed' ? brokenResources(this.ledger) : [];
    const { verdict, text, exitCode } =
      broken.length === 0
        ? judged
        : { verdict: 'failed' as const, text: `deployed, and not brought back: ${broken.join('; ')}`, exitCode: 1 };
    journal.emit({ kind: 'run.ended', verdict: verdict satisfies RunVerdict, summary: text, exitCode });
  }

  private endWith(error: unknown): void {
    try {
      this.log.emit({
        kind: 'run.ended',
        verdict: 'failed',
        summary: error instanceof Error ? error.message : String(error),
        exitCode: error instanceof SaiondoError && error.source === 'user' ? 2 : 1,
      });
    } catch {
      // A log that cannot be written (a full disk) cannot tell this either; the error goes to the caller.
    }
  }
}

function variablesOf(project: Readonly<Record<string, unknown>>): string[] {
  const { EnvironmentVariables: variables = [] } = (project.Environment ?? {}) as {
    EnvironmentVariables?: { Value?: unknown }[];
  };
  return variables.map(({ Value }) => (typeof Value === 'string' ? Value : ''));
}
