import { plain, plainLine } from '../model/plain-text';
import { judgedExecution, rollbacksAfter, type ActionState, type RunState } from '../model/run-state';
import { unchangedNote } from '../model/unchanged';
import { duration } from './duration';
import { rollbackSentence, stateWords } from './execution-words';

/**
 * The run as Markdown for the summary of a job of GitHub Actions (GitHub Docs, "Workflow commands", `GITHUB_STEP_SUMMARY`: at most 1 MiB): the verdict, every
 * action of the execution that the verdict is about, and what failed with its last lines. Names, messages and logs are shown as text, never as markup.
 * @param clean takes secrets out of what a program or a person wrote; the names of pipelines, stages and actions stay
 */
export function jobSummary(state: RunState, clean: (text: string) => string = (value) => value): string {
  const execution = judgedExecution(state);
  const actions = [...(execution?.actions.values() ?? [])];
  const rollbacks = rollbacksAfter(state, execution).map((one) => text(rollbackSentence(one)));
  const failed = actions.filter((one) => one.status === 'Failed' && one.failure);
  return [
    `## ${text(state.definition?.name ?? state.pipeline)}: ${text(clean(state.summary ?? 'not ended'))}`,
    ...(rollbacks.length > 0 ? ['', ...rollbacks] : []),
    '',
    '| Action | Status | Took |',
    '| --- | --- | ---: |',
    ...actions.map((one) => row(one, clean)),
    ...failed.flatMap((one) => failure(one, clean)),
    '',
  ].join('\n');
}

function row(action: ActionState, clean: (text: string) => string): string {
  const took = action.endedAt ? duration(action.startedAt, action.endedAt) : '';
  const unchanged = unchangedNote(action.outputVariables);
  const why = action.missing?.length ? `: ${clean(action.missing.join(', '))}` : '';
  return `| ${text(`${action.stage}/${action.action}`)} | ${text(`${stateWords(action.status)}${unchanged ? ` (${unchanged})` : ''}${why}`)} | ${took} |`;
}

function failure({ stage, action, failure }: ActionState, clean: (text: string) => string): string[] {
  if (!failure) return [];
  const { where, command, tail = [], next } = failure;
  const place = where ? [where.file, where.line, where.column].filter((one) => one !== undefined).join(':') : '';
  return [
    '',
    `### ${text(`${stage}/${action}: ${clean(failure.message)}`)}`,
    ...(place ? ['', `At ${text(clean(place))}.`] : []),
    ...(command ? ['', ...fenced(clean(command))] : []),
    ...(tail.length > 0 ? ['', ...fenced(clean(tail.join('\n')))] : []),
    ...(next ? ['', text(`→ ${clean(next)}`)] : []),
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
