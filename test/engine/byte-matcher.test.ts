import { ByteMatcher } from '../../engine/secrets/byte-matcher';

/** A generator of numbers below one that is the same in every run. */
function numbers(seed: number): () => number {
  let at = seed;
  return () => {
    at = (Math.imul(at, 1_664_525) + 1_013_904_223) >>> 0;
    return at / 2 ** 32;
  };
}

test('finds in chunks what a plain search finds: the longest text that ends with each byte, and what may still become one', () => {
  const next = numbers(7);
  const below = (most: number): number => Math.floor(next() * most);
  for (let round = 0; round < 3000; round++) {
    const letters = 1 + below(3);
    const text = (length: number): Buffer => Buffer.from(Array.from({ length }, () => 97 + below(letters)));
    const patterns = Array.from({ length: below(6) }, () => text(1 + below(7)));
    const stream = text(below(30));
    const matcher = new ByteMatcher(patterns);
    const found = new Map<number, number>();
    let state = 0;
    let read = 0;
    while (read < stream.length) {
      const chunk = stream.subarray(read, read + 1 + below(9));
      state = matcher.read(state, chunk, read, ({ start, end, pattern }) => {
        expect(stream.subarray(start, end)).toEqual(patterns[pattern]);
        found.set(end, end - start);
      });
      read += chunk.length;
      expect(matcher.depth(state)).toBe(longestBeginning(patterns, stream.subarray(0, read)));
    }
    expect([...found]).toEqual(longestEndings(patterns, stream));
  }
});

function longestBeginning(patterns: readonly Buffer[], read: Buffer): number {
  let longest = 0;
  for (const pattern of patterns)
    for (let length = 1; length <= Math.min(pattern.length, read.length); length++)
      if (read.subarray(read.length - length).equals(pattern.subarray(0, length))) longest = Math.max(longest, length);
  return longest;
}

function longestEndings(patterns: readonly Buffer[], stream: Buffer): [number, number][] {
  return Array.from({ length: stream.length }, (_, i): [number, number] => {
    const read = stream.subarray(0, i + 1);
    const ending = patterns.filter((one) => read.length >= one.length && read.subarray(-one.length).equals(one));
    return [i + 1, Math.max(0, ...ending.map((one) => one.length))];
  }).filter(([, length]) => length > 0);
}
