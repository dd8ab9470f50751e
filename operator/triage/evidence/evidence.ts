import type { KnownCauseSlug } from './known-causes';
import type { DeploymentEvent, FailedBuild, FailedTest } from './triage.shape';

/** What is known of a failed action when its cause is looked for. All text is plain: no escapes, no control characters. */
export interface Evidence {
  /** `CodeBuild`, `CloudFormation`, `Manual` … */
  readonly provider: string;
  /** What CodePipeline, or the build's failed phase, says. */
  readonly message: string;
  readonly build?: FailedBuild;
  /** What the failed command printed, in lines; where it was too much, its beginning and its end. */
  readonly output: readonly string[];
  readonly tests: readonly FailedTest[];
  /** Of a stack and its services, oldest first. */
  readonly events: readonly DeploymentEvent[];
}

/** What a recognizer found. */
export interface Finding {
  /** One sentence: what is wrong, with the names that matter. */
  readonly summary: string;
  /** Index in {@link Evidence.output} of the line that says it. */
  readonly line?: number;
  /** How many lines from there belong to it. */
  readonly length?: number;
  /** The known cause that it is. */
  readonly known?: KnownCauseSlug;
}

/** Characters of a message that patterns are run over; a log's lines are cut where they are read. */
const LONGEST = 4_000;

/** Knows the errors of one tool. Answers undefined for what is not its own. */
export interface Recognizer {
  readonly name: string;
  readonly recognize: (evidence: Evidence) => Finding | undefined;
}

/** The first line of the output that matches, with what it captured. */
export function firstMatch(
  lines: readonly string[],
  pattern: RegExp,
  from = 0,
): { readonly line: number; readonly groups: readonly string[] } | undefined {
  // A hundred patterns run over the same output, and much of a long log is said many times: each distinct line is asked once.
  if (from === 0) {
    for (const [text, line] of distinctLines(lines)) {
      const match = pattern.exec(text);
      if (match) return { line, groups: match.map((group) => group ?? '') };
    }
    return undefined;
  }
  for (let line = from; line < lines.length; line++) {
    const match = pattern.exec(lines[line] ?? '');
    if (match) return { line, groups: match.map((group) => group ?? '') };
  }
  return undefined;
}

const DISTINCT = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/** The distinct lines of an output, in their order, each with the first place where it stands. */
function distinctLines(lines: readonly string[]): ReadonlyMap<string, number> {
  const known = DISTINCT.get(lines);
  if (known) return known;
  const distinct = new Map<string, number>();
  lines.forEach((text, line) => {
    if (!distinct.has(text)) distinct.set(text, line);
  });
  DISTINCT.set(lines, distinct);
  return distinct;
}

/** The text of an event, of the message or of the output that matches first: for errors which may come by any of the three. */
export function anywhere(
  evidence: Evidence,
  pattern: RegExp,
): { readonly groups: readonly string[]; readonly line?: number } | undefined {
  const printed = firstMatch(evidence.output, pattern);
  if (printed) return printed;
  for (const text of [evidence.message, ...evidence.events.map((event) => event.reason)]) {
    const match = pattern.exec(text.slice(0, LONGEST));
    if (match) return { groups: match.map((group) => group ?? '') };
  }
  return undefined;
}
