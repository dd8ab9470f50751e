import type { GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { ApiError } from '../protocol/api-error';
import type { LogFile, LogLine } from './log-file';
import { useLog, type BuildStream } from './build-stream';

/** A page is at most 1 MB, or 10,000 events; each event counts 26 bytes besides its message (API Reference, GetLogEvents). */
export const PAGE_BYTES = 1024 * 1024;
export const PAGE_EVENTS = 10_000;
export const EVENT_BYTES = 26;

/**
 * API Reference, GetLogEvents. Without a token the latest events come, or the earliest with startFromHead; a forward token gives what comes
 * after, a backward token what comes before. At the end of a stream the token that was given comes back.
 */
export function getLogEvents(
  stream: BuildStream,
  input: {
    readonly startTime?: number | undefined;
    readonly endTime?: number | undefined;
    readonly nextToken?: string | undefined;
    readonly limit?: number | undefined;
    readonly startFromHead?: boolean | undefined;
  },
): GetLogEventsResponse {
  const token = input.nextToken === undefined ? undefined : readToken(input.nextToken);
  const limit = input.limit ?? PAGE_EVENTS;
  const empty = { events: [], nextForwardToken: writeToken('f', 0), nextBackwardToken: writeToken('b', 0) };
  return useLog(stream, empty, (log) => {
    const low = input.startTime === undefined ? 0 : log.offsetAt(input.startTime);
    const high = input.endTime === undefined ? log.size : log.offsetAt(input.endTime);
    const forward = token ? token.direction === 'f' : input.startFromHead === true;
    const lines = forward
      ? take(within(log.forward(Math.max(token?.offset ?? low, low)), low, high), limit)
      : take(within(log.backward(Math.min(token?.offset ?? high, high)), low, high), limit).reverse();
    const nowhere = token?.offset ?? (forward ? low : high);
    return {
      events: lines.map(({ time, message }) => ({ timestamp: time, message, ingestionTime: time })),
      nextForwardToken: writeToken('f', lines.at(-1)?.end ?? nowhere),
      nextBackwardToken: writeToken('b', lines[0]?.offset ?? nowhere),
    };
  });
}

function* within(lines: ReturnType<LogFile['forward']>, low: number, high: number): Generator<LogLine> {
  for (const line of lines) {
    if (line.offset < low || line.offset >= high) return;
    yield line;
  }
}

/** As many lines as a page holds; one at least, however long it is. */
function take(lines: Generator<LogLine>, limit: number): LogLine[] {
  const taken: LogLine[] = [];
  let bytes = 0;
  for (const line of lines) {
    bytes += line.end - line.offset + EVENT_BYTES;
    if (taken.length > 0 && bytes > PAGE_BYTES) break;
    taken.push(line);
    if (taken.length >= limit) break;
  }
  return taken;
}

/** A token in the form of CloudWatch's own: its direction, and 56 digits. */
function writeToken(direction: 'f' | 'b', offset: number): string {
  return `${direction}/${String(offset).padStart(56, '0')}/s`;
}

function readToken(token: string): { direction: 'f' | 'b'; offset: number } {
  const [, direction, offset] = /^([fb])\/(\d{56})\/s$/.exec(token) ?? [];
  if (!direction || !offset || !Number.isSafeInteger(Number(offset)))
    throw new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
  return { direction: direction as 'f' | 'b', offset: Number(offset) };
}
