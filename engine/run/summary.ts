import type { RunVerdict } from '../../model/events';
import { currentExecution, type RunState } from '../../model/run-state';
import type { ExecutionOutcome } from '../codepipeline/execution';

/** The first line of a run's end, and what it comes to. Nothing that was not rehearsed is counted as passed. */
export function summarize(
  state: RunState,
  outcome: ExecutionOutcome,
  options: { strict: boolean; only?: string },
): { verdict: RunVerdict; text: string; exitCode: number } {
  const actions = [...(currentExecution(state)?.actions.values() ?? [])].filter(
    (action) => !options.only || `${action.stage}/${action.action}` === options.only,
  );
  const planned = options.only
    ? actions.length
    : (state.definition?.stages.reduce((sum, stage) => sum + stage.actions.length, 0) ?? 0);
  const with_ = (status: string): typeof actions => actions.filter((action) => action.status === status);
  const [failed] = with_('Failed');
  const notRehearsed = with_('NotRehearsed');
  const succeeded = with_('Succeeded').length;
  const names = notRehearsed.map((action) => `${action.stage}/${action.action} (${(action.missing ?? []).join(', ')})`);
  const tail = names.length > 0 ? `; not rehearsed: ${names.join(', ')}` : '';
  switch (outcome) {
    case 'Failed':
    case 'Mutated': {
      const rejected = failed?.failure?.code === 'ApprovalRejected';
      const what = failed ? `${failed.stage}/${failed.action} ${rejected ? 'was rejected' : 'failed'}` : 'failed';
      return {
        verdict: rejected ? 'rejected' : 'failed',
        text: `${what}; ${succeeded} of ${planned} actions passed${tail}`,
        exitCode: 1,
      };
    }
    case 'Waiting': {
      const waiting = with_('InProgress').map((action) => `${action.stage}/${action.action}`);
      return {
        verdict: 'waiting',
        text: `waits for ${waiting.join(', ')}; ${succeeded} of ${planned} actions passed${tail}`,
        exitCode: options.strict && names.length > 0 ? 3 : 0,
      };
    }
    case 'Stopped':
      return {
        verdict: 'interrupted',
        text: `interrupted; ${succeeded} of ${planned} actions passed${tail}`,
        exitCode: 130,
      };
    case 'Succeeded':
      return {
        verdict: names.length > 0 ? 'incomplete' : 'passed',
        text: `${succeeded} of ${planned} actions rehearsed, all passed${tail}`,
        exitCode: options.strict && names.length > 0 ? 3 : 0,
      };
  }
}
