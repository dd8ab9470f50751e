import * as fs from 'node:fs';
import type { Emit } from '../../../model/events';
import type { Layout } from '../../../model/layout';
import {
  actionPath,
  type ActionDefinition,
  type PipelineDefinition,
  type StageDefinition,
} from '../../../model/pipeline';
import type { ExecutionState } from '../../../model/run-state';
import type { ActionContext, ActionResult, ActionRunners, ArtifactFolder } from '../../ports/action';
import { failureOf } from '../../ports/failure';
import type { StackLedger } from '../../ports/ledger';
import type { LocalAws } from '../../ports/local-aws';
import { takenBy } from '../providers/dependencies';
import { missingFor } from './unavailable';
import { resolveAction, variablesBefore } from '../definition/variables';

/** What an action works with, whatever its pipeline. */
export interface ActionHost {
  readonly layout: Layout;
  readonly ledger: StackLedger;
  readonly local: LocalAws;
  readonly runners: ActionRunners;
}

/** One action of an execution that is to start. */
export interface ActionRequest {
  readonly runId: string;
  readonly pipeline: PipelineDefinition;
  readonly execution: ExecutionState;
  readonly stage: StageDefinition;
  readonly action: ActionDefinition;
  readonly actionExecutionId: string;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** An action that has said that it started: it still has to be run, or is over already because it could not. */
export type StartedAction =
  | { readonly kind: 'ended'; readonly result: ActionResult }
  | { readonly kind: 'runs'; readonly resolved: ActionDefinition; readonly run: () => Promise<ActionResult> };

/** Resolves an action's variables and tells that it starts. Nothing of it runs before `run` is called. */
export function startAction(request: ActionRequest, host: ActionHost): StartedAction {
  const { action, stage, execution, pipeline } = request;
  let resolved = action;
  let problem: ActionResult | undefined = unavailable(request);
  if (!problem) {
    try {
      const variables = variablesBefore(pipeline, execution, { stage: stage.name, runOrder: action.runOrder });
      resolved = resolveAction(action, variables, actionPath(stage.name, action.name));
      problem = tooLarge(resolved);
    } catch (error) {
      problem = { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  }
  request.emit({
    kind: 'action.started',
    executionId: execution.executionId,
    stage: stage.name,
    action: action.name,
    actionExecutionId: request.actionExecutionId,
    category: action.category,
    provider: action.provider,
    runOrder: action.runOrder,
    configuration: { ...resolved.configuration },
    inputArtifacts: [...action.inputArtifacts],
  });
  if (problem) return { kind: 'ended', result: problem };
  return { kind: 'runs', resolved, run: () => callRunner({ ...request, action: resolved }, host) };
}

/** Bytes of an action's configuration with its variables resolved (CodePipeline User Guide, "Quotas in AWS CodePipeline"). */
const MOST_CONFIGURATION_BYTES = 100 * 1024;

function tooLarge({ configuration }: ActionDefinition): ActionResult | undefined {
  const bytes = Buffer.byteLength(Object.entries(configuration).flat().join(''));
  if (bytes <= MOST_CONFIGURATION_BYTES) return undefined;
  const message = `its configuration has ${bytes} bytes with its variables; CodePipeline takes ${MOST_CONFIGURATION_BYTES}`;
  return { status: 'Failed', failure: { code: 'ConfigurationError', message } };
}

/** Bytes of all output variables of an action together (CodePipeline User Guide, "Quotas in AWS CodePipeline"). */
const MOST_VARIABLE_BYTES = 122_880;

/** An action whose output variables are too large fails, as in CodePipeline. */
function withinLimits(result: ActionResult): ActionResult {
  if (result.status !== 'Succeeded') return result;
  const bytes = Buffer.byteLength(
    Object.entries(result.outputVariables ?? {})
      .flat()
      .join(''),
  );
  if (bytes <= MOST_VARIABLE_BYTES) return result;
  return {
    status: 'Failed',
    failure: {
      code: 'ConfigurationError',
      message: `its output variables have ${bytes} bytes; CodePipeline takes ${MOST_VARIABLE_BYTES}`,
    },
  };
}

/** Tells how an action ended. */
export function endAction(request: Omit<ActionRequest, 'signal'>, host: ActionHost, ended: ActionResult): void {
  const result = withinLimits(ended);
  const { execution, stage, action } = request;
  request.emit({
    kind: 'action.ended',
    executionId: execution.executionId,
    stage: stage.name,
    action: action.name,
    actionExecutionId: request.actionExecutionId,
    status: result.status,
    ...('failure' in result ? { failure: result.failure } : {}),
    ...('outputVariables' in result && result.outputVariables ? { outputVariables: result.outputVariables } : {}),
    ...(result.status === 'Succeeded' ? { outputArtifacts: outputsOf(request, host).map((one) => ({ ...one })) } : {}),
    ...('externalExecutionId' in result && result.externalExecutionId
      ? { externalExecutionId: result.externalExecutionId }
      : {}),
    ...('summary' in result && result.summary ? { summary: result.summary } : {}),
    ...('missing' in result ? { missing: [...result.missing] } : {}),
    ...('commandSeconds' in result && result.commandSeconds !== undefined
      ? { commandSeconds: result.commandSeconds }
      : {}),
  });
}

function outputsOf(
  { action, runId, execution }: Pick<ActionRequest, 'action' | 'runId' | 'execution'>,
  { layout }: ActionHost,
): readonly ArtifactFolder[] {
  return action.outputArtifacts.map(({ name }) => ({
    name,
    path: layout.artifact(runId, execution.executionId, name),
  }));
}

/** Calls the action's runner. What throws there is a bug of the engine: the action fails and says so. */
async function callRunner(request: ActionRequest, host: ActionHost): Promise<ActionResult> {
  const { action, execution, runId, pipeline, stage } = request;
  const kind = `${action.category}/${action.owner}/${action.provider}`;
  const runner = host.runners.get(kind);
  if (!runner)
    return { status: 'NotRehearsed', missing: [kind], summary: `the rehearsal does not run ${kind} actions` };
  try {
    const outputs = outputsOf(request, host);
    for (const output of outputs) {
      fs.rmSync(output.path, { recursive: true, force: true });
      fs.mkdirSync(output.path, { recursive: true });
    }
    const revisionValue = execution.sourceRevisions.find((one) => one.actionName === action.name)?.revisionValue;
    const context: ActionContext = {
      layout: host.layout,
      runId,
      pipeline,
      executionId: execution.executionId,
      actionExecutionId: request.actionExecutionId,
      stage: stage.name,
      action,
      inputs: inputArtifacts(action.inputArtifacts, request, host.layout),
      outputs,
      ledger: host.ledger,
      local: host.local,
      emit: request.emit,
      signal: request.signal,
      ...(revisionValue ? { revisionValue } : {}),
      revisionOf: (artifact) => revisionOf(artifact, pipeline, execution),
    };
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

/** The folders of input artifacts. A rollback's lead to those of its target. */
export function inputArtifacts(
  names: readonly string[],
  { runId, execution }: Pick<ActionRequest, 'runId' | 'execution'>,
  layout: Layout,
): ArtifactFolder[] {
  return names.map((name) => {
    const at = layout.artifact(runId, execution.executionId, name);
    return { name, path: fs.existsSync(at) ? fs.realpathSync(at) : at };
  });
}

/** What depends on an action that could not be rehearsed cannot be either. */
function unavailable({ action, execution, pipeline }: ActionRequest): ActionResult | undefined {
  const before = missingFor(takenBy(action), execution, pipeline);
  return (
    before && {
      status: 'NotRehearsed',
      missing: [...before.missing],
      summary: `depends on ${before.stage}/${before.action}`,
    }
  );
}

function revisionOf(
  artifact: string,
  pipeline: PipelineDefinition,
  execution: ExecutionState,
): { commitId: string; repository: string } | undefined {
  const producer = pipeline.stages
    .flatMap((stage) => stage.actions)
    .find((action) => action.outputArtifacts.some((output) => output.name === artifact));
  const revision = execution.revisions.find((one) => one.actionName === producer?.name);
  return revision && { commitId: revision.commitId, repository: revision.repository };
}
