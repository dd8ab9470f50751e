import type { RunEvent } from '../../model/events';
import { emptyRun } from '../../model/run-state';
import { unchangedNote, withoutGuard } from '../../model/unchanged';
import { makeKnown } from '../../lib/known-build';
import { plainLine } from '../../views/plain';

const UNCHANGED = 'passed in 11b028f0 at 2026-11-29T02:59:12.000Z';

function ended(outputVariables: Record<string, string>): string | undefined {
  const event: RunEvent = {
    ...{ v: 1, sequence: 1, time: '2026-01-01T00:00:00.000Z', kind: 'action.ended' },
    ...{ executionId: 'e', stage: 'Verify', action: 'ApiTest', actionExecutionId: 'a' },
    status: 'Succeeded',
    outputVariables,
  };
  return plainLine(event, emptyRun());
}

test('an action that did nothing says since when, another one says nothing of it', () => {
  expect(ended({ UNCHANGED })).toContain(`Verify/ApiTest Succeeded (unchanged, ${UNCHANGED})`);
  expect(ended({ UNCHANGED: '' })).not.toContain('unchanged');
  expect(ended({})).not.toContain('unchanged');
  expect(unchangedNote(undefined)).toBeUndefined();
});

test('a command is shown as its component has it, whole or by its first line', () => {
  const given = ['npm ci', 'a && b', 'if x; then\n  y\nfi', 'cat <<E\n}\nE', 'cd api', 'x || y # z'];
  const buildspec = { phases: { build: { commands: [...given] } } };
  makeKnown(buildspec, 'content');
  const made = buildspec.phases.build.commands;
  expect(made.slice(0, given.length).map(withoutGuard)).toEqual(given);
  for (const [at, command] of made.slice(0, given.length).entries())
    expect(withoutGuard(command.split('\n')[0] ?? '')).toBe(given[at]?.split('\n')[0]);
  expect(withoutGuard(`Error while executing command: ${made[0] ?? ''}. Reason: exit status 1`)).toBe(
    'Error while executing command: npm ci. Reason: exit status 1',
  );
});
