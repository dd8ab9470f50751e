import { stripControl } from '../../../model/plain-text';
import * as fs from 'node:fs';

/** At most so often the time index gets an entry, in milliseconds. */
const TIME_STEP = 100;
/** How much of a command's output is kept in memory to be shown when it fails, in bytes. */
const TAIL_BYTES = 16 * 1024;
/** A secret shorter than this is not masked: its characters are everywhere. */
const SHORTEST = 4;
/** An access key id (IAM User Guide, "IAM identifiers": the prefixes of unique ids), and what may be the beginning of one. */
const ACCESS_KEY = 'A[KS]IA[A-Z0-9]{16}';
const ACCESS_KEY_BEGINS = /A(?:[KS](?:I(?:A[A-Z0-9]{0,15})?)?)?$/;

/**
 * A build's log on disk. Values that came from Secrets Manager or Parameter Store, and access keys, become `***`, also where a value is cut
 * in two by a chunk (CodeBuild User Guide, "Secrets in environment variables"). Bytes stay bytes; memory does not grow with the log.
 */
export class MaskedLog {
  private readonly file: number;
  private pattern = new RegExp(ACCESS_KEY, 'g');
  /** Of the secrets, at least an access key id's. */
  private longest = 20;
  private held = '';
  private tail = '';
  private secrets: string[] = [];
  private readonly times: number;
  private stamped = 0;
  bytes = 0;

  constructor(path: string) {
    this.file = fs.openSync(path, 'w', 0o600);
    this.times = fs.openSync(timesFile(path), 'w', 0o600);
  }

  /** Masks more values from here on. */
  mask(values: Iterable<string>): void {
    // The bytes of the log are handled as Latin-1, so a secret is compared as its UTF-8 bytes.
    const added = [...values]
      .flatMap((value) => [value, ...value.split('\n')])
      .filter((value) => value.length >= SHORTEST);
    this.secrets = [
      ...new Set([...this.secrets, ...added.map((value) => Buffer.from(value, 'utf8').toString('latin1'))]),
    ].sort((a, b) => b.length - a.length);
    this.longest = Math.max(20, this.secrets[0]?.length ?? 0);
    const literal = this.secrets.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    this.pattern = new RegExp([...literal, ACCESS_KEY].join('|'), 'g');
  }

  /** A text with every masked value taken out. */
  clean(text: string): string {
    return Buffer.from(Buffer.from(text, 'utf8').toString('latin1').replace(this.pattern, '***'), 'latin1').toString(
      'utf8',
    );
  }

  /** Output of a command. */
  write(chunk: Buffer): void {
    const text = this.held + chunk.toString('latin1');
    // What may be the beginning of a secret waits for the next chunk, unless a whole one reaches into it.
    let cut = text.length - Math.max(this.beginning(text), ACCESS_KEY_BEGINS.exec(text.slice(-20))?.[0].length ?? 0);
    for (const match of text.slice(Math.max(0, cut - this.longest)).matchAll(this.pattern)) {
      const start = Math.max(0, cut - this.longest) + match.index;
      if (start < cut) cut = Math.max(cut, start + match[0].length);
    }
    this.held = text.slice(cut);
    this.put(text.slice(0, cut).replace(this.pattern, '***'));
  }

  /** The length of the longest end of a text that a secret begins with. */
  private beginning(text: string): number {
    for (let length = Math.min(this.longest - 1, text.length); length > 0; length--) {
      const end = text.slice(-length);
      if (this.secrets.some((secret) => secret.startsWith(end))) return length;
    }
    return 0;
  }

  /** A line of CodeBuild's own. */
  line(text: string): void {
    this.flush();
    this.put(
      Buffer.from(
        `[Container] ${new Date().toISOString().replace('T', ' ').slice(0, 23)} ${this.clean(text)}\n`,
        'utf8',
      ).toString('latin1'),
    );
  }

  /** Writes what was held back: the command is over. */
  flush(): void {
    const text = this.held.replace(this.pattern, '***');
    this.held = '';
    this.put(text);
  }

  /** Forgets the output so far: the tail is of what comes from now. */
  startTail(): void {
    this.tail = '';
  }

  /** The last lines of output, as a person may see them: no terminal escapes, no control characters. */
  lastLines(count: number): string[] {
    const text = Buffer.from(this.tail + this.held, 'latin1').toString('utf8');
    const lines = text.split(/\r?\n|\r/).map((line) => stripControl(line).trimEnd());
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
    if (this.bytes > 0 && now - this.stamped < TIME_STEP) return;
    this.stamped = now;
    const entry = Buffer.alloc(16);
    entry.writeDoubleLE(this.bytes, 0);
    entry.writeDoubleLE(now, 8);
    fs.writeSync(this.times, entry);
  }

  private put(text: string): void {
    if (text === '') return;
    const bytes = Buffer.from(text, 'latin1');
    this.stamp();
    fs.writeSync(this.file, bytes);
    this.bytes += bytes.length;
    this.tail = (this.tail + text).slice(-TAIL_BYTES);
  }
}

/**
 * The time index beside a log: pairs of little-endian doubles, a byte offset and the time (ms since 1970) from which on its bytes were
 * written. It gives a line of the log the time that CloudWatch Logs shows.
 */
export function timesFile(log: string): string {
  return `${log}.times`;
}
