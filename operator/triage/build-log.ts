import type { Calls } from '../aws';
import { plain } from '../../model/plain-text';

/** Where a build's log is. */
export interface LogAddress {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** The calls of this file. */
export type LogCalls = Pick<Calls, 'getLogEvents'>;

/** What is read of a long log: this much of its end, and this much of the beginning of the failed phase. In characters. */
const END = 4_000_000;
const BEGINNING = 1_000_000;
/** Lines of the end and of the beginning that are kept: an error further in would not be found by a person either. */
const LINES = 20_000;
/** Characters of a line that are kept: a bundle on one line is not an error, and patterns are not run over it. */
const LINE = 4_000;

const OWN = /^\[Container\] \d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(?:\.\d+)? (.*)$/;

/** The part of a build's log that tells why it failed. */
export interface FailedCommandLog {
  /** The command as the log has it, all of its lines where CodeBuild printed them. */
  readonly command?: string;
  readonly exitCode?: number;
  /** What it printed. */
  readonly output: readonly string[];
}

/**
 * Reads the end of a log by pages, newest first, until the command that failed has begun; where it printed too much for that, the
 * beginning of the failed phase besides. Memory does not grow with the log.
 * @param phase the failed phase, with its start in milliseconds since 1970
 */
export async function readFailedCommand(
  aws: LogCalls,
  address: LogAddress,
  phase: { readonly type?: string; readonly startedAt?: number },
): Promise<FailedCommandLog> {
  let lines: string[] = [];
  let read = 0;
  let token: string | undefined;
  let whole = false;
  while (read < END) {
    const page = await aws.getLogEvents({ ...address, startFromHead: false, ...(token ? { nextToken: token } : {}) });
    const text = (page.events ?? []).map((event) => event.message ?? '');
    if (page.nextBackwardToken === token || (text.length === 0 && page.nextBackwardToken === undefined)) {
      whole = true;
      break;
    }
    token = page.nextBackwardToken;
    read += text.reduce((sum, message) => sum + message.length, 0);
    lines = [...linesOf(text), ...lines];
    if (hasBeginning(lines, phase.type)) return failedCommand(lines);
    if (token === undefined) {
      whole = true;
      break;
    }
  }
  if (whole) return failedCommand(lines);
  const beginning = await readBeginning(aws, address, phase);
  return failedCommand([...beginning, '… the middle of the log was not read …', ...lines.slice(-LINES)]);
}

/**
 * A log from its first line on, as it is written, until `ended` says that nothing more comes: pages of whole lines, each without the line feed at
 * its end. One page is held at a time.
 */
export async function* streamLog(
  aws: LogCalls,
  address: LogAddress,
  follow?: { readonly ended: () => Promise<boolean>; readonly pause: () => Promise<void> },
): AsyncGenerator<string> {
  let token: string | undefined;
  for (;;) {
    // Asked before the page is read: what is written between the two is in the page.
    const ended = follow ? await follow.ended() : true;
    const page = await aws.getLogEvents({ ...address, startFromHead: true, ...(token ? { nextToken: token } : {}) });
    const text = (page.events ?? []).map(({ message = '' }) => (message.endsWith('\n') ? message : `${message}\n`));
    if (text.length > 0) yield plain(text.join('').slice(0, -1));
    const more = page.nextForwardToken !== undefined && page.nextForwardToken !== token;
    token = page.nextForwardToken ?? token;
    if (more && (page.events ?? []).length > 0) continue;
    if (ended) return;
    await follow?.pause();
  }
}

async function readBeginning(
  aws: LogCalls,
  address: LogAddress,
  phase: { readonly startedAt?: number },
): Promise<string[]> {
  const page = await aws.getLogEvents({
    ...address,
    startFromHead: true,
    ...(phase.startedAt === undefined ? {} : { startTime: phase.startedAt }),
  });
  const text = (page.events ?? []).map((event) => event.message ?? '');
  const lines = linesOf(text);
  let length = 0;
  const cut = lines.findIndex((line) => (length += line.length) > BEGINNING);
  return lines.slice(0, cut < 0 ? LINES : Math.min(cut, LINES));
}

function linesOf(messages: readonly string[]): string[] {
  return messages.flatMap((message) =>
    plain(message)
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => line.slice(0, LINE)),
  );
}

/** Whether the lines reach back to the beginning of the command that failed first in the failed phase. */
function hasBeginning(lines: readonly string[], phase: string | undefined): boolean {
  const entering = lines.findIndex((line) => OWN.exec(line)?.[1] === `Entering phase ${phase ?? ''}`);
  return entering >= 0;
}

/** Cuts out the command that failed first, and what it printed. */
function failedCommand(lines: readonly string[]): FailedCommandLog {
  const own = (line: number): string | undefined => OWN.exec(lines[line] ?? '')?.[1];
  const indexes = [...lines.keys()];
  const failedAt = indexes.find((line) => own(line)?.startsWith('Command did not exit successfully'));
  const end = failedAt ?? indexes.findLast((line) => own(line)?.startsWith('Phase complete')) ?? lines.length;
  const start = indexes.slice(0, end).findLast((line) => own(line)?.startsWith('Running command '));
  const exit = /exit status (\d+)\s*$/.exec(own(failedAt ?? -1) ?? '');
  const output = lines.slice((start ?? -1) + 1, end).filter((line) => !OWN.test(line));
  const command = start === undefined ? undefined : own(start)?.replace('Running command ', '');
  return {
    ...(command ? { command } : {}),
    ...(exit ? { exitCode: Number(exit[1]) } : {}),
    output,
  };
}
