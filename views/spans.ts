import pc from 'picocolors';
import { plain } from '../model/plain-text';
import { fitWidth, width } from './text-width';

/** How a part of a line is drawn. */
export type Style = 'plain' | 'bold' | 'dim' | 'good' | 'bad' | 'none' | 'live' | 'wait';
/** A part of a line: its text, which may be foreign, and its style. */
export type Span = readonly [text: string, style?: Style];

const STYLES: Readonly<Record<Style, (text: string) => string>> = {
  plain: (text) => text,
  bold: pc.bold,
  dim: pc.dim,
  good: pc.green,
  bad: pc.red,
  none: pc.yellow,
  live: pc.cyan,
  wait: (text) => pc.bold(pc.yellow(text)),
};

/** A line of parts that fits a width: measured first, coloured then. */
export function styledLine(spans: readonly Span[], columns: number): string {
  let room = columns;
  let line = '';
  for (const [text, style = 'plain'] of spans) {
    const fitted = fitWidth(plain(text).replaceAll('\n', ' ').replaceAll('\t', ' '), room);
    if (fitted === '') continue;
    room -= width(fitted);
    line += STYLES[style](fitted);
  }
  return line;
}
