import type { Evidence } from './evidence/evidence';
import { stepOutput, withoutMarks } from './evidence/image-build';
import { withoutLoggerPrefix } from './evidence/logger-prefix';
import { KNOWN_CAUSES, runbookLink } from './evidence/known-causes';
import { RECOGNIZERS } from './recognizers/index';
import { lastLines } from './recognizers/last-lines';
import type { Cause } from './evidence/triage.shape';

/** Recognizers that do not look for what a step printed. */
const OF_THE_BUILDER: ReadonlySet<string> = new Set([
  'approval',
  'source',
  'timeouts',
  'docker',
  'ecs',
  'cloudformation',
]);

/** Lines of the output that are shown before and after the error. */
const BEFORE = 3;
const AFTER = 12;
/** A cause is one line of a terminal, or two. */
const LONGEST = 400;

/** The cause of a failure: what the first recognizer that knows it says, with the error's lines in their context. */
export function causeOf(given: Evidence): Cause {
  const evidence = { ...given, output: withoutLoggerPrefix(given.output) };
  const step = stepOutput(evidence.output);
  // A failure inside `docker build` is read like one outside: first the failed step's own lines, then all of them without the builder's marks.
  const readings = [
    ...(step === evidence.output ? [] : [{ ...evidence, output: step }]),
    { ...evidence, output: withoutMarks(evidence.output) },
  ];
  for (const [at, reading] of readings.entries())
    for (const { name, recognize } of RECOGNIZERS) {
      if (at < readings.length - 1 && OF_THE_BUILDER.has(name)) continue;
      const finding = recognize(name === 'docker' ? evidence : reading);
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
