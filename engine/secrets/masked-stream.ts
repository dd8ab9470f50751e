import { ByteMatcher } from './byte-matcher';

/** What stands in a log where a secret was (CodeBuild User Guide, "Environment variables": masked with asterisks). */
export const MASK = '***';
const MASK_BYTES = Buffer.from(MASK);

/** The length of an access key id (IAM User Guide, "IAM identifiers": the prefixes of unique ids). */
const KEY_LENGTH = 20;

/** A stretch of bytes in the stream, `end` not included. */
type Stretch = [start: number, end: number];

/**
 * Masks texts and access key ids in a stream of bytes, also where a chunk cuts one in two. What overlaps becomes one mask. Bytes stay bytes, and
 * memory does not grow with the stream: at most the longest text is held back.
 */
export class MaskedStream {
  private state = 0;
  /** How much of an access key id the last bytes are. */
  private keyState = 0;
  /** Position of the first byte that is held back, and of the byte behind the last. */
  private start = 0;
  private end = 0;
  private held: Buffer[] = [];
  /** Matches that are not written yet, by start, without overlaps. */
  private found: Stretch[] = [];

  constructor(private matcher: ByteMatcher) {}

  /** Masks other texts from here on. What was held back is given. */
  use(matcher: ByteMatcher): Buffer {
    const rest = this.finish();
    this.matcher = matcher;
    return rest;
  }

  /** @returns what is certain of the stream so far */
  write(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    this.held.push(chunk);
    this.state = this.matcher.read(this.state, chunk, this.end, ({ start, end }) => this.add(start, end));
    this.readKeys(chunk);
    this.end += chunk.length;
    let safe = this.end - Math.max(this.matcher.depth(this.state), this.keyState);
    for (const [start, end] of this.found) if (start < safe && end > safe) safe = start;
    return this.take(safe);
  }

  /** @returns what was held back: the stream pauses or is over */
  finish(): Buffer {
    this.state = 0;
    this.keyState = 0;
    return this.take(this.end);
  }

  /** Finds `A[KS]IA` and sixteen capitals or digits. */
  private readKeys(chunk: Buffer): void {
    let at = this.keyState;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (at === 0 && byte !== 0x41) {
        const next = chunk.indexOf(0x41, i);
        if (next < 0) break;
        i = next - 1;
        continue;
      }
      at = fits(at, byte) ? at + 1 : byte === 0x41 ? 1 : 0;
      if (at < KEY_LENGTH) continue;
      this.add(this.end + i + 1 - KEY_LENGTH, this.end + i + 1);
      at = 0;
    }
    this.keyState = at;
  }

  private add(start: number, end: number): void {
    const { found } = this;
    let [first, last] = [Math.max(start, this.start), end];
    const latest = found.at(-1);
    if (latest && latest[0] <= first && first < latest[1]) {
      latest[1] = Math.max(latest[1], last);
      return;
    }
    let to = found.length;
    while (to > 0 && (found[to - 1] as Stretch)[0] >= last) to--;
    let from = to;
    for (; from > 0 && (found[from - 1] as Stretch)[1] > first; from--) {
      const [before, behind] = found[from - 1] as Stretch;
      first = Math.min(first, before);
      last = Math.max(last, behind);
    }
    found.splice(from, to - from, [first, last]);
  }

  /** Gives the bytes up to a position, masked. */
  private take(to: number): Buffer {
    if (to <= this.start) return Buffer.alloc(0);
    const bytes = this.held.length === 1 ? (this.held[0] as Buffer) : Buffer.concat(this.held);
    const parts: Buffer[] = [];
    let at = this.start;
    while (this.found[0] && this.found[0][0] < to) {
      const [start, end] = this.found.shift() as Stretch;
      parts.push(bytes.subarray(at - this.start, start - this.start), MASK_BYTES);
      at = end;
    }
    parts.push(bytes.subarray(at - this.start, to - this.start));
    const rest = bytes.subarray(to - this.start);
    this.held = rest.length > 0 ? [rest] : [];
    this.start = to;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}

function fits(at: number, byte: number): boolean {
  switch (at) {
    case 0:
    case 3:
      return byte === 0x41;
    case 1:
      return byte === 0x4b || byte === 0x53;
    case 2:
      return byte === 0x49;
    default:
      return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a);
  }
}

/** A text with the patterns' texts and access key ids masked. */
export function masked(text: string, matcher: ByteMatcher): string {
  const stream = new MaskedStream(matcher);
  const bytes = Buffer.from(text, 'utf8');
  const out = Buffer.concat([stream.write(bytes), stream.finish()]);
  return out.equals(bytes) ? text : out.toString('utf8');
}
