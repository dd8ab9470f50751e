import * as path from 'node:path';
import { withoutGuard } from '../../model/unchanged';
import type { ActionState, ExecutionState, RunState } from '../../model/run-state';
import { markup, type Part } from '../markup';
import { actionLink } from './actions';

/** What failed comes first: where, which command, its last lines, and what to type next. */
export function failures(state: RunState, execution: ExecutionState | undefined, runDirectory: string): Part {
  const failed = [...(execution?.actions.values() ?? [])].filter((one) => one.failure);
  const blocks = failed.map((action) => failure(state, action, runDirectory));
  return blocks.length > 0 ? markup`<h2>What failed</h2>${blocks}` : '';
}

function failure(state: RunState, action: ActionState, runDirectory: string): Part {
  const { failure, externalExecutionId } = action;
  const name = `${action.stage}/${action.action}`;
  const build = state.builds.get(externalExecutionId ?? '');
  const where = failure?.where
    ? [failure.where.file, failure.where.line, failure.where.column].filter((one) => one !== undefined).join(':')
    : '';
  const cases = (build?.reports ?? []).flatMap((report) => report.failures);
  const facts: [string, string | undefined][] = [
    ['where', where && failure?.where?.path ? `${where} (${failure.where.path})` : where],
    ['phase', failure?.phase],
    ['test', cases.map((one) => [one.suite, one.name].filter(Boolean).join(' › ')).join('\n')],
    ['exit code', failure?.exitCode?.toString()],
    ['next', failure?.next],
    ['repeat it', `npx saiondo rehearse --resume ${state.runId} --only ${name}`],
    ['whole log', build && path.join(runDirectory, build.log)],
  ];
  const rows = facts.flatMap(([label, value]) =>
    value ? [markup`<tr><th>${label}</th><td><code>${value}</code></td></tr>`] : [],
  );
  const command = failure?.command
    ? markup`<tr><th>command</th><td><pre>${withoutGuard(failure.command)}</pre></td></tr>`
    : '';
  const tail = failure?.tail?.length ? markup`<pre>${failure.tail.join('\n')}</pre>` : '';
  return markup`<h3 class="Failed">${actionLink(state, action, name)}: ${withoutGuard(failure?.message ?? '')}</h3><table>${command}${rows}</table>${tail}`;
}
