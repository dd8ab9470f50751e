import type { Evidence } from './evidence/evidence';
import { KNOWN_CAUSES, runbookLink } from './evidence/known-causes';
import { RECOGNIZERS } from './recognizers/index';
import { lastLines } from './recognizers/last-lines';
import type { Cause } from './evidence/triage.shape';

/** Lines of the output that are shown before and after the error. */
const BEFORE = 3;
const AFTER = 12;
/** A cause is one line of a terminal, or two. */
const LONGEST = 400;

/** The cause of a failure: what the first recognizer that knows it says, with the error's lines in their context. */
export function causeOf(evidence: Evidence): Cause {
  for (const { name, recognize } of RECOGNIZERS) {
    const finding = recognize(evidence);
    if (finding) return causeFrom(evidence, name, finding);
  }
  return causeFrom(evidence, 'last-lines', lastLines(evidence));
}

function causeFrom({ output }: Evidence, recognizer: string, finding: ReturnType<typeof lastLines>): Cause {
  const { line, length = 1, known } = finding;
  const lines =
    line === undefined
      ? []
      : output
          .map((text, index) => ({ text, error: index >= line && index < line + length }))
          .slice(Math.max(0, line - BEFORE), line + length + AFTER);
  const summary = finding.summary.replace(/\s+/g, ' ').trim();
  return {
    summary: summary.length > LONGEST ? `${summary.slice(0, LONGEST - 1)}…` : summary,
    recognizer,
    lines,
    ...(known ? { known: { slug: known, ...KNOWN_CAUSES[known], runbook: runbookLink(known) } } : {}),
  };
}
