import { plain, plainLine } from '../model/plain-text';
import { judgedExecution, rollbacksAfter, type ActionState, type RunState } from '../model/run-state';
import { unchangedNote } from '../model/unchanged';
import { duration } from './duration';
import { rollbackSentence } from './execution-words';

/**
 * The run as Markdown for the summary of a job of GitHub Actions (GitHub Docs, "Workflow commands", `GITHUB_STEP_SUMMARY`: at most 1 MiB): the verdict, every
 * action of the execution that the verdict is about, and what failed with its last lines. Names, messages and logs are shown as text, never as markup.
 */
export function jobSummary(state: RunState): string {
  const execution = judgedExecution(state);
  const actions = [...(execution?.actions.values() ?? [])];
  const rollbacks = rollbacksAfter(state, execution).map((one) => text(rollbackSentence(one)));
  const failed = actions.filter((one) => one.status === 'Failed' && one.failure);
  return [
    `## ${text(state.definition?.name ?? state.pipeline)}: ${text(state.summary ?? 'not ended')}`,
    ...(rollbacks.length > 0 ? ['', ...rollbacks] : []),
    '',
    '| Action | Status | Took |',
    '| --- | --- | ---: |',
    ...actions.map(row),
    ...failed.flatMap(failure),
    '',
  ].join('\n');
}

function row(action: ActionState): string {
  const took = action.endedAt ? duration(action.startedAt, action.endedAt) : '';
  const unchanged = unchangedNote(action.outputVariables);
  const why = action.missing?.length ? `: ${action.missing.join(', ')}` : '';
  return `| ${text(`${action.stage}/${action.action}`)} | ${text(`${action.status}${unchanged ? ` (${unchanged})` : ''}${why}`)} | ${took} |`;
}

function failure({ stage, action, failure }: ActionState): string[] {
  if (!failure) return [];
  const { where, command, tail = [], next } = failure;
  const place = where ? [where.file, where.line, where.column].filter((one) => one !== undefined).join(':') : '';
  return [
    '',
    `### ${text(`${stage}/${action}: ${failure.message}`)}`,
    ...(place ? ['', `At ${text(place)}.`] : []),
    ...(command ? ['', ...fenced(command)] : []),
    ...(tail.length > 0 ? ['', ...fenced(tail.join('\n'))] : []),
    ...(next ? ['', text(`→ ${next}`)] : []),
  ];
}

/** One line without markup: what Markdown or HTML could read is written as an entity (GitHub Flavored Markdown, "Entity and numeric character references"). */
function text(value: string): string {
  return plainLine(value).replace(/[\\`*_{}[\]<>()#|!~@&$:.-]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Lines in a code block whose fence is longer than every run of backticks in them. */
function fenced(value: string): string[] {
  const lines = plain(value);
  const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, lines, fence];
}
