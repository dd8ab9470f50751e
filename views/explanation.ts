import type { ActionExplanation, BuildExplanation, KnownExplanation } from '../model/explanation';
import { setIn } from '../model/plain-text';

const UNDEPLOYED = '  project      a stage of the pipeline deploys it: a run that deployed it explains it';

/** What a person reads of `saiondo rehearse --explain STAGE/ACTION`. */
export function explanationLines(explained: ActionExplanation): string[] {
  const { action, kind, runOrder, account, region, roleArn, timeoutInMinutes, takes, gives, build } = explained;
  const lines = [
    action,
    `  kind         ${kind}, run order ${runOrder}`,
    `  acts in      ${account} ${region}`,
    ...(roleArn ? [`  role         ${roleArn}`] : []),
    ...(timeoutInMinutes === undefined ? [] : [`  timeout      ${timeoutInMinutes} minutes`]),
    ...(explained.notRehearsed ? [`  not rehearsed: ${explained.notRehearsed}`] : []),
    ...takes.map(({ what, from }) => `  takes        ${what}, from ${from}`),
    ...gives.map(
      ({ what, takenBy }) =>
        `  gives        ${what}, ${takenBy.length > 0 ? `to ${takenBy.join(', ')}` : 'to no action'}`,
    ),
    ...section(
      'configuration',
      Object.entries(explained.configuration).map(([name, value]) => `${name}: ${value}`),
    ),
    ...section('commands', explained.commands ?? []),
    ...(explained.known ? knownLines(explained.known) : []),
    ...(build ? buildLines(build) : explained.kind.endsWith('/CodeBuild') ? [UNDEPLOYED] : []),
  ];
  return lines.map((line) => setIn(line, 6));
}

function buildLines(build: BuildExplanation): string[] {
  const { project, image, environmentType, privileged, timeoutMinutes, queuedTimeoutMinutes } = build;
  return [
    `  project      ${project}`,
    `  image        ${image} (${environmentType}${privileged ? ', privileged' : ''})`,
    `  limits       ${timeoutMinutes} minutes, ${queuedTimeoutMinutes} in the queue`,
    `  cache        ${build.cache}`,
    `  buildspec    ${build.buildspec}${build.buildspecKnown ? '' : ' of the source: its commands are known when the build starts'}`,
    ...section(
      'variables',
      build.variables.map(({ name, value, type, where }) =>
        type === 'PLAINTEXT' ? `${name}=${value}  (${where})` : `${name} from ${type} ${value}  (${where})`,
      ),
    ),
    ...section('exports', build.exportedVariables),
    ...section('reports', build.reports),
    ...section(
      'phases',
      build.commands.map(({ phase, text, where }) => `${phase}  ${where}  ${text.trimEnd()}`),
    ),
  ];
}

/** Reasons that are shown of many. */
const MOST_REASONS = 5;

function knownLines({ last, again }: KnownExplanation): string[] {
  const reasons = [
    ...again.slice(0, MOST_REASONS),
    ...(again.length > MOST_REASONS ? [`${again.length - MOST_REASONS} more`] : []),
  ];
  return [
    ...(last
      ? [
          `  fingerprint  ${last.fingerprint}, passed at ${last.at} (run ${last.run})`,
          `  of           ${last.parts.join(', ')}`,
          ...(last.changed
            ? [`  changed      ${last.changed.join(', ') || 'nothing'}, compared with the time before`]
            : []),
        ]
      : []),
    again.length > 0
      ? `  runs again   ${reasons.join('; ')}`
      : '  restored     as long as image, packages, runtimes and variables are what they were',
  ];
}

/** A heading and its lines; nothing where there are none. */
function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${heading}:`, ...lines.map((line) => `    ${line}`)];
}
