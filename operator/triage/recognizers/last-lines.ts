import { firstMatch, type Finding, type Evidence } from '../evidence/evidence';

const ERROR = /\b(?:error|exception|fatal|failed|cannot|denied)\b/i;

/** What remains when nobody knows the error: the last line that looks like one, else the last line, said as no more than that. */
export function lastLines({ output, message }: Evidence): Finding {
  const reversed = [...output].reverse();
  const found = firstMatch(reversed, ERROR) ?? firstMatch(reversed, /\S/);
  const line = found ? output.length - 1 - found.line : undefined;
  const said = line === undefined ? '' : (output[line] ?? '').trim();
  const first = message.split('\n')[0] ?? '';
  return {
    summary: said
      ? `not recognized; ${first ? `${first}; ` : ''}its output says: ${said}`
      : `not recognized; ${first || 'AWS gives no reason'}`,
    ...(line === undefined ? {} : { line, length: 1 }),
  };
}
