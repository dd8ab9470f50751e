/** BuildKit's mark ahead of a line of a step: `#9 0.512 `; the same without a number in the excerpt at its end: `0.512 `, ` 42.34 `. */
const MARK = /^#\d+ (?:\d+\.\d+(?: |$))?|^ ?\d+\.\d{1,3}(?: |$)/;
const BUILDKIT = /^#\d+ (?:\[|\d+\.\d+ |ERROR|CACHED|DONE)/;
/** The excerpt with which every builder's log ends, `docker compose`'s too: ` > [stage 4/5] RUN …:`, the step's own lines, a rule. */
const EXCERPT = /^ ?> \[[^\]]+\] .+:\s*$/;
const RULE = /^-{4,}\s*$/;
const CLASSIC_STEP = /^Step \d+\/\d+ : /;
/** BuildKit's last word; the rule above it ends the step's own lines, whether their heading was kept or not. */
const NOT_SOLVED = /^(?:ERROR: )?failed to solve: (?:process|executor failed)/;

/** Output with the marks of `docker build` taken off, line for line: a step's own tool is then read as outside of an image. */
export function withoutMarks(output: readonly string[]): readonly string[] {
  return output.some((line) => BUILDKIT.test(line) || EXCERPT.test(line) || NOT_SOLVED.test(line))
    ? output.map((line) => line.replace(MARK, ''))
    : output;
}

/**
 * The lines of the failed step of a `docker build`, every other line empty so that indexes stay: what other steps printed next to it, warnings
 * and all, is not the failure's. Output of anything else comes back as it is.
 */
export function stepOutput(output: readonly string[]): readonly string[] {
  const failed = output.map((line) => /^#(\d+) ERROR\b/.exec(line)?.[1]).find((step) => step !== undefined);
  if (failed !== undefined) {
    const own = new RegExp(`^#${failed} (?!ERROR)`);
    return output.map((line) => (own.test(line) ? line.replace(MARK, '') : ''));
  }
  const returned = output.findIndex((line) => /returned a non-zero code/.test(line));
  const begun = returned < 0 ? -1 : output.slice(0, returned).findLastIndex((line) => CLASSIC_STEP.test(line));
  if (begun >= 0) return output.map((line, at) => (at > begun && at < returned ? line : ''));
  const excerpt = output.findIndex((line) => EXCERPT.test(line));
  if (excerpt < 0) return aboveRule(output) ?? withoutMarks(output);
  const length = output.slice(excerpt + 1).findIndex((line) => RULE.test(line));
  const end = length < 0 ? output.length : excerpt + 1 + length;
  return output.map((line, at) => (at > excerpt && at < end ? line.replace(MARK, '') : ''));
}

/** The lines above the rule that BuildKit's last word stands below: an excerpt whose heading a log's reader cut off. */
function aboveRule(output: readonly string[]): readonly string[] | undefined {
  const verdict = output.findIndex((line) => NOT_SOLVED.test(line));
  const rule = verdict < 0 ? -1 : output.slice(0, verdict).findIndex((line) => RULE.test(line));
  return rule < 0 ? undefined : output.map((line, at) => (at < rule ? line.replace(MARK, '') : ''));
}
