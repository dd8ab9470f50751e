import { failedAction, rollbacksAfter, type ExecutionState, type RunState } from '../../model/run-state';
import { commitsOf, kindOf, rollbackSentence, tookOf } from '../execution-words';
import { dateTime } from '../local-time';
import { markup, type Part } from '../markup';

/** Every execution of the run in the order in which they started; the one that the report tells of is marked. */
export function executions(state: RunState, shown: ExecutionState | undefined, now: number): Part {
  if (state.executions.length < 2) return '';
  const rows = state.executions.map((one) => {
    const failed = failedAction(one);
    return markup`<tr><td><code>${one.executionId.slice(0, 8)}</code>${one === shown ? markup` <span class="mark">this report</span>` : ''}</td><td>${kindOf(one)}</td><td class="time">${dateTime(one.startedAt)}</td><td class="time">${tookOf(one, now)}</td><td class="${one.status}">${one.status}${failed ? `: ${failed.stage}/${failed.action}` : ''}</td><td>${commitsOf(one)}</td></tr>`;
  });
  return markup`<h2 id="executions">Executions of this run</h2><table>${rows}</table>`;
}

/** What was rolled back after the execution that the report tells of. */
export function rollbacks(state: RunState, shown: ExecutionState | undefined): Part {
  return rollbacksAfter(state, shown).map((one) => markup`<p class="notice">${rollbackSentence(one)}</p>`);
}
