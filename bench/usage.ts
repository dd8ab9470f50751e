import * as fs from 'node:fs';

/** What a process has used by its end. */
export interface Usage {
  /** Seconds on a processor: what else a machine does cannot change them. */
  readonly seconds: number;
  /** The most memory that it has had. */
  readonly megabytes: number;
}

/**
 * A script for `node --require` that tells what its process has used. On Linux the memory is that of /proc/self/status: getrusage counts what the
 * process was forked from, too (getrusage(2): `ru_maxrss` is kept across execve).
 * @param script where the script is written
 * @param told where the process leaves what it has used, for {@link usageIn}
 */
export function writeUsagePreload(script: string, told: string): void {
  fs.writeFileSync(
    script,
    `const fs = require('node:fs');
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  let kilobytes = maxRSS;
  try { kilobytes = Number(/^VmHWM:\\s+(\\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]); } catch {}
  fs.writeFileSync(${JSON.stringify(told)}, JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: kilobytes / 1024 }));
});
`,
  );
}

/** What the last process with the script has told. */
export function usageIn(told: string): Usage {
  return JSON.parse(fs.readFileSync(told, 'utf8')) as Usage;
}
