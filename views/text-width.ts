import stringWidth from 'string-width';

/** Widths of texts that are drawn again and again; forgotten when there are too many. */
const MEASURED = new Map<string, number>();
const MOST_MEASURED = 2000;

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * How many columns a text takes on a terminal: a Korean syllable or an emoji takes two, colours take none. Syllables that are written as separate
 * letters (macOS file names, NFD) count as they are drawn.
 */
export function width(text: string): number {
  // Most of what is drawn, five times a second: each of these characters takes one column.
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  const known = MEASURED.get(text);
  if (known !== undefined) return known;
  const measured = stringWidth(text.normalize('NFC'));
  if (MEASURED.size >= MOST_MEASURED) MEASURED.clear();
  MEASURED.set(text, measured);
  return measured;
}

/** A text without colours, cut to a width in columns: never through a character. What was cut is marked by `…`. */
export function fitWidth(text: string, columns: number): string {
  const whole = text.normalize('NFC');
  if (width(whole) <= columns) return whole;
  let fitted = '';
  let taken = 0;
  for (const { segment } of GRAPHEMES.segment(whole)) {
    const more = width(segment);
    if (taken + more > columns - 1) break;
    fitted += segment;
    taken += more;
  }
  return columns > 0 ? `${fitted}…` : '';
}

/** A text of our own, with colours, filled with spaces to a width in columns. */
export function padWidth(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}
