import { firstLine, setIn } from '../model/plain-text';
import { judgedExecution, type RunState } from '../model/run-state';

/** What a person reads when a run is over: the verdict, what failed with its last lines, the command that repeats it, and where the run lies. */
export function outcomeLines(state: RunState, paths: { run: string; report: string }): string[] {
  const lines = [state.summary ?? ''];
  for (const action of judgedExecution(state)?.actions.values() ?? []) {
    if (action.status !== 'Failed' || !action.failure) continue;
    const { failure } = action;
    const build = [...state.builds.values()].find((one) => one.buildId === action.externalExecutionId);
    lines.push('', `${action.stage}/${action.action}: ${failure.message}`);
    if (failure.where)
      lines.push(
        `  at ${[failure.where.file, failure.where.line, failure.where.column].filter(Boolean).join(':')}${failure.where.path ? ` (${failure.where.path})` : ''}`,
      );
    if (failure.command) lines.push(`  phase ${failure.phase ?? ''}, command: ${firstLine(failure.command)}`);
    for (const line of failure.tail ?? []) lines.push(`  | ${line}`);
    if (build) lines.push(`  whole log: ${paths.run}/${build.log}`);
    if (failure.next) lines.push(`  → ${failure.next}`);
    if (failure.code !== 'ApprovalRejected')
      lines.push(`  repeat it: npx saiondo rehearse --resume ${state.runId} --only ${action.stage}/${action.action}`);
  }
  if (state.verdict === 'waiting')
    lines.push(`continue it: npx saiondo rehearse --resume ${state.runId} ${decision(state)}`);
  if (state.verdict === 'interrupted' || state.verdict === 'failed')
    lines.push('', `continue it: npx saiondo rehearse --resume ${state.runId}`);
  lines.push(`run:    ${paths.run}`, `report: ${paths.report}`);
  return lines.map((line) => setIn(line, 4));
}

/** What lets a run that waits go on: its approvals, else a transition that somebody enables while it serves. */
function decision(state: RunState): string {
  const waiting = [...(judgedExecution(state)?.actions.values() ?? [])].filter(
    (one) => one.status === 'InProgress' && one.approval && !one.approval.status,
  );
  return waiting.map((one) => `--approve ${one.stage}/${one.action}`).join(' ') || '--serve';
}
