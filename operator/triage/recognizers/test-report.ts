import type { Recognizer } from '../evidence/evidence';

/** A test runner that no other recognizer knows: its report names the failed cases (CodeBuild User Guide, "Work with test reports"). */
export const testReport: Recognizer = {
  name: 'test-report',
  recognize: ({ tests, output }) => {
    const [first] = tests;
    if (!first) return undefined;
    const reason = first.message?.split('\n')[0]?.trim();
    const name = first.suite && !first.name.includes(first.suite) ? `${first.suite} › ${first.name}` : first.name;
    const more = tests.length > 1 ? ` (and ${tests.length - 1} more)` : '';
    const line = reason ? output.findIndex((one) => one.includes(reason)) : -1;
    return {
      summary: `test “${name}” failed${reason ? `: ${reason}` : ''}${more}`,
      ...(line >= 0 ? { line } : {}),
      known: 'test-failed',
    };
  },
};
