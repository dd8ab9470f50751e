/** A place where a pattern was found: bytes from `start` to before `end`, and the pattern's number. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly pattern: number;
}

/** A pattern among the others, in the order of bytes. */
interface Branch {
  readonly bytes: Buffer;
  /** Its number as it was given. */
  readonly number: number;
  /** The state behind `n` of its bytes is this plus `n`. */
  readonly base: number;
  /** How many of its first bytes an earlier pattern has too: the states behind those are that pattern's. */
  readonly shared: number;
  readonly sharer: Branch | undefined;
  /** By the number of bytes read: the state to continue from where the next byte does not fit, plus 1. 0: not worked out yet. */
  failures: Int32Array | undefined;
  /** By the number of bytes read: the place of the longest pattern that ends there, plus 1; -1: none does. 0: not worked out yet. */
  endings: Int32Array | undefined;
}

/**
 * Finds many texts in a stream of bytes at once (Aho and Corasick, 1975): the time is linear in the bytes, whatever the number and the length of
 * the patterns. Making one takes time for each pattern, not for each of its bytes: what a byte that does not fit leads to is worked out where a
 * stream comes to it. A position may be carried from one chunk to the next, so no cut hides a pattern.
 */
export class ByteMatcher {
  private readonly branches: Branch[] = [];
  /** Where a pattern leaves an earlier one: the pattern by state * 256 + byte. */
  private readonly leaving = new Map<number, Branch>();
  /** The first pattern that begins with a byte. */
  private readonly beginning: (Branch | undefined)[] = new Array<Branch | undefined>(256).fill(undefined);
  /** The place of the pattern that ends in a state. */
  private readonly ends = new Map<number, number>();

  /** @param patterns none of them empty */
  constructor(patterns: readonly Buffer[]) {
    const inOrder = patterns.map((bytes, number) => ({ bytes, number }));
    inOrder.sort((a, b) => Buffer.compare(a.bytes, b.bytes) || a.number - b.number);
    /** The patterns that the last one's states belong to, from the first byte on. */
    const way: Branch[] = [];
    let base = 0;
    for (const { bytes, number } of inOrder) {
      const shared = sharedBytes(this.branches.at(-1)?.bytes, bytes);
      // A pattern that was there already.
      if (shared === bytes.length) continue;
      while (way.length > 0 && (way.at(-1) as Branch).shared >= shared) way.pop();
      const sharer = way.at(-1);
      const branch: Branch = { bytes, number, base, shared, sharer, failures: undefined, endings: undefined };
      const byte = bytes[shared] as number;
      if (shared === 0) this.beginning[byte] = branch;
      else this.leaving.set(stateOf(branch, shared) * 256 + byte, branch);
      base += bytes.length;
      this.ends.set(base, this.branches.length);
      this.branches.push(branch);
      way.push(branch);
    }
  }

  /** How many bytes before the present position may be the beginning of a pattern. */
  depth(state: number): number {
    return state === 0 ? 0 : state - this.branchOf(state).base;
  }

  /**
   * Reads on from a state (0 at the beginning) and tells, for each byte that a pattern ends with, the longest of them: it covers the others.
   * @param offset the position of the first byte in the stream
   * @returns the state behind the last byte
   */
  read(state: number, bytes: Buffer, offset: number, found: (match: Match) => void): number {
    let at = state;
    let branch = at === 0 ? undefined : this.branchOf(at);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      for (;;) {
        const next = this.follow(at, branch, byte);
        if (next !== undefined) {
          branch = next;
          at = at === 0 || branch.base >= at ? branch.base + branch.shared + 1 : at + 1;
          break;
        }
        if (at === 0) break;
        at = this.failureOf(at, branch as Branch);
        branch = at === 0 ? undefined : this.branchOf(at);
      }
      if (branch === undefined) continue;
      const ending = this.endingOf(at, branch);
      if (ending < 0) continue;
      const { bytes: pattern, number } = this.branches[ending] as Branch;
      const end = offset + i + 1;
      found({ start: end - pattern.length, end, pattern: number });
    }
    return at;
  }

  /** The pattern that a byte leads on in, from a state; a new one begins behind its shared bytes. */
  private follow(at: number, branch: Branch | undefined, byte: number): Branch | undefined {
    if (branch === undefined) return this.beginning[byte];
    return branch.bytes[at - branch.base] === byte ? branch : this.leaving.get(at * 256 + byte);
  }

  /** {@link follow} as a state. */
  private next(at: number, byte: number): number | undefined {
    const branch = at === 0 ? undefined : this.branchOf(at);
    const to = this.follow(at, branch, byte);
    if (to === undefined) return undefined;
    return to === branch ? at + 1 : to.base + to.shared + 1;
  }

  private branchOf(state: number): Branch {
    const { branches } = this;
    let low = 0;
    let high = branches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((branches[middle] as Branch).base < state) low = middle;
      else high = middle - 1;
    }
    return branches[low] as Branch;
  }

  /** The state of the longest end of what was read that another pattern begins with. */
  private failureOf(state: number, branch: Branch): number {
    const length = state - branch.base;
    const known = knownFailure(branch, length);
    if (known !== undefined) return known;
    // From the longest beginning that it is known of, byte by byte.
    let from = length - 1;
    let failure: number | undefined;
    for (; failure === undefined; from--) failure = knownFailure(ownerOf(branch, from), from);
    for (let read = from + 2; read <= length; read++) {
      const byte = branch.bytes[read - 1] as number;
      let next = this.next(failure, byte);
      while (next === undefined && failure !== 0) {
        failure = this.failureOf(failure, this.branchOf(failure));
        next = this.next(failure, byte);
      }
      failure = next ?? 0;
      const owner = ownerOf(branch, read);
      owner.failures ??= new Int32Array(owner.bytes.length + 1);
      owner.failures[read] = failure + 1;
    }
    return failure;
  }

  /** The place of the longest pattern that ends in a state, -1 where none does. */
  private endingOf(state: number, branch: Branch): number {
    const passed: number[] = [];
    let at = state;
    let ending = -1;
    for (let of: Branch | undefined = branch; of !== undefined; of = at === 0 ? undefined : this.branchOf(at)) {
      const known: number = of.endings?.[at - of.base] ?? 0;
      const here = known === 0 ? this.ends.get(at) : known > 0 ? known - 1 : -1;
      if (here !== undefined) {
        ending = here;
        break;
      }
      passed.push(at);
      at = this.failureOf(at, of);
    }
    for (const one of passed) {
      const of = one === state ? branch : this.branchOf(one);
      of.endings ??= new Int32Array(of.bytes.length + 1);
      of.endings[one - of.base] = ending < 0 ? -1 : ending + 1;
    }
    return ending;
  }
}

function sharedBytes(one: Buffer | undefined, other: Buffer): number {
  const most = Math.min(one?.length ?? 0, other.length);
  let shared = 0;
  while (shared < most && one?.[shared] === other[shared]) shared++;
  return shared;
}

/** Whose the state behind so many bytes of a pattern is. */
function ownerOf(branch: Branch, length: number): Branch {
  let owner = branch;
  while (length <= owner.shared && owner.sharer) owner = owner.sharer;
  return owner;
}

function stateOf(branch: Branch, length: number): number {
  return ownerOf(branch, length).base + length;
}

function knownFailure(owner: Branch, length: number): number | undefined {
  if (length <= 1) return 0;
  const known = owner.failures?.[length] ?? 0;
  return known === 0 ? undefined : known - 1;
}
