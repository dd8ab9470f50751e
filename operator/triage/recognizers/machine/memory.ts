import { anywhere, type Recognizer } from '../../evidence/evidence';

const HEAP =
  /(?:Reached heap limit|JavaScript heap out of memory|\bMemoryError\b|OutOfMemoryError|Cannot allocate memory|signal:? (?:9, )?"?SIGKILL|exit code:? -9\b|ran out of memory|\bout of memory\b|process exited too early|virtual memory exhausted|Killed signal terminated program|signal 9|Java heap space|Gradle build daemon disappeared unexpectedly|\bENOMEM\b|\bOOMKilled\b|exit (?:code|status):? 137|[Ee]rrno 137|^Exit status 137|failed with exit code 137|^(?:\S+: line \d+: +\d+ )?Killed\b)/;

/** Processes that ran out of memory: their own limit (V8, Python, Java), or the kernel's. */
export const memory: Recognizer = {
  name: 'memory',
  recognize: (evidence) => {
    const { build } = evidence;
    const found = anywhere(evidence, HEAP);
    const killed = build?.exitCode === 137;
    if (!found && !killed) return undefined;
    const line = found?.line === undefined ? found?.groups[0] : evidence.output[found.line];
    const what = line?.trim().replace(/^FATAL ERROR: /, '') ?? 'the kernel killed it (exit code 137)';
    return {
      summary: `out of memory: ${what === 'Killed' ? 'the kernel killed the process' : what}`,
      ...(found?.line === undefined ? {} : { line: found.line, length: 1 }),
      known: 'out-of-memory',
    };
  },
};
