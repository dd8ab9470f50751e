import { SaiondoError } from '../../../model/errors';
import { plain } from '../../../model/plain-text';
import type { Runs } from '../../runs/runs';
import { runFile } from '../codebuild/build-records';
import { LogFile } from '../logs/log-file';
import { coloursOf, type ColouredStretch } from './log-colours';

/** How much of a log one answer carries, in bytes. */
const PIECE = 128 * 1024;

/** A piece of a log as the page shows it: text without escapes, and where it stands in the log. */
export interface PageLog {
  readonly text: string;
  /** What is coloured in it. */
  readonly colours?: readonly ColouredStretch[];
  /** Bytes of the log: where this piece begins and ends, and how many there are now. */
  readonly from: number;
  readonly next: number;
  readonly size: number;
  /** Nobody writes it any more, and this piece holds its end. */
  readonly ended: boolean;
}

/**
 * A piece of a build's log.
 * @param from the byte to begin at (the beginning of a line); negative: that many bytes before an offset, `-1 - offset`; undefined: the end
 * @throws SaiondoError `RUN_MISSING`, `BUILD_MISSING`
 */
export function readPageLog(runs: Runs, runId: string, buildId: string, from: number | undefined): PageLog {
  const state = runs.open(runId);
  const build = state.builds.get(buildId);
  if (!build) throw new SaiondoError(`the run ${runId} has no build ${buildId}`, { code: 'BUILD_MISSING' });
  const complete = build.status !== 'IN_PROGRESS' || !runs.isLive(runs.digest(runId));
  const file = runFile(runs.layout, runId, build.log);
  const log = file && LogFile.open(file, Date.parse(build.startedAt), complete);
  if (!log) return { text: '', from: 0, next: 0, size: 0, ended: complete };
  try {
    const lines: string[] = [];
    if (from !== undefined && Number.isSafeInteger(from) && from >= 0) {
      let next = Math.min(from, log.size);
      for (const line of log.forward(next)) {
        if (line.end - from > PIECE && lines.length > 0) break;
        lines.push(line.message);
        next = line.end;
      }
      return { ...shownLines(lines), from, next, size: log.size, ended: complete && next >= log.size };
    }
    const end = from === undefined || !Number.isSafeInteger(from) ? log.size : Math.min(-1 - from, log.size);
    let begin = end;
    for (const line of log.backward(end)) {
      if (end - line.offset > PIECE && lines.length > 0) break;
      lines.unshift(line.message);
      begin = line.offset;
    }
    return { ...shownLines(lines), from: begin, next: end, size: log.size, ended: complete && end >= log.size };
  } finally {
    log.close();
  }
}

/**
 * A whole log in pieces, as text without escapes.
 * @throws SaiondoError `RUN_MISSING`, `BUILD_MISSING`, before the first piece
 */
export function wholeLog(runs: Runs, runId: string, buildId: string): Iterable<string> {
  let piece = readPageLog(runs, runId, buildId, 0);
  return (function* () {
    while (piece.text !== '') {
      yield piece.text;
      piece = readPageLog(runs, runId, buildId, piece.next);
    }
  })();
}

/** Lines without their escapes, and the colours that these asked for. */
function shownLines(lines: readonly string[]): Pick<PageLog, 'text' | 'colours'> {
  const colours: ColouredStretch[] = [];
  const texts: string[] = [];
  let index = 0;
  for (const line of lines) {
    const written = line.replace(/\r?\n$/, '');
    const text = plain(written);
    colours.push(...coloursOf(written, index));
    texts.push(`${text}\n`);
    index += text.split('\n').length;
  }
  return { text: texts.join(''), ...(colours.length > 0 ? { colours } : {}) };
}
