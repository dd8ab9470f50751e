import { stripVTControlCharacters } from 'node:util';
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

/** How many rows a text takes on a terminal that wraps it: a character of two columns is never broken, the row before it keeps one free. */
export function rowsOf(text: string, columns: number): number {
  if (width(text) <= columns) return 1;
  let rows = 1;
  let taken = 0;
  for (const { segment } of GRAPHEMES.segment(stripVTControlCharacters(text).normalize('NFC'))) {
    const more = width(segment);
    if (taken + more > columns) {
      rows++;
      taken = 0;
    }
    taken += more;
  }
  return rows;
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
