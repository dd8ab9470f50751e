import * as fs from 'node:fs';
import type { FilteredLogEvent, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { SaiondoError } from '../../../model/errors';
import { bounded } from '../../bounded/bounded-work';
import { ApiError } from '../protocol/api-error';
import { parseFilterPattern } from './filter-pattern';
import { EVENT_BYTES, PAGE_BYTES, PAGE_EVENTS } from './get-log-events';
import type { LogFile, LogLine } from './log-file';
import { openLog, type BuildStream, type OpenedStream } from './build-stream';
import { fromToken, toToken } from '../protocol/paging';

/** How much of the logs one call looks through: a page may hold nothing and still have a next one (API Reference, FilterLogEvents). */
const SCAN_BYTES = 64 * 1024 * 1024;
const INVALID = 'InvalidParameterException';

/** Where a page ended: the first event of the next one. */
interface Cursor {
  readonly time: number;
  readonly stream: string;
  readonly offset: number;
}

/** Bytes of logs that are looked through at once; more takes a thread of its own, so that nobody waits. With an expression it is less. */
const AT_ONCE = 1024 * 1024;
const AT_ONCE_BY_EXPRESSION = 64 * 1024;
/** Milliseconds of one call. */
const MOST_MILLISECONDS = 20_000;

/** What is asked of the logs (API Reference, FilterLogEvents). */
interface FilterRequest {
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
  readonly filterPattern?: string | undefined;
  readonly nextToken?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * API Reference, FilterLogEvents: the events of several streams that match a pattern, merged in the order of their times.
 * @throws ApiError `InvalidParameterException`, `ServiceUnavailableException` where it takes too long
 */
export async function filterLogEvents(
  streams: readonly BuildStream[],
  input: FilterRequest,
): Promise<FilterLogEventsResponse> {
  parseFilterPattern(input.filterPattern ?? '');
  if (input.nextToken !== undefined) readCursor(input.nextToken);
  const asked = streams.map(({ name, file, startedAt, complete }) => ({ name, file, startedAt, complete }));
  const bytes = asked.reduce((sum, { file }) => sum + sizeOf(file), 0);
  if (bytes <= (input.filterPattern?.includes('%') ? AT_ONCE_BY_EXPRESSION : AT_ONCE)) return filtered(asked, input);
  const request = Object.fromEntries(
    (['startTime', 'endTime', 'filterPattern', 'nextToken', 'limit'] as const).map((key) => [key, input[key]]),
  );
  return bounded<typeof filtered>({ module: __filename, name: 'filtered' }, [asked, request], {
    milliseconds: MOST_MILLISECONDS,
  }).catch((error: unknown) => {
    if (!(error instanceof SaiondoError)) throw error;
    throw new ApiError('ServiceUnavailableException', `The logs could not be looked through: ${error.message}`, 503);
  });
}

function sizeOf(file: string | undefined): number {
  return file === undefined ? 0 : (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0);
}

/** {@link filterLogEvents} in whatever thread it is called. */
export function filtered(streams: readonly OpenedStream[], input: FilterRequest): FilterLogEventsResponse {
  const matches = parseFilterPattern(input.filterPattern ?? '');
  const limit = input.limit ?? PAGE_EVENTS;
  const cursor = input.nextToken === undefined ? undefined : readCursor(input.nextToken);
  const events: FilteredLogEvent[] = [];
  let bytes = 0;
  let scanned = 0;
  const merged = merge(streams, input.startTime ?? 0, cursor);
  try {
    for (const { stream, line } of merged) {
      if (input.endTime !== undefined && line.time >= input.endTime) break;
      const length = line.end - line.offset;
      const found = matches(line.message);
      const full = events.length >= limit || (found && events.length > 0 && bytes + length + EVENT_BYTES > PAGE_BYTES);
      if (full || scanned >= SCAN_BYTES)
        return { events, searchedLogStreams: [], nextToken: writeCursor({ ...line, stream: stream.name }) };
      scanned += length;
      if (!found) continue;
      bytes += length + EVENT_BYTES;
      events.push(eventOf(stream, line));
    }
  } finally {
    merged.return(undefined);
  }
  return { events, searchedLogStreams: [] };
}

interface Head {
  readonly stream: OpenedStream;
  readonly log: LogFile;
  readonly lines: Generator<LogLine>;
  line: LogLine;
}

/** The lines of several logs by time. A log is opened when its turn has come, and closed when it is through. */
function* merge(
  streams: readonly OpenedStream[],
  startTime: number,
  cursor: Cursor | undefined,
): Generator<{ stream: OpenedStream; line: LogLine }> {
  const waiting = [...streams].sort((a, b) => a.startedAt - b.startedAt || (a.name < b.name ? -1 : 1));
  const heads: Head[] = [];
  try {
    for (;;) {
      let next = earliest(heads);
      while (waiting[0] && (!next || waiting[0].startedAt <= next.line.time)) {
        const head = begin(waiting.shift() as OpenedStream, startTime, cursor);
        if (head) heads.push(head);
        next = earliest(heads);
      }
      if (!next) return;
      yield { stream: next.stream, line: next.line };
      const following = next.lines.next();
      if (following.done) {
        heads.splice(heads.indexOf(next), 1);
        next.log.close();
      } else next.line = following.value;
    }
  } finally {
    for (const head of heads) head.log.close();
  }
}

/** The head whose line comes first: by time, then by the stream's name. */
function earliest(heads: readonly Head[]): Head | undefined {
  let first: Head | undefined;
  for (const head of heads)
    if (
      !first ||
      head.line.time < first.line.time ||
      (head.line.time === first.line.time && head.stream.name < first.stream.name)
    )
      first = head;
  return first;
}

function begin(stream: OpenedStream, startTime: number, cursor: Cursor | undefined): Head | undefined {
  const log = openLog(stream);
  if (!log) return undefined;
  const lines = log.forward(startOffset(stream, log, startTime, cursor));
  const first = lines.next();
  if (!first.done) return { stream, log, lines, line: first.value };
  log.close();
  return undefined;
}

/** Where a stream continues: after what came before the cursor in the order of the merge. */
function startOffset(stream: OpenedStream, log: LogFile, startTime: number, cursor: Cursor | undefined): number {
  if (cursor?.stream === stream.name) return cursor.offset;
  const from = cursor && (stream.name < cursor.stream ? cursor.time + 1 : cursor.time);
  const earliestTime = Math.max(startTime, from ?? 0);
  return earliestTime === 0 ? 0 : log.offsetAt(earliestTime);
}

/** API Reference, FilteredLogEvent. Its id is made of where it stands: the same event has the same id each time. */
function eventOf(stream: OpenedStream, line: LogLine): FilteredLogEvent {
  return {
    logStreamName: stream.name,
    timestamp: line.time,
    message: line.message,
    ingestionTime: line.time,
    eventId: `${line.time}${String(line.offset).padStart(56 - String(line.time).length, '0')}`,
  };
}

function writeCursor({ time, stream, offset }: Cursor): string {
  return toToken(JSON.stringify([time, stream, offset]));
}

function readCursor(token: string): Cursor {
  const invalid = new ApiError(INVALID, 'The specified nextToken is invalid.');
  let parts: unknown;
  try {
    parts = JSON.parse(fromToken(token, INVALID));
  } catch {
    throw invalid;
  }
  const [time, stream, offset] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (!Number.isSafeInteger(time) || typeof stream !== 'string' || !Number.isSafeInteger(offset)) throw invalid;
  return { time: Number(time), stream, offset: Number(offset) };
}
