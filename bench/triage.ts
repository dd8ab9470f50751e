import { median } from './figure';
import { seededFailures } from './seeded/failure';
import { SeededSuite } from './seeded/suite';

/** How many of the seeded failures `saiondo triage` names rightly in its first ten lines, and how long it takes to say so. */
export async function triage(report: (line: string) => void): Promise<void> {
  const suite = new SeededSuite();
  const seconds: number[] = [];
  const missed: string[] = [];
  const lacking: string[] = [];
  const failures = seededFailures();
  try {
    for (const failure of failures) {
      const said = await suite.measure(failure);
      if ('lacks' in said) {
        lacking.push(`${failure.name} (needs ${said.lacks})`);
        continue;
      }
      seconds.push(said.seconds);
      if (said.missing.length > 0) missed.push(`${failure.name} (${said.missing.join(', ')})`);
      process.stderr.write(`triage of ${failure.name}: ${said.seconds.toFixed(2)} s\n`);
    }
  } finally {
    suite.close();
  }
  const hits = failures.length - missed.length - lacking.length;
  report(
    `triage: ${hits} of ${failures.length} seeded failures named in the first ten lines, median ${median(seconds).toFixed(2)} s (bound ${failures.length} of ${failures.length}, 2 s)`,
  );
  if (missed.length > 0) report(`triage missed: ${missed.join('; ')}`);
  if (lacking.length > 0) report(`triage not measured: ${lacking.join('; ')}`);
}
