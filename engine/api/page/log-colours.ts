import { plain } from '../../../model/plain-text';

/** A stretch of a line in a colour: the line's index in its piece, from and to in characters, and the colour's name. */
export type ColouredStretch = readonly [line: number, from: number, to: number, colour: Colour];
/** The colours of a terminal's palette, and bold (ECMA-48, SGR). */
export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'grey' | 'bold';

const COLOURS: Readonly<Record<number, Colour>> = {
  1: 'bold',
  2: 'grey',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
  90: 'grey',
  91: 'red',
  92: 'green',
  93: 'yellow',
  94: 'blue',
  95: 'magenta',
  96: 'cyan',
};
const SGR = /\u001b\[([0-9;]{0,40})m/;

/**
 * The colours that a line of a log asks for. No escape of the log leaves this function: a colour is one of our own names. Where the text without escapes is
 * not the sum of its parts, the line has no colours.
 * @param line as it was written
 * @param index of the line in its piece
 */
export function coloursOf(line: string, index: number): ColouredStretch[] {
  if (!line.includes('\u001b[')) return [];
  const [first = '', ...rest] = line.split(SGR);
  let text = plain(first);
  let colour: Colour | undefined;
  const found: ColouredStretch[] = [];
  for (let at = 0; at < rest.length; at += 2) {
    for (const code of (rest[at] ?? '').split(';').map(Number)) {
      if (code === 0 || code === 39) colour = undefined;
      else colour = COLOURS[code] ?? colour;
    }
    const part = plain(rest[at + 1] ?? '');
    if (colour && part !== '') found.push([index, text.length, text.length + part.length, colour]);
    text += part;
  }
  return text === plain(line) && !text.includes('\n') ? found : [];
}
