/** What programs put ahead of each line that they pass on: `docker logs -t` and CI systems the time, Java's loggers the time and a level, `docker compose` the container's name, turbo the package and its task. */
const PREFIXES: readonly RegExp[] = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?/,
  /^\[?(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d(?:[.,]\d+)?\]? (?:\[?(?:INFO|ERROR|WARN|DEBUG)\]?(?: |$))?/,
  /^[\w.-]+ +\| ?/,
  /^@?[\w/.-]+:[a-z][\w.-]*:(?: |$)/,
];
/** The part of an output that has to carry a prefix, for it to be one. */
const SHARE = 0.5;

/**
 * Output without the prefix that most of its lines carry, line for line: what a tool printed is then read as if nobody had passed it on. Output
 * without one comes back as it is.
 */
export function withoutLoggerPrefix(output: readonly string[]): readonly string[] {
  const said = output.filter((line) => /\S/.test(line)).length;
  const prefix = PREFIXES.find((one) => output.filter((line) => one.test(line)).length > said * SHARE);
  return prefix && said > 1 ? output.map((line) => line.replace(prefix, '')) : output;
}
