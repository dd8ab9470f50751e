import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import type { ActionStatus, Emit } from '../../model/events';
import type { Layout } from '../../model/layout';
import { actionPath, type ActionDefinition, type PipelineDefinition, type StageDefinition } from '../../model/pipeline';
import type { ExecutionState } from '../../model/run-state';
import type { ActionContext, ActionResult, ActionRunners } from '../action';
import { failureOf } from '../failure';
import type { StackLedger } from '../ledger';
import type { LocalAws } from '../local/local-aws';
import { namespacesOf, resolveAction } from './variables';

/** A decision about a manual approval; undefined: nobody is there to decide. */
export type ApprovalDecision = {
  readonly status: 'Approved' | 'Rejected';
  readonly by: string;
  readonly comment?: string;
};
/** Asks for a decision. */
export type Approver = (request: {
  stage: string;
  action: string;
  message?: string;
  signal: AbortSignal;
}) => Promise<ApprovalDecision | undefined>;

/** What an execution works with. */
export interface ExecutionHost {
  readonly layout: Layout;
  readonly runId: string;
  readonly ledger: StackLedger;
  readonly local: LocalAws;
  readonly runners: ActionRunners;
  readonly approve: Approver;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** What the run's events tell of this execution so far: a resumed run goes on from there. */
  readonly state: ExecutionState;
  /** The pipeline as it is deployed now: another structure ends this execution. */
  readonly deployed: () => PipelineDefinition;
  /** Ends after this stage. */
  readonly until?: string;
  /** Runs this `Stage/Action` alone. */
  readonly only?: string;
}

/** How an execution ended. */
export type ExecutionOutcome = 'Succeeded' | 'Failed' | 'Waiting' | 'Stopped' | 'Mutated';

/** How long an approval waits when its action says nothing: seven days (CodePipeline User Guide, "Quotas"). */
const APPROVAL_MINUTES = 7 * 24 * 60;

/** Executes a pipeline from its first unfinished action: stages in order, run orders in order, equal run orders at once. */
export async function runExecution(pipeline: PipelineDefinition, host: ExecutionHost): Promise<ExecutionOutcome> {
  return new Execution(pipeline, host).run();
}

class Execution {
  private readonly variables = new Map<string, Record<string, string>>();

  constructor(
    private readonly pipeline: PipelineDefinition,
    private readonly host: ExecutionHost,
  ) {
    this.variables.set('codepipeline', { PipelineExecutionId: host.state.executionId });
    this.variables.set(
      'variables',
      Object.fromEntries(pipeline.variables.map((one) => [one.name, one.defaultValue ?? ''])),
    );
  }

  async run(): Promise<ExecutionOutcome> {
    const { emit, state, until } = this.host;
    const { executionId } = state;
    for (const stage of this.pipeline.stages) {
      const finished = state.stages.get(stage.name)?.status === 'Succeeded';
      if (!finished && !this.host.only) emit({ kind: 'stage.started', executionId, stage: stage.name });
      const outcome = await this.runStage(stage);
      if (outcome === 'Waiting' || outcome === 'Mutated') return outcome;
      if (!finished && !this.host.only) emit({ kind: 'stage.ended', executionId, stage: stage.name, status: outcome });
      if (outcome !== 'Succeeded') return outcome;
      if (stage.name === until) return 'Succeeded';
    }
    return 'Succeeded';
  }

  private async runStage(stage: StageDefinition): Promise<ExecutionOutcome> {
    const orders = [...new Set(stage.actions.map((action) => action.runOrder))].sort((a, b) => a - b);
    for (const runOrder of orders) {
      const group = stage.actions.filter((action) => action.runOrder === runOrder);
      const statuses = await Promise.all(group.map((action) => this.runUnlessFinished(stage, action)));
      if (statuses.includes('Failed')) return 'Failed';
      if (statuses.includes('Abandoned') || this.host.signal.aborted) return 'Stopped';
      if (statuses.includes('InProgress')) return 'Waiting';
      if (!this.host.only && this.host.deployed().structureVersion !== this.pipeline.structureVersion) return 'Mutated';
    }
    return 'Succeeded';
  }

  /** @returns the action's status; `InProgress` for an approval that nobody decided */
  private async runUnlessFinished(stage: StageDefinition, action: ActionDefinition): Promise<ActionStatus> {
    const path = actionPath(stage.name, action.name);
    const before = this.host.state.actions.get(path);
    const again = this.host.only === path;
    if (!again && (before?.status === 'Succeeded' || before?.status === 'NotRehearsed')) {
      if (action.namespace && before.outputVariables) this.variables.set(action.namespace, before.outputVariables);
      return before.status;
    }
    if (this.host.only && !again) return 'Succeeded';
    if (this.host.signal.aborted) return 'Abandoned';
    const result = await this.runAction(
      stage,
      action,
      before?.status === 'InProgress' ? before.actionExecutionId : randomUUID(),
    );
    return result;
  }

  private async runAction(
    stage: StageDefinition,
    action: ActionDefinition,
    actionExecutionId: string,
  ): Promise<ActionStatus> {
    const { emit, state, layout, runId } = this.host;
    const { executionId } = state;
    const key = { executionId, stage: stage.name, action: action.name, actionExecutionId };
    const outputs = action.outputArtifacts.map(({ name }) => ({
      name,
      path: layout.artifact(runId, executionId, name),
    }));
    let resolved = action;
    let problem: ActionResult | undefined = this.unavailable(action);
    if (!problem) {
      try {
        resolved = resolveAction(action, this.variables, `${stage.name}/${action.name}`);
      } catch (error) {
        problem = { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
      }
    }
    emit({
      kind: 'action.started',
      ...key,
      category: action.category,
      provider: action.provider,
      runOrder: action.runOrder,
      configuration: { ...resolved.configuration },
      inputArtifacts: [...action.inputArtifacts],
    });
    if (!problem && action.category === 'Approval') return this.runApproval(key, resolved);
    for (const output of problem ? [] : outputs) {
      fs.rmSync(output.path, { recursive: true, force: true });
      fs.mkdirSync(output.path, { recursive: true });
    }
    const result = problem ?? (await this.call(stage, resolved, actionExecutionId, outputs));
    if (result.status === 'Succeeded' && action.namespace)
      this.variables.set(action.namespace, result.outputVariables ?? {});
    emit({
      kind: 'action.ended',
      ...key,
      status: result.status,
      ...('failure' in result ? { failure: result.failure } : {}),
      ...('outputVariables' in result && result.outputVariables ? { outputVariables: result.outputVariables } : {}),
      ...(result.status === 'Succeeded' ? { outputArtifacts: outputs } : {}),
      ...('externalExecutionId' in result && result.externalExecutionId
        ? { externalExecutionId: result.externalExecutionId }
        : {}),
      ...('summary' in result && result.summary ? { summary: result.summary } : {}),
      ...('missing' in result ? { missing: [...result.missing] } : {}),
      ...('commandSeconds' in result && result.commandSeconds !== undefined
        ? { commandSeconds: result.commandSeconds }
        : {}),
    });
    return result.status;
  }

  /** Calls the action's runner. What throws there is a bug of the engine: the action fails and says so. */
  private async call(
    stage: StageDefinition,
    action: ActionDefinition,
    actionExecutionId: string,
    outputs: ActionContext['outputs'],
  ): Promise<ActionResult> {
    const { runners, layout, runId, ledger, local, emit, signal, state } = this.host;
    const kind = `${action.category}/${action.owner}/${action.provider}`;
    const runner = runners.get(kind);
    if (!runner)
      return { status: 'NotRehearsed', missing: [kind], summary: `the rehearsal does not run ${kind} actions` };
    const context: ActionContext = {
      layout,
      runId,
      pipeline: this.pipeline,
      executionId: state.executionId,
      actionExecutionId,
      stage: stage.name,
      action,
      inputs: action.inputArtifacts.map((name) => ({ name, path: layout.artifact(runId, state.executionId, name) })),
      outputs,
      ledger,
      local,
      emit,
      signal,
      revisionOf: (artifact) => this.revisionOf(artifact),
    };
    try {
      return await runner(context);
    } catch (error) {
      return {
        status: 'Failed',
        failure: {
          ...failureOf(error, 'InternalError'),
          next: 'this is a defect of the rehearsal itself; its event log holds what led to it',
        },
      };
    }
  }

  /** A manual approval holds its stage until somebody decides (CodePipeline User Guide, "Manual approval action reference"). */
  private async runApproval(
    key: { executionId: string; stage: string; action: string; actionExecutionId: string },
    action: ActionDefinition,
  ): Promise<ActionStatus> {
    const { emit, approve, signal } = this.host;
    const token = randomUUID();
    const message = action.configuration.CustomData;
    const link = action.configuration.ExternalEntityLink;
    const deadline = new Date(Date.now() + (action.timeoutInMinutes ?? APPROVAL_MINUTES) * 60_000).toISOString();
    emit({
      kind: 'approval.requested',
      ...key,
      token,
      deadline,
      ...(message ? { message } : {}),
      ...(link ? { link } : {}),
    });
    const decision = await approve({ stage: key.stage, action: key.action, signal, ...(message ? { message } : {}) });
    if (!decision) return 'InProgress';
    emit({
      kind: 'approval.decided',
      ...key,
      token,
      status: decision.status,
      by: decision.by,
      ...(decision.comment ? { comment: decision.comment } : {}),
    });
    if (decision.status === 'Approved') {
      emit({ kind: 'action.ended', ...key, status: 'Succeeded', summary: `approved by ${decision.by}` });
      return 'Succeeded';
    }
    emit({
      kind: 'action.ended',
      ...key,
      status: 'Failed',
      failure: {
        code: 'ApprovalRejected',
        message: `rejected by ${decision.by}${decision.comment ? `: ${decision.comment}` : ''}`,
      },
    });
    return 'Failed';
  }

  /** What depends on an action that could not be rehearsed cannot be either. */
  private unavailable(action: ActionDefinition): ActionResult | undefined {
    const needs = new Set(action.inputArtifacts);
    const namespaces = namespacesOf(action);
    for (const before of this.host.state.actions.values()) {
      if (before.status !== 'NotRehearsed') continue;
      const definition = this.pipeline.stages
        .find((stage) => stage.name === before.stage)
        ?.actions.find((one) => one.name === before.action);
      const gives = definition?.outputArtifacts.some((output) => needs.has(output.name));
      const names = definition?.namespace !== undefined && namespaces.has(definition.namespace);
      if (gives || names)
        return {
          status: 'NotRehearsed',
          missing: [...(before.missing ?? [])],
          summary: `depends on ${before.stage}/${before.action}`,
        };
    }
    return undefined;
  }

  private revisionOf(artifact: string): { commitId: string; repository: string } | undefined {
    const producer = this.pipeline.stages
      .flatMap((stage) => stage.actions)
      .find((action) => action.outputArtifacts.some((output) => output.name === artifact));
    const revision = this.host.state.revisions.find((one) => one.actionName === producer?.name);
    return revision && { commitId: revision.commitId, repository: revision.repository };
  }
}
