import stringWidth from 'string-width';

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * How many columns a text takes on a terminal: a Korean syllable or an emoji takes two, colours take none. Syllables that are written as separate
 * letters (macOS file names, NFD) count as they are drawn.
 */
export function width(text: string): number {
  return stringWidth(text.normalize('NFC'));
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
