/** What a line says for itself as the reason of a failure. Each pattern that matches adds its weight. */
const SIGNS: readonly (readonly [RegExp, number])[] = [
  // An exception or an error that names itself: `TypeError: …`, `fatal: …`, `error[E0425]: …`, `java.lang.IllegalStateException: …`.
  [
    /^\s*(?:\[?[\w./-]+\]?:? )?(?:Uncaught |Unhandled |Caused by: )?(?:[\w$.]+\.)?(?:[A-Z]\w*)?(?:Error|Exception|Failure)(?:\[\w+\]|\s\[\w+\])?: \S/,
    6,
  ],
  [
    /^\s*(?:\S+:\d+(?::\d+)?:? )?(?:fatal error|fatal|error|panic|ERROR|FATAL|Error|✘|×|✖|E )\b ?(?:\[[^\]]+\])?[: ]\s*\S/,
    5,
  ],
  [/^\s*\[?(?:ERROR|FATAL)\]?\s+\S/, 4],
  // apt's errors; npm's lines, of which most are its wrapping.
  [/^E: \S/, 5],
  [/^npm ERR! \S/, 1],
  // A shell that finds no program; the innermost of uv's causes; what a scanner counts.
  [/^(?:\S+: )?(?:line )?\d+: \S+: (?:command )?not found$/, 6],
  [/^\s*╰─▶ (?!Call to )\S/, 8],
  [/\b(?:CRITICAL|HIGH): [1-9]/, 5],
  // Rust's panics, which name the test and the place.
  [/^thread '.+' panicked at \S/, 13],
  // A place with nothing after it: the next line says what is wrong there.
  [/^[\w./@-]+\.\w+:\d+:\d+:\s*$/, 13],
  [
    /\b(?:not found|no such file|does not exist|doesn['’]t exist|cannot find|could not find|can['’]t (?:find|resolve)|unable to (?:find|locate|resolve)|could not (?:resolve|connect|read|load)|missing)\b/i,
    3,
  ],
  [
    /\b(?:failed to|cannot|could not|unable to|denied|refused|forbidden|unauthorized|expired|timed out|timeout|invalid|unsupported|unrecognized|unexpected|incompatible|undefined reference|undeclared|conflict|duplicate|already exists|not allowed|not authorized|not permitted|must be|is required|mismatch|exceed(?:s|ed)|limit)\b/i,
    2,
  ],
  [/\b(?:error|failed|failure|fails)\b/i, 1],
  // A place in a file, and what is said of it; a bound that was not kept.
  [/^\s*[\w./@-]+\.\w+:\d+(?::\d+)?:? \S/, 3],
  [
    /\b(?:not met|threshold|would reformat|no required|does not satisfy|not satisfied|(?:doesn['’]t|does not) match|not in sync|out of date|not up to date)\b/i,
    2,
  ],
  // What a tool says only because another one failed, and what comes after an error.
  [
    /^\s*(?:npm (?:ERR!|error) (?:code|errno|path|command|cwd|signal|Exit status|Lifecycle|Failed at|This is probably|A complete log|Test failed|\s*$)|npm (?:ERR!|error) (?:\S+@\S+ \w+: |.*\.log$))/,
    -8,
  ],
  [
    /exit(?:ed)? (?:with )?(?:code|status):? ?\d|exited \(\d+\)|non-zero (?:code|exit)|Command failed|ELIFECYCLE|Process completed|did not complete successfully|failed with exit code|script returned exit/i,
    -6,
  ],
  [
    /^(?:make|gmake|ninja|lerna|nx|turbo)(?:\[\d+\])?: |\*\*\* \[|^\s*ERROR: failed to solve|^> Run with --|^\s*> Get more help|^BUILD FAILED|^FAILURE: Build failed|^\[ERROR\] (?:-> |\[Help|For more|Re-run|To see|After correcting)|^Failed to update packages|^Node\.js v|^error: subprocess-exited|note: This error originates|A new release of pip|^Traceback/i,
    -6,
  ],
  // npm's own text below an error of any kind.
  [
    /^npm (?:ERR!|error) +(?:This is an error with npm|<https?:|Your cache folder contains|previous versions of npm|To permanently fix|The operation was rejected|It is likely you|If you believe|permissions of the file|the command again|sudo chown)/,
    -8,
  ],
  // A whole that failed, said once its parts have been.
  [
    /^\s*(?:\S* )?(?:Error: )?(?:Failed to compile(?: application(?: for the Web)?)?|Compilation failed)[.!]?\s*$|^ERROR in \S+(?: \d+:\d+\S*)?\s*$|^\s*ERROR +run failed: command +exited|^error: test failed, to rerun|see (?:the )?(?:reasons|errors?) (?:below|above)|Failed to execute goal .*There are test failures|^\[ERROR\] +(?:The build could not read|The project \S+ .* has \d+ error)|Some problems were encountered while/,
    -9,
  ],
  [
    /^\s*(?:at |\.\.\. \d+ more|File "|in <|from \S+:\d+:in)|^\s*\^+\s*$|^\s*[A-Z][\w ]* -{8,}\s*$|^\s*[|│┌┐└┘├┤┬┴┼─═╔╗╚╝║╰╭╮╯+=-]+\s*$/,
    -7,
  ],
  [/\b(?:warn(?:ing)?|deprecat\w+|notice|npm fund|vulnerabilit\w+|hint|info)\b/i, -4],
  [
    /\b(?:0|no) (?:errors?|failures?|failed)\b|errors?: 0\b|failed: 0\b|(?:ignored|ignoring|continuing|retrying|skipped|--no-error|error_log|on-error)/i,
    -6,
  ],
  [
    /\b(?:see|visit|run|try|read|refer to|check) .{0,80}(?:https?:|for (?:more|details)|--help)|https?:\/\/\S*(?:docs|help|support|issues)/i,
    -3,
  ],
];

/** Lines looked at, from the end: what a person scrolls back through. */
const LOOKED_AT = 2_000;

/** How much a line looks like the reason of a failure. */
function weightOf(line: string): number {
  const text = line.slice(0, 500);
  return SIGNS.reduce((sum, [pattern, weight]) => sum + (pattern.test(text) ? weight : 0), 0);
}

/**
 * The line of an output that a person would have looked for: the one that looks most like a reason, not the last word of the tool that passed the
 * failure on. Of equal ones the first, since errors bring errors; but the last of Python's tracebacks, whose causes are chained forward.
 * @returns its index, else that of the last line that is not a tool's wrapping; undefined where all are
 */
export function likeliestLine(output: readonly string[]): number | undefined {
  let last: number | undefined;
  let best: { readonly at: number; readonly weight: number } | undefined;
  const from = Math.max(0, output.length - LOOKED_AT);
  const python = output.some((line) => /^\s*Traceback \(most recent call last\)/.test(line));
  for (let at = from; at < output.length; at++) {
    const weight = weightOf(output[at] ?? '');
    if (weight === 0 && /\S/.test(output[at] ?? '')) last = at;
    if (weight <= 0) continue;
    if (!best || weight > best.weight || (python && weight === best.weight)) best = { at, weight };
  }
  return best?.at ?? last;
}
