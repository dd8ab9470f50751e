import { plain } from '../../../model/plain-text';
import * as fs from 'node:fs';
import { diskError } from '../../files/disk-error';
import { ByteMatcher } from '../../secrets/byte-matcher';
import { ExposureWatch, type Exposure } from '../../secrets/known-secrets';
import { masked, MaskedStream } from '../../secrets/masked-stream';
import type { NamedSecret } from '../../ports/run-secrets';
import { plainForms } from '../../secrets/secret-forms';

/** At most so often the time index gets an entry, in milliseconds. */
const TIME_STEP = 100;
/** How much of a command's output is kept in memory to be shown when it fails, in bytes. */
const TAIL_BYTES = 16 * 1024;
/**
 * A build's log on disk. Values that came from Secrets Manager or Parameter Store, and access keys, become `***`, also where a value is cut
 * in two by a chunk (CodeBuild User Guide, "Secrets in environment variables"). Bytes stay bytes; memory does not grow with the log.
 * Forms of a secret that CodeBuild shows are shown here too, and remembered: the build warns of them.
 */
export class MaskedLog {
  private readonly file: number;
  private matcher = new ByteMatcher([]);
  private readonly stream = new MaskedStream(this.matcher);
  private watch = new ExposureWatch([]);
  private tail = '';
  private secrets: NamedSecret[] = [];
  private readonly times: number;
  private stamped = 0;
  bytes = 0;
  /** Why nothing more is written: the disk takes nothing. It comes while a command's output is heard, where nobody could catch it. */
  failure: Error | undefined;

  constructor(private readonly path: string) {
    this.file = fs.openSync(path, 'w', 0o600);
    this.times = fs.openSync(timesFile(path), 'w', 0o600);
  }

  /**
   * Masks more values from here on.
   * @param others secrets that CodeBuild would not mask in this log: it is remembered where they are shown
   */
  mask(secrets: Iterable<NamedSecret>, others: readonly NamedSecret[] = []): void {
    this.secrets = [...this.secrets, ...secrets];
    this.matcher = new ByteMatcher(this.secrets.flatMap(({ value }) => plainForms(value).map((one) => one.text)));
    this.watch = new ExposureWatch(this.secrets, others);
    this.put(this.stream.use(this.matcher));
  }

  /** A text with every masked value taken out. */
  clean(text: string): string {
    return masked(text, this.matcher);
  }

  /** The secrets that the log shows in a form that CodeBuild does not mask. */
  exposures(): Exposure[] {
    return this.watch.found();
  }

  /** Output of a command. */
  write(chunk: Buffer): void {
    this.watch.write(chunk);
    this.put(this.stream.write(chunk));
  }

  /** A line of CodeBuild's own. */
  line(text: string): void {
    this.flush();
    const time = new Date().toISOString().replace('T', ' ').slice(0, 23);
    const line = Buffer.from(`[Container] ${time} ${this.clean(text)}\n`, 'utf8');
    this.watch.write(line);
    this.put(line);
  }

  /** Writes what was held back: the command is over. */
  flush(): void {
    this.put(this.stream.finish());
  }

  /** Forgets the output so far: the tail is of what comes from now. */
  startTail(): void {
    this.tail = '';
  }

  /** The last lines of output, as a person may see them: no terminal escapes, no control characters. */
  lastLines(count: number): string[] {
    const text = Buffer.from(this.tail, 'latin1').toString('utf8');
    const lines = text.split(/\r?\n|\r/).map((line) => plain(line).trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines.slice(-count);
  }

  close(): void {
    this.flush();
    fs.closeSync(this.file);
    fs.closeSync(this.times);
  }

  /** Remembers when the bytes from here on are written. */
  private stamp(): void {
    const now = Date.now();
    // A clock that was put back begins anew.
    if (this.bytes > 0 && Math.abs(now - this.stamped) < TIME_STEP) return;
    this.stamped = now;
    const entry = Buffer.alloc(16);
    entry.writeDoubleLE(this.bytes, 0);
    entry.writeDoubleLE(now, 8);
    fs.writeSync(this.times, entry);
  }

  private put(bytes: Buffer): void {
    if (bytes.length === 0) return;
    try {
      if (this.failure) return;
      this.stamp();
      // A disk that is getting full takes a part first.
      for (let at = 0; at < bytes.length;) {
        const written = fs.writeSync(this.file, bytes, at);
        at += written;
        this.bytes += written;
      }
    } catch (cause) {
      this.failure = diskError(cause, this.path, 'the build’s log');
    }
    this.tail = (this.tail + bytes.subarray(-TAIL_BYTES).toString('latin1')).slice(-TAIL_BYTES);
  }
}

/**
 * The time index next to a log: pairs of little-endian doubles, a byte offset and the time (ms since 1970) from which on its bytes were
 * written. It gives a line of the log the time that CloudWatch Logs shows.
 */
export function timesFile(log: string): string {
  return `${log}.times`;
}
