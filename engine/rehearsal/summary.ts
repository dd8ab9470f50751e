import type { RunVerdict } from '../../model/events';
import { judgedExecution, type ActionState, type ExecutionState, type RunState } from '../../model/run-state';
import { isActive, nextStage } from '../codepipeline/execution/decide';

/** What a run was to do, as far as its end depends on it. */
export interface SummaryOptions {
  /** What is not rehearsed makes the exit code 3, a finding the verdict `failed`. */
  readonly strict: boolean;
  /** These actions (`Stage/Action`) alone. */
  readonly only?: readonly string[];
  /** No further than this stage. */
  readonly until?: string;
  /** The engine was told to end. */
  readonly interrupted: boolean;
}

/** The first line of a run's end, and what it comes to. Nothing that was not rehearsed is counted as passed. */
export function summarize(
  state: RunState,
  options: SummaryOptions,
): { verdict: RunVerdict; text: string; exitCode: number } {
  const execution = judgedExecution(state);
  const actions = [...(execution?.actions.values() ?? [])].filter(
    (action) => !options.only || options.only.includes(`${action.stage}/${action.action}`),
  );
  const planned = options.only
    ? actions.length
    : (state.definition?.stages.reduce((sum, stage) => sum + stage.actions.length, 0) ?? 0);
  const having = (status: string): ActionState[] => actions.filter((action) => action.status === status);
  const [failed] = having('Failed');
  const notRehearsed = [
    ...having('NotRehearsed').map((one) => `${one.stage}/${one.action} (${(one.missing ?? []).join(', ')})`),
    ...(execution?.conditions ?? [])
      .filter((one) => one.status === 'NotRehearsed')
      .map((one) => `${one.stage}/${one.condition}/${one.rule} (${one.provider})`),
  ];
  const succeeded = having('Succeeded').length;
  const tail = notRehearsed.length > 0 ? `; not rehearsed: ${notRehearsed.join(', ')}` : '';
  const passed = `${succeeded} of ${planned} actions passed${tail}`;
  const lenient = options.strict && notRehearsed.length > 0 ? 3 : 0;
  switch (outcomeOf(execution, actions, state, options)) {
    case 'failed': {
      const rejected = failed?.failure?.code === 'ApprovalRejected';
      const stage = [...(execution?.stages ?? [])].find(([, one]) => one.status === 'Failed');
      const what = failed
        ? `${failed.stage}/${failed.action} ${rejected ? 'was rejected' : 'failed'}`
        : stage
          ? `stage ${stage[0]} failed${stage[1].detail ? `: ${stage[1].detail}` : ''}`
          : 'failed';
      return { verdict: rejected ? 'rejected' : 'failed', text: `${what}; ${passed}`, exitCode: 1 };
    }
    case 'waiting':
      return { verdict: 'waiting', text: `waits for ${waitsFor(execution, state)}; ${passed}`, exitCode: lenient };
    case 'stopped':
      return { verdict: 'stopped', text: `${stoppedBy(execution)}; ${passed}`, exitCode: 1 };
    case 'interrupted':
      return { verdict: 'interrupted', text: `interrupted; ${passed}`, exitCode: 130 };
    case 'succeeded': {
      const found = options.strict ? state.messages.filter(({ finding }) => finding) : [];
      if (found[0])
        return {
          verdict: 'failed',
          text: `${found.length === 1 ? 'a finding is an error' : `${found.length} findings are errors`} with --strict: ${found[0].text}${found[0].where ? ` (${found[0].where})` : ''}; ${passed}`,
          exitCode: 1,
        };
      return {
        verdict: notRehearsed.length > 0 ? 'incomplete' : 'passed',
        text: `${succeeded} of ${planned} actions rehearsed, all passed${tail}`,
        exitCode: lenient,
      };
    }
  }
}

function outcomeOf(
  execution: ExecutionState | undefined,
  actions: readonly ActionState[],
  state: RunState,
  options: SummaryOptions,
): 'succeeded' | 'failed' | 'waiting' | 'stopped' | 'interrupted' {
  if (options.interrupted || execution?.stopping?.reason === 'interrupted') return 'interrupted';
  if (options.only) {
    if (actions.some((action) => action.status === 'Failed')) return 'failed';
    return actions.some((action) => action.status === 'InProgress') ? 'waiting' : 'succeeded';
  }
  switch (execution?.status) {
    case 'Succeeded':
      return 'succeeded';
    case undefined:
    case 'Failed':
      return 'failed';
    case 'Stopped':
    case 'Cancelled':
    case 'Superseded':
      return 'stopped';
    case 'InProgress':
    case 'Stopping':
    case 'Waiting':
      return options.until && execution.stages.get(options.until)?.status === 'Succeeded' && reaches(execution, state)
        ? 'succeeded'
        : 'waiting';
  }
}

/** Whether nothing of the execution is under way: it stands between two stages. */
function reaches(execution: ExecutionState, state: RunState): boolean {
  const next = state.definition && nextStage(execution, state.definition);
  return next !== undefined && !execution.stages.has(next.name);
}

function waitsFor(execution: ExecutionState | undefined, state: RunState): string {
  const approvals = [...(execution?.actions.values() ?? [])].filter((action) => action.status === 'InProgress');
  if (approvals.length > 0) return approvals.map((one) => `${one.stage}/${one.action}`).join(', ');
  const next = execution && isActive(execution) && state.definition && nextStage(execution, state.definition);
  return next ? `the transition into ${next.name}` : 'a person';
}

function stoppedBy(execution: ExecutionState | undefined): string {
  const why = execution?.detail ? ` (${execution.detail})` : '';
  return `the execution was ${execution?.status === 'Stopped' ? 'stopped' : (execution?.status ?? '').toLowerCase()}${why}`;
}
