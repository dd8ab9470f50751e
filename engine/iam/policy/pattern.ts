/** One piece of a pattern: a character that means itself, any run of characters, any one character. */
export type PatternPart = string | typeof anyRun | typeof anyOne;

/** `*`. */
export const anyRun = 1;
/** `?`. */
export const anyOne = 2;

/** A pattern, character by character. What a variable brings in means itself, wildcards included. */
export type Pattern = readonly PatternPart[];

/** A text's pattern: `*` and `?` are wildcards. */
export function patternOf(text: string): Pattern {
  return Array.from(text, (char) => (char === '*' ? anyRun : char === '?' ? anyOne : char));
}

/** A text that means itself. */
export function literal(text: string): Pattern {
  return Array.from(text);
}

/** Whether a pattern has no wildcard. */
export function isLiteral(pattern: Pattern): boolean {
  return pattern.every((part) => typeof part === 'string');
}

/** Whether a text matches; `*` runs over every character. Time is the product of both lengths at worst, never more. */
export function matches(pattern: Pattern, text: string): boolean {
  const chars = Array.from(text);
  let at = 0;
  let i = 0;
  let star = -1;
  let from = 0;
  while (i < chars.length) {
    const part = pattern[at];
    if (part === anyRun) {
      star = at++;
      from = i;
    } else if (part !== undefined && (part === anyOne || part === chars[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++from;
    } else return false;
  }
  while (pattern[at] === anyRun) at++;
  return at === pattern.length;
}

/** A pattern cut at its colons into as many pieces as asked for at most; the last has the rest. */
export function splitAtColons(pattern: Pattern, limit: number): Pattern[] {
  const pieces: PatternPart[][] = [[]];
  for (const part of pattern) {
    if (part === ':' && pieces.length < limit) pieces.push([]);
    else pieces.at(-1)?.push(part);
  }
  return pieces;
}

/**
 * Whether the ARN of a request matches that of a statement (IAM User Guide, "IAM JSON policy elements: Resource"): wildcards are meant within the
 * parts between colons, and a `*` that ends a part may run over the next colon.
 * @returns `unclear` where it matches only if a `*` inside a part runs over a colon: AWS says nothing of that
 */
export function matchesResource(pattern: Pattern, resource: string): boolean | 'unclear' {
  if (!matches(pattern, resource)) return false;
  if (isLiteral(pattern) || (pattern.length === 1 && pattern[0] === anyRun)) return true;
  return matchesInParts(pattern, Array.from(resource)) ? true : 'unclear';
}

/** As {@link matches}, but a wildcard takes a colon only where it is a `*` at the end of a part. */
function matchesInParts(pattern: Pattern, text: readonly string[]): boolean {
  let reached = new Array<boolean>(text.length + 1).fill(false);
  reached[0] = true;
  pattern.forEach((part, at) => {
    const next = new Array<boolean>(text.length + 1).fill(false);
    const following = pattern[at + 1];
    const overColons = part === anyRun && (following === undefined || following === ':' || following === anyRun);
    if (part === anyRun) {
      let open = false;
      for (let i = 0; i <= text.length; i++) {
        if (i > 0 && text[i - 1] === ':' && !overColons) open = false;
        open ||= reached[i] === true;
        next[i] = open;
      }
    } else {
      for (let i = 0; i < text.length; i++) {
        if (reached[i] && (part === anyOne ? text[i] !== ':' : part === text[i])) next[i + 1] = true;
      }
    }
    reached = next;
  });
  return reached[text.length] === true;
}

/**
 * Whether a text matches of which only the beginning is known; something follows it.
 * @returns true where every text that begins so matches, false where none does
 */
export function matchesBeginning(pattern: Pattern, begins: string): boolean | 'unclear' {
  let reached = withRuns(pattern, new Set([0]));
  for (const char of begins) {
    const next = new Set<number>();
    for (const at of reached) {
      const part = pattern[at];
      if (part === anyRun) next.add(at);
      else if (part === anyOne || part === char) next.add(at + 1);
    }
    reached = withRuns(pattern, next);
  }
  const open = [...reached].filter((at) => at < pattern.length);
  if (open.some((at) => pattern.slice(at).every((part) => part === anyRun))) return true;
  return open.length > 0 ? 'unclear' : false;
}

/** Places of a pattern, with those behind a `*` that takes nothing. */
function withRuns(pattern: Pattern, places: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(places);
  for (const at of all) if (pattern[at] === anyRun) all.add(at + 1);
  return all;
}
