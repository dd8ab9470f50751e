import { firstMatch, type Evidence, type Finding } from '../evidence/evidence';
import { stepOutput } from '../evidence/image-build';
import { likeliestLine } from '../evidence/likely-line';

/**
 * What remains when nobody knows the error: the line that a person would have looked for, else the last line, said as no more than that. A line
 * that ends in a colon, or names only an error's kind, is shown with the one after it.
 */
export function lastLines({ output, message }: Evidence): Finding {
  const last = firstMatch([...output].reverse(), /\S/);
  const line = likeliestLine(stepOutput(output)) ?? likeliestLine(output) ?? (last && output.length - 1 - last.line);
  const first = reasonIn(message);
  if (line === undefined) return { summary: `not recognized; ${first || 'AWS gives no reason'}` };
  const said = saidAt(output, line);
  return {
    summary: said
      ? `not recognized; its output says: ${said}${first ? ` (${first})` : ''}`
      : `not recognized; ${first}`,
    line,
    length: 1,
  };
}

function saidAt(output: readonly string[], line: number): string {
  const text = (output[line] ?? '').trim();
  const next = output
    .slice(line + 1, line + 4)
    .map((one) => one.trim())
    .find((one) => one !== '');
  return next !== undefined && (text.endsWith(':') || text.length < 25) ? `${text} ${next}` : text;
}

/** The command that ended with an error stands in a triage's lines of its own: of CodeBuild's sentence about it, its reason is enough. */
const COMMAND_ERROR =
  /^(?:COMMAND_EXECUTION_ERROR: )?Error while executing command: [\s\S]*\. Reason: (exit status \d+)/;

function reasonIn(message: string): string {
  return COMMAND_ERROR.exec(message)?.[1] ?? message.split('\n')[0] ?? '';
}
