/** A part of a text between an opening and a closing mark, without them. */
export interface Inside {
  readonly inside: string;
}

/**
 * Cuts a text at its marks: `a${b}c` is `a`, `{ inside: 'b' }`, `c`. A mark that nothing closes is text. The time is linear in the text; a regular
 * expression like `\$\{([^}]*)\}` looks for the end again from every mark that has none.
 */
export function partsOf(text: string, opening: string, closing: string): (string | Inside)[] {
  const parts: (string | Inside)[] = [];
  let at = 0;
  for (let from = text.indexOf(opening); from >= 0; from = text.indexOf(opening, at)) {
    const end = text.indexOf(closing, from + opening.length);
    if (end < 0) break;
    if (from > at) parts.push(text.slice(at, from));
    parts.push({ inside: text.slice(from + opening.length, end) });
    at = end + closing.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

/** A text without the characters at its end that are this one. */
export function withoutEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
