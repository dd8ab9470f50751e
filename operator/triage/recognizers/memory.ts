import { anywhere, type Recognizer } from '../evidence/evidence';

const HEAP =
  /(?:Reached heap limit|JavaScript heap out of memory|MemoryError|java\.lang\.OutOfMemoryError|Cannot allocate memory|signal SIGKILL|OutOfMemoryError: Container killed|^Killed$)/;

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
