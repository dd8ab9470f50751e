import { fitWidth, width } from '../../views/text-width';

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A question with what was typed so far on one row. Where there is no room for all, the question's beginning goes first: its end names the answers.
 * @param columns the row's width
 */
export function promptLine(question: string, typed: string, columns: number): string {
  const at = question.lastIndexOf('[');
  const answers = at > 0 ? question.slice(at) : '';
  const shown = lastColumns(typed, Math.max(4, columns - width(answers) - 4));
  const room = columns - width(answers) - width(shown) - 3;
  const words = at > 0 ? question.slice(0, at).trimEnd() : question;
  return `${[fitWidth(words, room), answers].filter(Boolean).join(' ')} ${shown}_`;
}

/** What was typed, after one more key. @param key its name @param text what it types: empty for a key that types nothing */
export function editedLine(typed: string, key: string, text: string): string {
  if (key === 'escape') return '';
  if (key === 'backspace')
    return [...GRAPHEMES.segment(typed)]
      .slice(0, -1)
      .map((one) => one.segment)
      .join('');
  return typed + text;
}

/** The end of a text that fits a width. */
function lastColumns(text: string, columns: number): string {
  const segments = [...GRAPHEMES.segment(text)].map((one) => one.segment);
  while (width(segments.join('')) > columns) segments.shift();
  return segments.join('');
}
