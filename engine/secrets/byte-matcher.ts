/** A place where a pattern was found: bytes from `start` to before `end`, and the pattern's number. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly pattern: number;
}

/**
 * Finds many texts in a stream of bytes at once (Aho and Corasick, 1975): the time is linear in the bytes, whatever the number and the length of
 * the patterns. A position may be carried from one chunk to the next, so no cut hides a pattern.
 */
export class ByteMatcher {
  /** The children of node n by byte are the entries with the key n * 256 + byte. */
  private readonly children = new Map<number, number>();
  private readonly depths: number[] = [0];
  /** The key in `children` that leads to a node. */
  private readonly keys: number[] = [0];
  private readonly failures: number[] = [0];
  /** The pattern that ends at a node, or -1. */
  private readonly ends: number[] = [-1];
  /** The nearest node on the way of failures where a pattern ends, or 0. */
  private readonly shorter: number[] = [0];
  /** The bytes that a pattern begins with. */
  private readonly begins = new Uint8Array(256);

  /** @param patterns none of them empty */
  constructor(patterns: readonly Buffer[]) {
    patterns.forEach((pattern, number) => this.add(pattern, number));
    this.link();
  }

  /** How many bytes before the present position may be the beginning of a pattern. */
  depth(state: number): number {
    return this.depths[state] ?? 0;
  }

  /**
   * Reads on from a state (0 at the beginning) and tells every match.
   * @param offset the position of the first byte in the stream
   * @returns the state behind the last byte
   */
  read(state: number, bytes: Buffer, offset: number, found: (match: Match) => void): number {
    const { begins, children } = this;
    let at = state;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (at === 0) {
        if (begins[byte] === 0) continue;
        at = children.get(byte) ?? 0;
      } else {
        let next = children.get(at * 256 + byte);
        while (next === undefined && at !== 0) {
          at = this.failures[at] as number;
          next = children.get(at * 256 + byte);
        }
        at = next ?? 0;
      }
      for (let node = this.endsAt(at); node !== 0; node = this.shorter[node] as number) {
        const end = offset + i + 1;
        found({ start: end - (this.depths[node] as number), end, pattern: this.ends[node] as number });
      }
    }
    return at;
  }

  private endsAt(node: number): number {
    return (this.ends[node] as number) >= 0 ? node : (this.shorter[node] as number);
  }

  private add(pattern: Buffer, number: number): void {
    let node = 0;
    this.begins[pattern[0] as number] = 1;
    for (const byte of pattern) {
      let next = this.children.get(node * 256 + byte);
      if (next === undefined) {
        next = this.depths.length;
        this.children.set(node * 256 + byte, next);
        this.keys.push(node * 256 + byte);
        this.depths.push((this.depths[node] as number) + 1);
        this.failures.push(0);
        this.ends.push(-1);
        this.shorter.push(0);
      }
      node = next;
    }
    if (this.ends[node] === -1) this.ends[node] = number;
  }

  private byDepth(): Uint32Array {
    const { depths } = this;
    const places: number[] = [];
    for (const depth of depths) places[depth] = (places[depth] ?? 0) + 1;
    let before = 0;
    for (let depth = 0; depth < places.length; depth++) {
      const count = places[depth] as number;
      places[depth] = before;
      before += count;
    }
    const order = new Uint32Array(depths.length);
    for (let node = 0; node < depths.length; node++) {
      const depth = depths[node] as number;
      order[places[depth] as number] = node;
      places[depth] = (places[depth] as number) + 1;
    }
    // The first is the root.
    return order.subarray(1);
  }

  /** Fills in where to go on when a byte does not fit, the shallow nodes first. */
  private link(): void {
    for (const node of this.byDepth()) {
      const key = this.keys[node] as number;
      const parent = Math.floor(key / 256);
      const byte = key % 256;
      if (parent === 0) continue;
      let at = this.failures[parent] as number;
      let next = this.children.get(at * 256 + byte);
      while (next === undefined && at !== 0) {
        at = this.failures[at] as number;
        next = this.children.get(at * 256 + byte);
      }
      const failure = next ?? 0;
      this.failures[node] = failure;
      this.shorter[node] = this.endsAt(failure);
    }
  }
}
