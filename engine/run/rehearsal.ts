import { randomBytes, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { RunEvent, RunVerdict } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';
import { currentExecution, type ExecutionState, type RunState } from '../../model/run-state';
import type { ActionRunners } from '../action';
import { findPipelineStack, readAssembly } from '../assembly/assembly';
import { computeChangeSet } from '../cloudformation/change-set';
import { deploy } from '../cloudformation/deployment';
import { DiskLedger } from '../cloudformation/ledger';
import { resolveParameters } from '../cloudformation/parameters';
import { actionRunners } from '../codepipeline/action-runners';
import { readPipeline } from '../codepipeline/definition';
import { runExecution, type Approver, type ExecutionOutcome } from '../codepipeline/execution';
import type { SourceRepositories } from '../codepipeline/sources';
import { baseImagesOf, ensureBaseImages } from '../local/base-images';
import type { Fixtures } from '../local/fixtures';
import { LocalMachine } from '../local/local-machine';
import { EventLog } from './event-log';
import { takeLock } from './lock';
import { summarize } from './summary';

/** What a rehearsal is asked to do. */
export interface RehearsalOptions {
  readonly layout: Layout;
  /** The version of this package. */
  readonly version: string;
  /** Gives the folder of the cloud assembly; called only when the pipeline has not been deployed here yet, or the assembly is asked for. */
  readonly assembly: () => Promise<string>;
  /** The assembly's pipeline is deployed even where an older one is. */
  readonly deployAssembly: boolean;
  readonly pipeline?: string;
  readonly sources: SourceRepositories;
  readonly fixtures: Fixtures;
  readonly approve: Approver;
  readonly resume?: string;
  readonly only?: string;
  readonly until?: string;
  readonly strict: boolean;
  readonly endpointUrl?: string;
  readonly withoutContainers?: boolean;
  readonly healthSeconds?: number;
  readonly listeners: readonly ((event: RunEvent, state: RunState) => void)[];
  readonly signal: AbortSignal;
  /** Called when the run is over and what it started still runs; whatever it awaits keeps it running. */
  readonly beforeClose?: (state: RunState) => Promise<void>;
}

/** The name of a new run: sorts by time. */
export function newRunId(): string {
  return `${new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(2).toString('hex')}`;
}

/** The self-mutations that one run follows; more would be a pipeline that never settles. */
const MOST_MUTATIONS = 3;

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
  const unlock = takeLock(path.join(layout.root, 'lock'));
  try {
    const log = new EventLog(layout.events(runId));
    for (const listener of options.listeners) log.listen((event) => listener(event, log.state));
    if (resume) log.emit({ kind: 'run.resumed', pid: process.pid });
    try {
      return await new Rehearsal(options, runId, log).run();
    } finally {
      log.close();
    }
  } finally {
    unlock();
  }
}

class Rehearsal {
  private readonly ledger: DiskLedger;
  private machine: LocalMachine | undefined;

  constructor(
    private readonly options: RehearsalOptions,
    private readonly runId: string,
    private readonly log: EventLog,
  ) {
    this.ledger = new DiskLedger(options.layout);
  }

  async run(): Promise<RunState> {
    const { log, options } = this;
    try {
      if (!options.resume) {
        log.emit({
          kind: 'run.started',
          runId: this.runId,
          version: options.version,
          pipeline: options.pipeline ?? '',
          assembly: '',
          options: this.remembered(),
          pid: process.pid,
        });
      }
      this.machine = await LocalMachine.open({
        layout: options.layout,
        ledger: this.ledger,
        emit: log.emit,
        fixtures: options.fixtures,
        signal: options.signal,
        ...(options.endpointUrl ? { endpointUrl: options.endpointUrl } : {}),
        ...(options.withoutContainers ? { withoutContainers: true } : {}),
        ...(options.healthSeconds ? { healthSeconds: options.healthSeconds } : {}),
      });
      const outcome = await this.execute(this.machine);
      await this.checkEndpoints();
      this.end(outcome);
      if (options.beforeClose) await options.beforeClose(log.state);
      return log.state;
    } catch (error) {
      if (options.signal.aborted && !log.state.verdict) this.end('Stopped');
      else if (!log.state.verdict)
        log.emit({
          kind: 'run.ended',
          verdict: 'failed',
          summary: error instanceof Error ? error.message : String(error),
          exitCode: error instanceof SaiondoError && error.source === 'user' ? 2 : 1,
        });
      if (!options.signal.aborted) throw error;
      return log.state;
    } finally {
      await this.machine?.close();
    }
  }

  private async execute(machine: LocalMachine): Promise<ExecutionOutcome> {
    const { log, options } = this;
    let pipeline = await this.deployedPipeline(machine);
    log.emit({ kind: 'pipeline.defined', definition: pipeline });
    await this.prepareImages(machine);
    let execution =
      this.unfinished(pipeline) ?? this.startExecution(pipeline, options.resume ? 'StartPipelineExecution' : 'Manual');
    for (let mutations = 0; ; mutations++) {
      const outcome = await runExecution(pipeline, {
        layout: options.layout,
        runId: this.runId,
        ledger: this.ledger,
        local: machine,
        runners: this.runners(machine),
        approve: options.approve,
        emit: log.emit,
        signal: options.signal,
        state: execution,
        deployed: () => this.findPipeline(pipeline.name) ?? pipeline,
        ...(options.only ? { only: options.only } : {}),
        ...(options.until ? { until: options.until } : {}),
      });
      const { executionId } = execution;
      if (outcome !== 'Mutated') {
        const status = ({ Succeeded: 'Succeeded', Failed: 'Failed', Waiting: 'Waiting', Stopped: 'Stopped' } as const)[
          outcome
        ];
        if (!options.only && !(options.until && outcome === 'Succeeded'))
          log.emit({ kind: 'execution.ended', executionId, status });
        return outcome;
      }
      const next = this.findPipeline(pipeline.name) ?? pipeline;
      log.emit({
        kind: 'pipeline.mutated',
        fromStructureVersion: pipeline.structureVersion,
        toStructureVersion: next.structureVersion,
        reason: 'self-mutation deployed another structure',
      });
      log.emit({ kind: 'execution.ended', executionId, status: 'Cancelled', detail: 'the pipeline was updated' });
      if (mutations >= MOST_MUTATIONS)
        throw new SaiondoError(`the pipeline changed itself ${MOST_MUTATIONS + 1} times in one run`, {
          code: 'MUTATION_LOOP',
          next: 'its synth gives another pipeline each time: compare two of them',
        });
      if (!next.restartExecutionOnUpdate) return 'Stopped';
      pipeline = next;
      log.emit({ kind: 'pipeline.defined', definition: pipeline });
      execution = this.startExecution(pipeline, 'PipelineUpdated');
    }
  }

  /** The execution that a resumed run goes on with; one of another structure cannot be retried, as in CodePipeline. */
  private unfinished(pipeline: PipelineDefinition): ExecutionState | undefined {
    const execution = currentExecution(this.log.state);
    return execution && execution.structureVersion === pipeline.structureVersion && execution.status !== 'Cancelled'
      ? execution
      : undefined;
  }

  private startExecution(pipeline: PipelineDefinition, trigger: string): ExecutionState {
    const executionId = randomUUID();
    this.log.emit({
      kind: 'execution.started',
      executionId,
      structureVersion: pipeline.structureVersion,
      trigger: { type: trigger },
    });
    return currentExecution(this.log.state) as ExecutionState;
  }

  private runners(machine: LocalMachine): ActionRunners {
    const { layout, sources } = this.options;
    return actionRunners({ layout, sources, ledger: this.ledger, provisioners: machine.provisioners });
  }

  /** The pipeline as an earlier rehearsal left it; the first time, and when an assembly is given, as the assembly has it. */
  private async deployedPipeline(machine: LocalMachine): Promise<PipelineDefinition> {
    const { options } = this;
    const known = options.pipeline === undefined ? undefined : this.findPipeline(options.pipeline);
    if (known && !options.deployAssembly) return known;
    const stack = findPipelineStack(readAssembly(await options.assembly()), options.pipeline);
    const at = { account: stack.account, region: stack.region, stackName: stack.stackName };
    const parameters = await resolveParameters(stack.template, {}, at, (account, region, name) =>
      machine.parameter(account, region, name),
    );
    const changeSet = computeChangeSet(
      { ...at, template: stack.template, file: path.basename(stack.templateFile), parameters, tags: {} },
      this.ledger,
    );
    const result = await deploy(changeSet, {
      ledger: this.ledger,
      provisioners: machine.provisioners,
      emit: this.log.emit,
      environment: stack.stackName,
    });
    if (!('stack' in result))
      throw new SaiondoError(`the pipeline’s stack could not be deployed: ${result.logicalId}: ${result.reason}`, {
        code: 'PIPELINE_NOT_DEPLOYED',
      });
    const resource = Object.values(result.stack.resources).find((one) => one.type === 'AWS::CodePipeline::Pipeline');
    if (!resource) throw new SaiondoError(`the stack ${stack.stackName} has no pipeline`, { code: 'PIPELINE_MISSING' });
    return readPipeline(resource, result.stack);
  }

  private findPipeline(name: string): PipelineDefinition | undefined {
    const found = this.ledger.resources('AWS::CodePipeline::Pipeline').find((one) => one.physicalId === name);
    return found && readPipeline(found, found.stack);
  }

  private async prepareImages(machine: LocalMachine): Promise<void> {
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
    const images = [...this.options.sources.values()].flatMap((source) =>
      fs.existsSync(source.path) ? baseImagesOf(source.path) : [],
    );
    await ensureBaseImages(machine.engine, [...new Set(images)], this.log.emit);
  }

  /** What a person would try first: each load balancer is asked for its health path, as the run leaves it. */
  private async checkEndpoints(): Promise<void> {
    if (this.options.signal.aborted || !this.machine?.containers) return;
    const groups = this.ledger.resources('AWS::ElasticLoadBalancingV2::TargetGroup');
    for (const balancer of this.ledger.resources('AWS::ElasticLoadBalancingV2::LoadBalancer')) {
      const health = groups.find((group) => group.stack.stackName === balancer.stack.stackName)?.properties
        .HealthCheckPath;
      const url = `http://${String(balancer.attributes.DNSName)}${String(health ?? '/')}`;
      const { status, body } = await get(url);
      this.log.emit({
        kind: 'endpoint.checked',
        environment: balancer.stack.stackName,
        name: balancer.logicalId,
        url,
        status,
        body: body.slice(0, 500),
      });
    }
  }

  private end(outcome: ExecutionOutcome): void {
    const { log, options } = this;
    const { verdict, text, exitCode } = summarize(log.state, outcome, {
      strict: options.strict,
      ...(options.only ? { only: options.only } : {}),
    });
    log.emit({
      kind: 'run.ended',
      verdict: verdict satisfies RunVerdict,
      summary: text,
      exitCode: options.signal.aborted ? 130 : exitCode,
    });
  }

  /** What --resume has to know. No secret is among it. */
  private remembered(): Record<string, unknown> {
    const { pipeline, sources, until, only } = this.options;
    return { pipeline, sources: Object.fromEntries(sources), until, only };
  }
}

function get(url: string): Promise<{ status: number; body: string }> {
  return new Promise((done) => {
    http
      .get(url, { timeout: 5000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () =>
          done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      })
      .once('error', (error) => done({ status: 0, body: error.message }));
  });
}
