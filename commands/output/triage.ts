import type { ActionFailure, Triage } from '../../operator/triage/evidence/triage.shape';
import { fitWidth } from '../../views/text-width';
import { short, type Paint } from './paint';
import { revisionsText } from './status';

/** Failed cases that are shown to people; `--json` has all that were read. */
const TESTS = 8;
/** Lines of a command: a block of a buildspec may be long. */
const COMMAND_LINES = 20;
/** Lines of it ahead of the cause, which has to stay among the first ten of the screen. */
const HEAD_LINES = 3;
/** What only steers a block, or says something: a program that failed stands in its other lines. */
const STEERS =
  /^\s*(?:#|(?:if|elif|else|fi|then|for|while|until|do|done|case|esac|echo|printf|set|export|local)\b|[{}]\s*$|;;)/;
/** Characters of what AWS says of an action. */
const LINE_WIDTH = 200;

/**
 * The triage for people. The first lines name the action, the command and the cause; what supports them follows.
 * @param log where the whole log of a rehearsal's build is: AWS's console has none of it
 */
export function showTriage(triage: Triage, paint: Paint, log?: string): string {
  const { colours } = paint;
  const { execution, failure } = triage;
  if (!execution) return `${triage.pipeline} has not failed in the executions that are still listed`;
  if (!failure) return `no action of ${execution.id} failed (${execution.status})`;
  const revision = revisionsText(execution.revisions);
  const { build, cause } = failure;
  return [
    `${colours.bold('action')}    ${colours.red(failure.action)} of execution ${execution.id}`,
    ...(build
      ? [
          `${colours.bold('command')}   ${commandText(build.command)}${build.exitCode === undefined ? '' : ` (exit code ${build.exitCode})`}`,
          `${colours.bold('phase')}     ${build.phase ?? '?'} of ${build.id}, ${build.status}`,
        ]
      : [
          `${colours.bold('step')}      ${failure.provider}${failure.message ? `: ${fitWidth(failure.message.split('\n')[0] ?? '', LINE_WIDTH)}` : ''}`,
        ]),
    `${colours.bold('cause')}     ${colours.red(cause.summary)}`,
    ...(cause.known
      ? [
          `${colours.bold('known')}     ${cause.known.title} → ${cause.known.remedy}`,
          `          ${cause.known.runbook}`,
        ]
      : []),
    ...(revision ? [`${colours.bold('commit')}    ${revision}`] : []),
    ...sinceLines(failure, paint),
    ...(triage.rollbacks ?? []).map((one) => `${colours.bold('rollback')}  ${rollbackText(one)}`),
    `${colours.bold('again')}     ${failure.reproduce}`,
    ...evidenceLines(failure, paint, log),
    ...triage.others.map((one) => {
      const why = one.cause ?? one.message?.split('\n')[0];
      return `${colours.bold('also')}      ${one.action}${why ? `: ${fitWidth(why, LINE_WIDTH)}` : ''}`;
    }),
  ].join('\n');
}

function rollbackText(one: NonNullable<Triage['rollbacks']>[number]): string {
  const to = one.rollbackTarget ? ` to ${one.rollbackTarget.slice(0, 8)}` : '';
  const failed = one.failed
    ? ` at ${one.failed}${one.message ? `: ${fitWidth(one.message.split('\n')[0] ?? '', 120)}` : ''}`
    : '';
  return `${one.status.toLowerCase()}${to}, execution ${one.id.slice(0, 8)}${failed} → saiondo triage ${one.id.slice(0, 8)}`;
}

/** A command in a few lines: of a long block, the lines that run programs. The whole block stands below the cause. */
function commandText(command: string | undefined): string {
  if (!command) return 'none: it failed before its first command';
  const lines = linesOf(command);
  if (lines.length <= HEAD_LINES) return lines.map((line) => fitWidth(line, LINE_WIDTH)).join('\n          ');
  const runs = lines.filter((line) => !STEERS.test(line));
  const shown = (runs.length > 0 ? runs : lines)
    .slice(0, HEAD_LINES - 1)
    .map((line) => fitWidth(line.trim(), LINE_WIDTH));
  return [`of a block of ${lines.length} lines:`, ...shown].join('\n          ');
}

/** A long block as it is: joined by semicolons it would be another command. */
function blockLines(command: string | undefined, { colours }: Paint): string[] {
  const lines = linesOf(command ?? '');
  if (lines.length <= HEAD_LINES) return [];
  const shown = lines.slice(0, COMMAND_LINES).map((line) => fitWidth(line, LINE_WIDTH));
  const more = lines.length > COMMAND_LINES ? [`… ${lines.length - COMMAND_LINES} more lines`] : [];
  return [`${colours.bold('block')}     ${[...shown, ...more].join('\n          ')}`];
}

function linesOf(command: string): string[] {
  return command.split('\n').filter((line) => line.trim() !== '');
}

function sinceLines({ since }: ActionFailure, paint: Paint): string[] {
  if (!since) return [];
  const { lastPassed, firstFailed, commits } = since;
  const first = revisionsText(firstFailed.revisions);
  const head = lastPassed
    ? `last passed:  ${revisionsText(lastPassed.revisions) || lastPassed.executionId}`
    : 'it has not passed in the executions that are listed';
  return [
    `${paint.colours.bold('since')}     ${head}`,
    `          first failed: ${first || firstFailed.executionId}`,
    ...(commits ?? []).slice(0, 10).map((one) => `          ${short(one.commit)} ${one.message} (${one.author})`),
  ];
}

function evidenceLines(failure: ActionFailure, paint: Paint, local: string | undefined): string[] {
  const { colours } = paint;
  const { cause, tests, events, build } = failure;
  return [
    ...blockLines(build?.command, paint),
    ...(cause.lines.length > 0
      ? ['', ...cause.lines.map((line) => (line.error ? colours.red(`> ${line.text}`) : `  ${line.text}`)), '']
      : []),
    ...tests
      .slice(0, TESTS)
      .map(
        (test) =>
          `${colours.bold('test')}      ${test.suite && !test.name.includes(test.suite) ? `${test.suite} › ` : ''}${test.name}${test.message ? `: ${fitWidth(test.message.split('\n')[0] ?? '', 120)}` : ''}`,
      ),
    ...(tests.length > TESTS ? [`          and ${tests.length - TESTS} more`] : []),
    ...events
      .slice(0, 10)
      .map(
        (event) =>
          `${colours.bold('event')}     ${event.subject}${event.status ? ` ${event.status}` : ''}: ${event.reason}`,
      ),
    ...(local !== undefined
      ? [local].filter(Boolean).map((one) => `${colours.bold('log')}       ${one}`)
      : [
          ...(build?.log?.url ? [`${colours.bold('log')}       ${build.log.url}`] : []),
          ...(failure.url ? [`${colours.bold('console')}   ${failure.url}`] : []),
        ]),
    ...failure.unknown.map((text) => `${colours.bold('unknown')}   ${text}`),
  ];
}
