import type { SeededFailure } from '../../bench/seeded/failure';
import { SeededSuite } from '../../bench/seeded/suite';

/** One test a failure: really run, then judged by the first ten lines of `saiondo triage`. */
export function testFailures(failures: readonly SeededFailure[], milliseconds: number): void {
  const suite = new SeededSuite();
  afterAll(() => suite.close());
  test.each(failures.map((failure) => [failure.title, failure] as const))(
    '%s',
    async (_title, failure) => {
      const said = await suite.measure(failure);
      if ('lacks' in said) {
        process.stderr.write(`not measured: ${failure.title} needs ${said.lacks}\n`);
        return;
      }
      expect({ missing: said.missing, firstLines: said.firstLines }).toEqual({
        missing: [],
        firstLines: said.firstLines,
      });
    },
    milliseconds,
  );
}
