import { firstLine } from '../model/plain-text';
import { failedAction, type ActionState, type ExecutionState } from '../model/run-state';
import { seconds } from './duration';

/** What CodePipeline's trigger types say to a person (API Reference, ExecutionTrigger.triggerType). */
const TRIGGERS: Readonly<Record<string, string>> = {
  StartPipelineExecution: 'started manually',
  CreatePipeline: 'started by the new pipeline',
  Manual: 'started manually',
  PipelineUpdated: 'started by the pipeline’s update',
  Webhook: 'started by a push',
  WebhookV2: 'started by a push',
  ManualRollback: 'started manually',
  AutomatedRollback: 'started by the failure',
};

/** How an execution began, or which stage it rolls back to which execution: `Rollback of Dev to 70e96eed`. */
export function kindOf(
  execution: Pick<ExecutionState, 'mode' | 'rollbackStage' | 'rollbackTarget' | 'trigger'>,
): string {
  if (execution.mode === 'ROLLBACK')
    return `Rollback of ${execution.rollbackStage ?? 'a stage'} to ${(execution.rollbackTarget ?? '').slice(0, 8)}`;
  return TRIGGERS[execution.trigger.type] ?? execution.trigger.type;
}

/** The commits of an execution on a line: sources of one repository bring the same. */
export function commitsOf({ revisions }: Pick<ExecutionState, 'revisions'>): string {
  return [...new Set(revisions.map((one) => `${one.commitId.slice(0, 7)} ${firstLine(one.message)}`.trim()))].join(
    ', ',
  );
}

/** How long an execution took, or has been taking. @param now in milliseconds */
export function tookOf({ startedAt, endedAt }: Pick<ExecutionState, 'startedAt' | 'endedAt'>, now: number): string {
  return seconds(((endedAt ? Date.parse(endedAt) : now) - Date.parse(startedAt)) / 1000);
}

/** A rollback in a sentence: `Dev was rolled back to 70e96eed (execution dd14de0f).` */
export function rollbackSentence(rollback: ExecutionState): string {
  const { rollbackStage = '', rollbackTarget = '', executionId, status } = rollback;
  const to = `${rollbackStage} ${status === 'Succeeded' ? 'was' : status === 'InProgress' ? 'is being' : 'was not'} rolled back to ${rollbackTarget.slice(0, 8)}`;
  const failed = failedAction(rollback);
  const why = failed ? `: ${failed.stage}/${failed.action} failed (${firstLine(failed.failure?.message)})` : '';
  return `${to} (execution ${executionId.slice(0, 8)})${why}`;
}

/** A state as every view names it: CodePipeline has no word for what was not rehearsed. */
export function stateWords(status: ActionState['status'] | undefined): string {
  return status === 'NotRehearsed' ? 'not rehearsed' : (status ?? '—');
}
