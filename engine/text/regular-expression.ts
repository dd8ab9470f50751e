import { createContext, Script } from 'node:vm';
import { SaiondoError } from '../../model/errors';

/** Milliseconds that a pattern of a pipeline or buildspec may take on one text. A sane one takes microseconds; the clock also runs while a busy machine lets others work. */
const MOST_MILLISECONDS = 2000;
/** Characters of a text that a pattern is tried on: CodePipeline's longest variable value is far shorter. */
const MOST_CHARACTERS = 128 * 1024;

const TEST = new Script('new RegExp(source, flags).test(text)');

/** POSIX classes of Java (java.util.regex.Pattern, "POSIX character classes"), which JavaScript lacks. */
const CLASSES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\x0B\\f\\r',
};

/**
 * Whether a pattern in Java's syntax matches a text, tried with JavaScript's engine: the rule VariableCheck and a phase's
 * `on-failure: RETRY-regex` take such patterns. The pattern is the user's, so it is given two seconds: one that backtracks
 * without end is an error, not a hang.
 * @param whole the whole text has to match, as in Java's `Matcher.matches`; else any part of it
 * @throws SaiondoError `PATTERN_INVALID`, `PATTERN_UNSUPPORTED` (a construct that only Java has), `PATTERN_TOO_SLOW`
 */
export function matchesPattern(pattern: string, text: string, whole: boolean): boolean {
  const { source, flags } = toJavaScript(pattern);
  try {
    const context = createContext({
      source: whole ? `^(?:${source})$` : source,
      flags,
      text: text.slice(0, MOST_CHARACTERS),
    });
    return TEST.runInContext(context, { timeout: MOST_MILLISECONDS }) === true;
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw new SaiondoError(`the pattern ${pattern} did not come to an end within ${MOST_MILLISECONDS} ms`, {
        code: 'PATTERN_TOO_SLOW',
        next: 'nested repetitions such as (a+)+ try every way to divide the text: write it without them',
      });
    }
    throw new SaiondoError(`${pattern} is no regular expression: ${(cause as Error).message}`, {
      code: 'PATTERN_INVALID',
      next: 'see java.util.regex.Pattern',
    });
  }
}

/** What Java writes otherwise: inline flags, quotations, anchors, POSIX classes. */
function toJavaScript(pattern: string): { source: string; flags: string } {
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const flags = [...new Set(inline?.[1] ?? '')].join('');
  const body = inline ? pattern.slice(inline[0].length) : pattern;
  const only = /(?<!\\)(?:\\\\)*(?:[*+?]\+|\{\d+(?:,\d*)?\}\+|\(\?>|\(\?[imsuxdU-]+[:)]|\\[GRXZ]|\[[^\]]*&&)/.exec(
    body,
  );
  if (only) {
    throw new SaiondoError(`the pattern ${pattern} uses ${only[0]}, which only Java’s engine has`, {
      code: 'PATTERN_UNSUPPORTED',
      next: 'possessive quantifiers, atomic groups, flags in the middle and class intersections are not rehearsed',
    });
  }
  const source = body
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_all, quoted: string) => quoted.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\\h/g, '[ \\t\\xA0]')
    .replace(/\\p\{(\w+)\}/g, (all: string, name: string, at: number, text: string) => {
      const members = CLASSES[name];
      if (!members) return all;
      const opened = text.lastIndexOf('[', at);
      return opened > text.lastIndexOf(']', at) && text[opened - 1] !== '\\' ? members : `[${members}]`;
    });
  return { source, flags: /\\[pP]\{/.test(source) && !flags.includes('u') ? `${flags}u` : flags };
}
