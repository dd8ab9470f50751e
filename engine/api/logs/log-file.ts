import * as fs from 'node:fs';
import { timesFile } from '../../codebuild/build/masked-log';

/** One line of a log, as CloudWatch Logs has it. */
export interface LogLine {
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** Where the next one begins. */
  readonly end: number;
  /** When it was written, ms since 1970. */
  readonly time: number;
  /** With its line feed, as CodeBuild's events have it. */
  readonly message: string;
}

/** How much of the file is looked at in one read. */
const WINDOW = 256 * 1024;
/** A longer line becomes several events (CloudWatch Logs User Guide, "quotas": event size). */
const MOST_LINE = 256 * 1024;
const LINE_FEED = 0x0a;

/**
 * A build's log on disk, read by ranges: a log of any size costs the memory of one window. A last line without its line feed is left out
 * while the build still writes.
 */
export class LogFile {
  /** Bytes that hold whole lines. */
  readonly size: number;
  private readonly handle: number;
  private readonly times: Float64Array;

  private constructor(
    file: string,
    handle: number,
    private readonly startedAt: number,
    complete: boolean,
  ) {
    this.handle = handle;
    this.times = readTimes(timesFile(file));
    const { size } = fs.fstatSync(handle);
    this.size = complete ? size : this.lineStart(size);
  }

  /**
   * Opens a log. The caller closes it.
   * @param startedAt the time of lines whose log has no time index, ms since 1970
   * @param complete whether nobody writes it any more
   * @returns undefined where there is no such file
   */
  static open(file: string, startedAt: number, complete: boolean): LogFile | undefined {
    try {
      const handle = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
      return new LogFile(file, handle, startedAt, complete);
    } catch {
      return undefined;
    }
  }

  close(): void {
    fs.closeSync(this.handle);
  }

  /** Lines from an offset on (a line's beginning), the earliest first. */
  *forward(offset: number): Generator<LogLine> {
    let at = offset;
    while (at < this.size) {
      const bytes = this.read(at, Math.min(this.size, at + WINDOW));
      let begin = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, begin)) {
        yield this.line(at + begin, bytes.subarray(begin, end + 1));
        begin = end + 1;
      }
      if (begin === 0 || at + bytes.length >= this.size) {
        // The rest of the file, or a piece of a line longer than the window.
        if (begin < bytes.length) yield this.line(at + begin, bytes.subarray(begin));
        begin = bytes.length;
      }
      at += begin;
    }
  }

  /** Lines before an offset (a line's beginning, or the end), the latest first. */
  *backward(offset: number): Generator<LogLine> {
    let end = Math.min(offset, this.size);
    while (end > 0) {
      const start = Math.max(0, end - WINDOW);
      const bytes = this.read(start, end);
      let stop = bytes.length;
      while (stop > 0) {
        const feed = stop >= 2 ? bytes.lastIndexOf(LINE_FEED, stop - 2) : -1;
        // The beginning of this line lies before the window: look again from there, unless the line fills the window.
        if (feed < 0 && start > 0 && stop < bytes.length) break;
        const begin = feed + 1;
        yield this.line(start + begin, bytes.subarray(begin, stop));
        stop = begin;
      }
      end = start + stop;
    }
  }

  /** The first line that was written at or after a time, as its offset. */
  offsetAt(time: number): number {
    if (this.times.length === 0) return time > this.startedAt ? this.size : 0;
    let low = 0;
    let high = this.times.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle * 2 + 1] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    const offset = this.times[low * 2];
    if (offset === undefined) return this.size;
    // Its line may have begun before: the time of a line is that of its first byte.
    const start = this.lineStart(offset);
    return start === offset ? offset : this.nextLine(offset);
  }

  /** The latest line's time; undefined for an empty log. */
  lastTime(): number | undefined {
    for (const line of this.backward(this.size)) return line.time;
    return undefined;
  }

  private line(offset: number, bytes: Buffer): LogLine {
    return { offset, end: offset + bytes.length, time: this.timeOf(offset), message: bytes.toString('utf8') };
  }

  private timeOf(offset: number): number {
    let low = 0;
    let high = this.times.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle * 2] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? this.startedAt : (this.times[low * 2 - 1] ?? this.startedAt);
  }

  /** The beginning of the line that an offset lies in. */
  private lineStart(offset: number): number {
    for (let end = offset; end > 0 && offset - end < MOST_LINE; end -= WINDOW) {
      const start = Math.max(0, end - WINDOW);
      const feed = this.read(start, end).lastIndexOf(LINE_FEED);
      if (feed >= 0) return start + feed + 1;
      if (start === 0) return 0;
    }
    return offset;
  }

  private nextLine(offset: number): number {
    for (let at = offset; at < this.size; at += WINDOW) {
      const feed = this.read(at, Math.min(this.size, at + WINDOW)).indexOf(LINE_FEED);
      if (feed >= 0) return at + feed + 1;
    }
    return this.size;
  }

  private read(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(end - start);
    return bytes.subarray(0, fs.readSync(this.handle, bytes, 0, bytes.length, start));
  }
}

function readTimes(file: string): Float64Array {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    return new Float64Array(0);
  }
  const times = new Float64Array(Math.floor(bytes.length / 16) * 2);
  for (let at = 0; at < times.length; at++) times[at] = bytes.readDoubleLE(at * 8);
  return times;
}
