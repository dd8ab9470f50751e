import { RE2JS } from 're2js';
import { ApiError } from '../protocol/api-error';

/**
 * A filter pattern for unstructured logs, as a test of a message (CloudWatch Logs User Guide, "Filter pattern syntax"): terms that must all
 * be there, `"quoted phrases"`, `-excluded` terms, `?optional` ones of which one must be there, and `%regular expressions%`. Case counts.
 * @throws ApiError `InvalidParameterException` for a pattern that is not well-formed, and for the JSON and space-delimited forms,
 * which CodeBuild's logs have no use for
 */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  if (pattern.length > MOST_CHARACTERS)
    throw new ApiError(
      'InvalidParameterException',
      `Invalid filter pattern: it has more than ${MOST_CHARACTERS} characters`,
    );
  const trimmed = pattern.trim();
  if (trimmed === '') return () => true;
  if (/^[{[]/.test(trimmed))
    throw new ApiError(
      'InvalidParameterException',
      `Invalid filter pattern: a rehearsal matches terms, quoted phrases and %regular expressions%, not ${trimmed.startsWith('{') ? 'JSON' : 'space-delimited'} patterns`,
    );
  const wanted: Test[] = [];
  const excluded: Test[] = [];
  const optional: Test[] = [];
  const token = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"%]+))(?=\s|$)/y;
  while (token.lastIndex < trimmed.length) {
    const found = token.exec(trimmed);
    if (!found) throw new ApiError('InvalidParameterException', 'Invalid filter pattern');
    const [, sign, quoted, expression, term] = found;
    const test =
      expression === undefined
        ? includes(quoted === undefined ? plain(term ?? '') : unescape(quoted))
        : matches(expression);
    (sign === '-' ? excluded : sign === '?' ? optional : wanted).push(test);
  }
  return (message) => {
    if (excluded.some((test) => test(message))) return false;
    // An optional term next to a required one is ignored (same page).
    if (wanted.length > 0) return wanted.every((test) => test(message));
    return optional.length === 0 || optional.some((test) => test(message));
  };
}

type Test = (message: string) => boolean;

function includes(text: string): Test {
  return (message) => message.includes(text);
}

/** Terms with other characters have to be quoted (same page: "alphanumeric, and underscore"). */
function plain(term: string): string {
  if (!/^[\p{L}\p{N}_]+$/u.test(term))
    throw new ApiError('InvalidParameterException', `Invalid character(s) in term '${term}': put it in double quotes`);
  return term;
}

function unescape(quoted: string): string {
  return quoted.replace(/\\(.)/g, '$1');
}

/** Characters of a filter pattern (API Reference, FilterLogEvents: filterPattern). */
const MOST_CHARACTERS = 1024;

/**
 * Operators and characters that CloudWatch takes (User Guide, "Supported regular expressions"). RE2's engine tries them, in time linear in the
 * message: `.*foo.*bar` makes JavaScript's own try every pair of places.
 */
function matches(expression: string): Test {
  if (!/^(?:[\w:#=@/;,\s^$?[\]{}|*+.-]|\\.)+$/.test(expression)) throw invalid(expression);
  try {
    const compiled = RE2JS.compile(expression);
    return (message) => compiled.test(message);
  } catch {
    throw invalid(expression);
  }
}

function invalid(expression: string): ApiError {
  return new ApiError('InvalidParameterException', `Invalid regular expression '${expression}'`);
}
