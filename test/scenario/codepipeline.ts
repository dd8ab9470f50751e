import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { z } from 'zod';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { PipelineStarter } from '../../engine/codepipeline/actions/action-provider';
import { refuseInvalid } from '../../engine/codepipeline/checks/pipeline-check';
import type { RuleRunner, RuleRunners } from '../../engine/ports/rule';
import { ruleRunners } from '../../engine/codepipeline/rules/rule-providers';
import { triggersOn } from '../../engine/codepipeline/triggers/trigger-filter';
import { SaiondoError } from '../../model/errors';
import type { RunEvent } from '../../model/events';
import { Layout } from '../../model/layout';
import type { ExecutionState } from '../../model/run-state';
import { AwsStandIn, type AwsContent } from './aws-stand-in';
import { shouldMatch, matching } from './matching';
import {
  commitAll,
  deployedPipeline,
  deployPipeline,
  makeRepository,
  openSession,
  PIPELINE,
  plainMachine,
  readYaml,
  templateOf,
  type OpenSession,
} from './pipeline-session';

/**
 * The harness of CodePipeline's scenarios: a pipeline of real builds in a session of its own, and requests while it runs. Beside rule.yaml:
 *
 *     pipeline.yaml     properties of the AWS::CodePipeline::Pipeline, with the short actions of `templateOf`; `update` deploys another file
 *     script.yaml       what is asked of it, step by step; without it: one execution, `one`, to its end
 *     input/            the repository's files
 *     others.yaml       names of other pipelines that it can start
 *     aws.yaml          what it finds in AWS: alarms and their states, buckets
 *     triggers.yaml     instead of a run: pushes, tags and pull requests, and whether each starts the pipeline
 *     expect.yaml       what must come out
 *
 * Builds can `hold NAME`: they wait until the script releases that name. Nothing sleeps.
 */
const refused = z.string().optional();
const step = z.union([
  z.strictObject({
    start: z.string(),
    variables: z.record(z.string(), z.string()).optional(),
    /** A commit by its message. */
    revision: z.string().optional(),
    /** So many executions at once; then they have no name of their own. */
    times: z.number().optional(),
    refused,
  }),
  /** Every execution that has not ended is stopped and abandoned. */
  z.strictObject({ stopAll: z.literal(true) }),
  /** `one Succeeded`, `one Build InProgress`, `one Build/Compile Failed`: until it is so. */
  z.strictObject({ until: z.string() }),
  z.strictObject({ release: z.string() }),
  z.strictObject({ commit: z.string() }),
  z.strictObject({
    approve: z.string(),
    of: z.string(),
    result: z.enum(['Approved', 'Rejected']).default('Approved'),
    /** The token of an earlier request for the same approval, counted from 0; default: of the last. */
    token: z.union([z.number(), z.string()]).optional(),
    refused,
  }),
  z.strictObject({ stop: z.string(), abandon: z.boolean().default(false), refused }),
  z.strictObject({
    retry: z.string(),
    of: z.string(),
    mode: z.enum(['FAILED_ACTIONS', 'ALL_ACTIONS']).default('FAILED_ACTIONS'),
    refused,
  }),
  z.strictObject({
    override: z.enum(['beforeEntry', 'onSuccess']),
    in: z.string(),
    of: z.string(),
    refused,
  }),
  z.strictObject({ rollback: z.string(), to: z.string(), as: z.string().optional(), refused }),
  z.strictObject({ disable: z.string(), outbound: z.boolean().default(false), refused }),
  z.strictObject({ enable: z.string(), outbound: z.boolean().default(false), refused }),
  z.strictObject({ update: z.string() }),
  /** The engine ends and another takes over, so many minutes later. */
  z.strictObject({ restart: z.number() }),
  /** Another run is begun; the one so far lies on disk. */
  z.strictObject({ run: z.string() }),
  z.strictObject({ settle: z.literal(true) }),
]);
type Step = z.infer<typeof step>;

const expectation = z.strictObject({
  /** Reading the definition fails with this message; as a list: with all of these problems, `path: message`, and no others. */
  invalid: z.union([z.string(), z.array(z.string())]).optional(),
  executions: z
    .record(
      z.string(),
      z.strictObject({
        status: z.string(),
        detail: z.string().optional(),
        mode: z.string().optional(),
        stages: z.record(z.string(), z.string()).optional(),
        stageDetails: z.record(z.string(), z.string()).optional(),
        actions: z.record(z.string(), z.string()).optional(),
        variables: z.record(z.string(), z.record(z.string(), z.string())).optional(),
        failures: z.record(z.string(), z.string()).optional(),
      }),
    )
    .default({}),
  /** Lines of what happened, in this order; others may stand between. */
  order: z.array(z.string()).default([]),
  /** Lines that must not be there. */
  never: z.array(z.string()).default([]),
  /** Whole lines that builds print, by action, of the action's last build. */
  logs: z.record(z.string(), z.array(z.string())).default({}),
  messages: z.array(z.string()).default([]),
  /** Minutes until the builds of an action time out. */
  timeouts: z.record(z.string(), z.number()).default({}),
  /** Other pipelines that were started: `name VARIABLE=value Action=revision (who)`. */
  started: z.array(z.string()).default([]),
  /** `bucket/key` of every object that S3 holds then. */
  objects: z.array(z.string()).optional(),
});
type Expectation = z.infer<typeof expectation>;

/** Milliseconds after which what is waited for will not come any more. */
const PATIENCE = 15_000;

const files = z.array(z.string()).default([]);
/** An event of the repository of the action `Source`, whether it starts the pipeline, and why. */
const triggering = z.array(
  z.strictObject({
    event: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('push'), branch: z.string(), newBranch: z.boolean().default(false), files }),
      z.strictObject({ kind: z.literal('tag'), tag: z.string() }),
      z.strictObject({
        kind: z.literal('pullRequest'),
        event: z.enum(['OPEN', 'UPDATED', 'CLOSED']),
        branch: z.string(),
        files,
      }),
    ]),
    fires: z.boolean(),
    reason: z.string().optional(),
  }),
);

/** Rules of a scenario without AWS: `Answer` says what its configuration says; the others are the engine's own. */
const answer: RuleRunner = ({ rule }) =>
  Promise.resolve(
    rule.configuration.Status === 'NotRehearsed'
      ? { status: 'NotRehearsed', missing: ['Answer'], summary: 'as configured' }
      : { status: rule.configuration.Status === 'Succeeded' ? 'Succeeded' : 'Failed', summary: 'as configured' },
  );
const RULES: RuleRunners = new Map([...ruleRunners(), ['Answer', answer]]);

/** Runs the scenario of a folder and compares what comes out with its expect.yaml. */
export async function runScenario(folder: string): Promise<void> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-scenario-'));
  const scenario = new Scenario(folder, root);
  try {
    await scenario.run();
  } finally {
    await scenario.close();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

class Scenario {
  private readonly ledger: DiskLedger;
  private readonly labels = new Map<string, string>();
  private readonly gates = new Map<string, number>();
  private readonly events: RunEvent[] = [];
  private readonly commits = new Map<string, string>();
  private open: OpenSession | undefined;
  private aws: AwsStandIn | undefined;
  private endpointUrl = 'http://127.0.0.1:9';
  private offset = 0;
  private runId = 'run-1';
  private readonly started: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly root: string,
  ) {
    this.ledger = new DiskLedger(new Layout(root));
  }

  async run(): Promise<void> {
    if (fs.existsSync(path.join(this.folder, 'triggers.yaml'))) return this.judgesTriggers();
    const expected = expectation.parse(readYaml(this.folder, 'expect.yaml'));
    const script = fs.existsSync(path.join(this.folder, 'script.yaml'))
      ? z.array(step).parse(readYaml(this.folder, 'script.yaml'))
      : [step.parse({ start: 'one' })];
    if (expected.invalid !== undefined) return this.refusesDefinition(expected.invalid);
    await this.prepare(script);
    await this.update('pipeline.yaml');
    if (fs.existsSync(path.join(this.folder, 'aws.yaml'))) {
      this.aws = new AwsStandIn(readYaml(this.folder, 'aws.yaml') as AwsContent);
      this.endpointUrl = await this.aws.listen();
    }
    this.begin();
    for (const [index, one] of script.entries()) {
      try {
        await this.step(one);
      } catch (error) {
        throw new Error(`step ${index + 1}, ${JSON.stringify(one)}: ${String(error)}\n${this.lines().join('\n')}`, {
          cause: error,
        });
      }
    }
    await this.settled();
    this.compare(expected);
  }

  async close(): Promise<void> {
    await this.open?.close();
    await this.aws?.close();
    for (const gate of this.gates.values()) fs.closeSync(gate);
  }

  private async judgesTriggers(): Promise<void> {
    await this.update('pipeline.yaml');
    const pipeline = deployedPipeline(this.ledger);
    refuseInvalid(pipeline, { file: 'pipeline.yaml' });
    const source = pipeline.stages[0]?.actions.find((action) => action.name === 'Source') ?? fail('no action Source');
    for (const { event, fires, reason } of triggering.parse(readYaml(this.folder, 'triggers.yaml'))) {
      const decision = triggersOn(pipeline, source, event);
      shouldMatch({ event, ...decision }, { event, fires, reason: reason ?? decision.reason });
    }
  }

  private async refusesDefinition(expected: string | readonly string[]): Promise<void> {
    await this.update('pipeline.yaml');
    let said = 'nothing';
    try {
      refuseInvalid(deployedPipeline(this.ledger), { file: 'pipeline.yaml' });
    } catch (error) {
      said = error instanceof SaiondoError ? error.message : String(error);
    }
    if (typeof expected === 'string') return shouldMatch(said, expected);
    // The first line counts them.
    const problems = said.split('\n').slice(1);
    shouldMatch(
      problems.map((line) => line.replace(/^pipeline\.yaml \((.+?)\): /, '$1: ')),
      expected,
    );
  }

  private async prepare(script: readonly Step[]): Promise<void> {
    await makeRepository(path.join(this.root, 'repository'), path.join(this.folder, 'input'));
    const gates = path.join(this.root, 'gates');
    const bin = path.join(this.root, 'bin');
    fs.mkdirSync(gates);
    fs.mkdirSync(bin);
    fs.writeFileSync(path.join(bin, 'hold'), '#!/bin/sh\nread -r _ < "$GATES/$1"\n', { mode: 0o755 });
    const text = fs.readdirSync(this.folder).filter((name) => name.startsWith('pipeline'));
    const held = text.flatMap((name) =>
      [...fs.readFileSync(path.join(this.folder, name), 'utf8').matchAll(/hold ([\w-]+)/g)].map(
        ([, gate = '']) => gate,
      ),
    );
    const names = [...new Set([...held, ...script.flatMap((one) => ('release' in one ? [one.release] : []))])];
    if (names.length === 0) return;
    await execa(
      'mkfifo',
      names.map((name) => path.join(gates, name)),
    );
    // Open for both: what is released before anybody waits stays in the pipe.
    for (const name of names) this.gates.set(name, fs.openSync(path.join(gates, name), 'r+'));
  }

  private begin(): void {
    this.open = openSession({
      root: this.root,
      runId: this.runId,
      ledger: this.ledger,
      local: plainMachine({ GATES: path.join(this.root, 'gates') }, path.join(this.root, 'bin'), this.endpointUrl),
      repository: path.join(this.root, 'repository'),
      rules: RULES,
      startPipeline: (request) => this.startOther(request),
      now: () => Date.now() + this.offset,
    });
    this.open.session.open();
  }

  private startOther(request: Parameters<PipelineStarter>[0]): ReturnType<PipelineStarter> {
    const others = fs.existsSync(path.join(this.folder, 'others.yaml')) ? readYaml(this.folder, 'others.yaml') : [];
    if (!z.array(z.string()).parse(others).includes(request.name)) return undefined;
    const variables = Object.entries(request.variables ?? {}).map(([name, value]) => `${name}=${value}`);
    const revisions = (request.sourceRevisions ?? []).map((one) => `${one.actionName}=${one.revisionValue}`);
    this.started.push([request.name, ...variables, ...revisions, `(${request.trigger?.detail ?? ''})`].join(' '));
    return { pipelineExecutionId: 'other', runId: 'other' };
  }

  /** Everything has ended or waits for a person; what hangs says so. */
  private async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_done, stop) => {
      timer = setTimeout(() => stop(new Error(`it did not settle:\n${this.lines().join('\n')}`)), PATIENCE);
    });
    try {
      await Promise.race([this.open?.session.settled(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async end(): Promise<void> {
    await this.open?.close();
    this.events.push(...(this.open?.events ?? []));
    this.open = undefined;
  }

  private async update(file: string): Promise<void> {
    await deployPipeline(templateOf(readYaml(this.folder, file) as Record<string, unknown>), this.ledger);
  }

  private async step(one: Step): Promise<void> {
    const { session } = this.open ?? fail('no session is open');
    if ('settle' in one) return this.settled();
    if ('until' in one) return this.until(one.until);
    if ('stopAll' in one) {
      for (const { executionId, status } of session.executions().reverse())
        if (status === 'InProgress')
          session.stopPipelineExecution({ pipelineName: PIPELINE, pipelineExecutionId: executionId, abandon: true });
      return;
    }
    if ('start' in one && one.times !== undefined) {
      for (let time = 0; time < one.times; time++) session.startPipelineExecution({ name: PIPELINE });
      return;
    }
    if ('release' in one) return void fs.writeSync(this.gates.get(one.release) ?? -1, '\n');
    if ('commit' in one) {
      const repository = path.join(this.root, 'repository');
      fs.writeFileSync(path.join(repository, 'file.txt'), `${one.commit}\n`);
      this.commits.set(one.commit, await commitAll(repository, one.commit));
      return;
    }
    if ('update' in one) {
      await this.update(one.update);
      session.open();
      return;
    }
    if ('restart' in one || 'run' in one) {
      await this.end();
      if ('restart' in one) this.offset += one.restart * 60_000;
      else this.runId = one.run;
      return this.begin();
    }
    const code = this.request(one);
    expect({ refused: code }).toEqual({ refused: one.refused });
  }

  /** @returns the error's code, if the request was refused */
  private request(one: Extract<Step, { refused?: string | undefined }>): string | undefined {
    const { session } = this.open ?? fail('no session is open');
    try {
      if ('start' in one) {
        const { pipelineExecutionId } = session.startPipelineExecution({
          name: PIPELINE,
          ...(one.variables ? { variables: one.variables } : {}),
          ...(one.revision
            ? {
                sourceRevisions: [
                  { actionName: 'Source', revisionValue: this.commits.get(one.revision) ?? one.revision },
                ],
              }
            : {}),
        });
        this.labels.set(pipelineExecutionId, one.start);
      } else if ('stop' in one)
        session.stopPipelineExecution({
          pipelineName: PIPELINE,
          pipelineExecutionId: this.idOf(one.stop),
          abandon: one.abandon,
          reason: 'asked for',
        });
      else if ('retry' in one)
        session.retryStageExecution({
          pipelineName: PIPELINE,
          stageName: one.retry,
          pipelineExecutionId: this.idOf(one.of),
          retryMode: one.mode,
        });
      else if ('override' in one)
        session.overrideStageCondition({
          pipelineName: PIPELINE,
          stageName: one.in,
          pipelineExecutionId: this.idOf(one.of),
          condition: one.override,
        });
      else if ('rollback' in one) {
        const { pipelineExecutionId } = session.rollbackStage({
          pipelineName: PIPELINE,
          stageName: one.rollback,
          targetPipelineExecutionId: this.idOf(one.to),
        });
        if (one.as) this.labels.set(pipelineExecutionId, one.as);
      } else if ('approve' in one) {
        const [stageName = '', actionName = ''] = one.approve.split('/');
        session.putApprovalResult({
          pipelineName: PIPELINE,
          stageName,
          actionName,
          token: this.tokenOf(one.approve, this.idOf(one.of), one.token),
          result: { status: one.result, summary: '' },
          by: 'somebody',
        });
      } else {
        session.setStageTransition({
          pipelineName: PIPELINE,
          stageName: 'enable' in one ? one.enable : one.disable,
          transitionType: one.outbound ? 'Outbound' : 'Inbound',
          enabled: 'enable' in one,
          ...('enable' in one ? {} : { reason: 'for the scenario' }),
        });
      }
      return undefined;
    } catch (error) {
      if (error instanceof SaiondoError) return error.code;
      throw error;
    }
  }

  private tokenOf(action: string, executionId: string, wanted: number | string | undefined): string {
    if (typeof wanted === 'string') return wanted;
    const tokens = this.all().flatMap((event) =>
      event.kind === 'approval.requested' &&
      event.executionId === executionId &&
      `${event.stage}/${event.action}` === action
        ? [event.token]
        : [],
    );
    return tokens.at(wanted ?? -1) ?? 'none';
  }

  /** Waits for events, never for time. */
  private until(what: string): Promise<void> {
    const holds = (): boolean => {
      const [label = '', ...rest] = what.split(' ');
      const execution = this.executionOf(label);
      if (!execution) return false;
      const [place = '', status = ''] = rest.length > 1 ? rest : ['', rest[0]];
      if (place === '') return execution.status === status;
      const at = place.includes('/') ? execution.actions.get(place) : execution.stages.get(place);
      return at?.status === status;
    };
    return new Promise((done, stop) => {
      if (holds()) return done();
      const timer = setTimeout(() => stop(new Error(`it did not come to: ${what}`)), PATIENCE);
      this.open?.log.listen(() => {
        if (!holds()) return;
        clearTimeout(timer);
        done();
      });
    });
  }

  private compare(expected: Expectation): void {
    const lines = this.lines();
    for (const [label, want] of Object.entries(expected.executions)) {
      const execution = this.executionOf(label) ?? fail(`there is no execution ${label}:\n${lines.join('\n')}`);
      const { status, detail, mode, stages, stageDetails, actions, variables, failures } = want;
      const statuses = (map: ReadonlyMap<string, { status: string }>): Record<string, string> =>
        Object.fromEntries([...map].map(([name, one]) => [name, one.status]));
      shouldMatch({ label, status: execution.status, happened: lines }, { label, status, happened: lines });
      if (detail !== undefined) shouldMatch(this.named(execution.detail ?? ''), detail);
      if (mode !== undefined) expect(execution.mode).toBe(mode);
      if (stages) shouldMatch(statuses(execution.stages), stages, 'exactly');
      for (const [stage, text] of Object.entries(stageDetails ?? {}))
        shouldMatch(execution.stages.get(stage)?.detail ?? '', text);
      if (actions) shouldMatch(statuses(execution.actions), actions, 'exactly');
      for (const [action, values] of Object.entries(variables ?? {}))
        shouldMatch(execution.actions.get(action)?.outputVariables ?? {}, values);
      for (const [action, text] of Object.entries(failures ?? {})) {
        const failure = execution.actions.get(action)?.failure;
        shouldMatch(`${failure?.code ?? ''}: ${failure?.message ?? ''}`, text);
      }
    }
    let at = 0;
    for (const line of expected.order) {
      const found = lines.findIndex((one, index) => index >= at && matching(line, one));
      if (found === -1)
        throw new Error(`${JSON.stringify(line)} did not happen after line ${at}:\n${lines.join('\n')}`);
      at = found + 1;
    }
    for (const line of expected.never) expect(lines.filter((one) => matching(line, one))).toEqual([]);
    for (const [action, wanted] of Object.entries(expected.logs)) {
      const build = [...(this.open?.log.state.builds.values() ?? [])]
        .filter((one) => `${one.stage}/${one.action}` === action)
        .at(-1);
      const log = build ? fs.readFileSync(path.join(this.root, 'runs', this.runId, build.log), 'utf8').split('\n') : [];
      for (const line of wanted)
        if (!log.some((one) => matching(line, one)))
          throw new Error(`${action} did not print ${line}:\n${log.join('\n')}`);
    }
    for (const [action, minutes] of Object.entries(expected.timeouts)) {
      const builds = [...(this.open?.log.state.builds.values() ?? [])].filter(
        (one) => `${one.stage}/${one.action}` === action,
      );
      expect(builds.map((one) => one.timeoutMinutes)).toEqual(builds.map(() => minutes));
      expect(builds).not.toEqual([]);
    }
    expect(this.started).toEqual(expected.started);
    if (expected.objects) expect(this.aws?.keys()).toEqual(expected.objects);
    const said = this.all().flatMap((event) =>
      event.kind === 'message' ? [event.text, `${event.where ?? ''}: ${event.text}`] : [],
    );
    for (const text of expected.messages)
      if (!said.some((one) => matching(text, one))) throw new Error(`nobody said ${text}:\n${said.join('\n')}`);
  }

  private all(): RunEvent[] {
    return [...this.events, ...(this.open?.events ?? [])];
  }

  /** What happened, as lines that a scenario can name. */
  private lines(): string[] {
    return this.all().flatMap((event) => {
      if (!('executionId' in event) || event.executionId === undefined) return [];
      const who = this.labelOf(event.executionId);
      switch (event.kind) {
        case 'execution.started':
          return [`${who} starts${event.mode === 'ROLLBACK' ? ` to roll ${event.stage ?? ''} back` : ''}`];
        case 'execution.stopping':
          return [`${who} stops`];
        case 'execution.ended':
          return [`${who} ${event.status}`];
        case 'stage.started':
          return [`${who} ${event.override ? 'overrides' : event.retry ? 'retries' : 'enters'} ${event.stage}`];
        case 'stage.ended':
          return [`${who} ${event.stage} ${event.status}`];
        case 'action.started':
          return [`${who} ${event.stage}/${event.action} starts`];
        case 'action.ended':
          return [`${who} ${event.stage}/${event.action} ${event.status}`];
        case 'condition.evaluated':
          return [`${who} ${event.stage} ${event.condition} ${event.rule} ${event.status}`];
        default:
          return [];
      }
    });
  }

  private labelOf(executionId: string): string {
    const known = this.labels.get(executionId);
    if (known) return known;
    const ids = [
      ...new Set(this.all().flatMap((event) => (event.kind === 'execution.started' ? [event.executionId] : []))),
    ];
    return `execution-${ids.indexOf(executionId) + 1}`;
  }

  private named(text: string): string {
    return this.all().reduce(
      (so_far, event) =>
        event.kind === 'execution.started'
          ? so_far.replace(event.executionId, this.labelOf(event.executionId))
          : so_far,
      text,
    );
  }

  private executionOf(label: string): ExecutionState | undefined {
    const here = this.open?.session.executions() ?? [];
    return here.find((one) => this.labelOf(one.executionId) === label);
  }

  private idOf(label: string): string {
    const started = this.all().find(
      (event) => event.kind === 'execution.started' && this.labelOf(event.executionId) === label,
    );
    return started?.kind === 'execution.started' ? started.executionId : label;
  }
}

function fail(message: string): never {
  throw new Error(message);
}
