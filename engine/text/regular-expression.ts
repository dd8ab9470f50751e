import { createContext, Script } from 'node:vm';
import { RE2JS } from 're2js';
import { SaiondoError } from '../../model/errors';
import { bounded } from '../bounded/bounded-work';

/** Milliseconds that a pattern may take on one text in a thread of its own. A sane one takes microseconds; the clock also runs while a busy machine lets others work. */
const MOST_MILLISECONDS = 2000;
/** Milliseconds that a pattern may take where its answer cannot be waited for. */
const MOST_HELD = 50;
/** Characters of a text that a pattern is tried on: CodePipeline's longest variable value is far shorter. */
const MOST_CHARACTERS = 128 * 1024;

const TEST = new Script('new RegExp(source, flags).test(text)');

/** Characters of a pattern. */
const MOST_PATTERN = 4096;

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

/** A pattern in JavaScript's syntax. */
interface Translated {
  readonly source: string;
  readonly flags: string;
}

/**
 * Whether a pattern in Java's syntax matches a text: the rule VariableCheck and a phase's `on-failure: RETRY-regex` take such patterns. RE2's
 * engine tries it, in time linear in the text. What that engine does not have (lookaround, references to groups) is tried with JavaScript's
 * in a thread of its own, which is ended after two seconds: a pattern that backtracks without end is an error, not a hang.
 * @param whole the whole text has to match, as in Java's `Matcher.matches`; else any part of it
 * @throws SaiondoError `PATTERN_INVALID`, `PATTERN_UNSUPPORTED` (a construct that only Java has), `PATTERN_TOO_SLOW`
 */
export async function matchesPattern(pattern: string, text: string, whole: boolean): Promise<boolean> {
  const translated = checked(pattern, whole);
  const tried = text.slice(0, MOST_CHARACTERS);
  const linear = linearPattern(translated);
  if (linear) return linear.test(tried);
  return bounded<typeof backtrack>({ module: __filename, name: 'backtrack' }, [translated, tried], {
    milliseconds: MOST_MILLISECONDS,
  }).catch((cause: unknown) => {
    throw (cause as { code?: string }).code === 'WORK_TOO_LONG' ? tooSlow(pattern, MOST_MILLISECONDS) : cause;
  });
}

/** {@link matchesPattern} of a whole text where the answer cannot be waited for: a pattern that RE2 does not have gets 50 ms. */
export function matchesPatternNow(pattern: string, text: string): boolean {
  const translated = checked(pattern, true);
  const tried = text.slice(0, MOST_CHARACTERS);
  const linear = linearPattern(translated);
  if (linear) return linear.test(tried);
  try {
    return TEST.runInContext(createContext({ ...translated, text: tried }), { timeout: MOST_HELD }) === true;
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw tooSlow(pattern, MOST_HELD);
    throw cause;
  }
}

/** @throws SaiondoError `PATTERN_INVALID`, `PATTERN_UNSUPPORTED` */
export function checkPattern(pattern: string): void {
  checked(pattern, false);
}

/** Runs in a thread of its own. */
export function backtrack({ source, flags }: Translated, text: string): boolean {
  return new RegExp(source, flags).test(text);
}

function checked(pattern: string, whole: boolean): Translated {
  if (pattern.length > MOST_PATTERN)
    throw new SaiondoError(
      `the pattern ${pattern.slice(0, 40)}… has ${pattern.length} characters; at most ${MOST_PATTERN} are read`,
      { code: 'PATTERN_INVALID', next: 'write a shorter one' },
    );
  const { source, flags } = toJavaScript(pattern);
  try {
    new RegExp(source, flags);
  } catch (cause) {
    throw new SaiondoError(`${pattern} is not a regular expression: ${(cause as Error).message}`, {
      code: 'PATTERN_INVALID',
      next: 'see java.util.regex.Pattern',
    });
  }
  return { source: whole ? `^(?:${source})$` : source, flags };
}

/** Undefined where RE2 has not what the pattern uses. */
function linearPattern({ source, flags }: Translated): RE2JS | undefined {
  const letters = flags.replace('u', '');
  const escapes = source.replace(/\\u([0-9a-fA-F]{4})/g, '\\x{$1}');
  try {
    return RE2JS.compile(letters === '' ? escapes : `(?${letters})${escapes}`);
  } catch {
    return undefined;
  }
}

function tooSlow(pattern: string, milliseconds: number): SaiondoError {
  return new SaiondoError(`the pattern ${pattern} did not come to an end within ${milliseconds} ms`, {
    code: 'PATTERN_TOO_SLOW',
    next: 'nested repetitions such as (a+)+ try every way to divide the text: write it without them',
  });
}

/** What Java writes otherwise: inline flags, quotations, anchors, POSIX classes. */
function toJavaScript(pattern: string): Translated {
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
