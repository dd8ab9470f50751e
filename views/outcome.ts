import { setIn } from '../model/plain-text';
import { judgedExecution, rollbacksAfter, waitsForDecision, type ActionState, type RunState } from '../model/run-state';
import { commandWords, failureReason } from './failure-words';
import { rollbackSentence } from './execution-words';

/** Where a run's folder and its report are, and whether its address still answers after the verdict. */
export interface OutcomeFacts {
  readonly run: string;
  readonly report: string;
  /** Then the next command speaks to what is being served: another rehearsal cannot start here. */
  readonly served?: boolean;
}

/** Names of failed test cases that are listed. */
const TESTS = 5;

/** What a person reads when a run is over: the verdict, what failed with its last lines, the command that repeats it, and where the run lies. */
export function outcomeLines(state: RunState, facts: OutcomeFacts): string[] {
  const execution = judgedExecution(state);
  const lines = [state.summary ?? ''];
  for (const action of execution?.actions.values() ?? [])
    if (action.status === 'Failed' && action.failure) lines.push('', ...failureLines(state, action, facts));
  const rollbacks = rollbacksAfter(state, execution);
  if (rollbacks.length > 0) lines.push('', ...rollbacks.map(rollbackSentence));
  lines.push(...nextLines(state, facts));
  const differences = new Set(state.messages.filter((one) => one.level === 'limit').map((one) => one.text)).size;
  if (differences > 0)
    lines.push(`differences from AWS: ${differences}, listed under “Notes” in the report (or run with --verbose)`);
  lines.push(`run:    ${facts.run}`, `report: ${facts.report}`);
  return lines.map((line) => setIn(line, 4));
}

function failureLines(state: RunState, action: ActionState, { run, served }: OutcomeFacts): string[] {
  const { failure } = action;
  if (!failure) return [];
  const lines = [`${action.stage}/${action.action}: ${failureReason(failure.message)}`];
  const build = [...state.builds.values()].find((one) => one.buildId === action.externalExecutionId);
  if (failure.where)
    lines.push(
      `  at ${[failure.where.file, failure.where.line, failure.where.column].filter(Boolean).join(':')}${failure.where.path ? ` (${failure.where.path})` : ''}`,
    );
  if (failure.command) lines.push(`  phase ${failure.phase ?? ''}, command: ${commandWords(failure.command)}`);
  const cases = (build?.reports ?? []).flatMap((report) => report.failures);
  for (const one of cases.slice(0, TESTS))
    lines.push(`  failed test: ${[one.suite, one.name].filter(Boolean).join(' › ')}`);
  if (cases.length > TESTS) lines.push(`  and ${cases.length - TESTS} more failed tests`);
  for (const line of failure.tail ?? []) lines.push(`  | ${line}`);
  if (build) lines.push(`  whole log: ${run}/${build.log}`);
  if (failure.next) lines.push(`  → ${failure.next}`);
  if (failure.code === 'ApprovalRejected') return lines;
  return [
    ...lines,
    '  why: npx saiondo triage',
    served
      ? `  try again: npx saiondo retry ${action.stage}`
      : `  repeat it: npx saiondo rehearse --resume ${state.runId} --only ${action.stage}/${action.action}`,
  ];
}

/** What lets a run that is not over continue. */
function nextLines(state: RunState, { served }: OutcomeFacts): string[] {
  const waiting = [...(judgedExecution(state)?.actions.values() ?? [])].filter(waitsForDecision);
  if (state.verdict === 'waiting') {
    if (served) return waiting.map((one) => `decide: npx saiondo approve ${one.stage} (or reject)`);
    // Without an approval it is a transition that waits: somebody enables it while the run is served.
    const options = waiting.map((one) => `--approve ${one.stage}/${one.action}`).join(' ') || '--serve';
    return [`continue it: npx saiondo rehearse --resume ${state.runId} ${options}`];
  }
  if (state.verdict === 'interrupted' || (state.verdict === 'failed' && !served))
    return ['', `continue it: npx saiondo rehearse --resume ${state.runId}`];
  return [];
}
