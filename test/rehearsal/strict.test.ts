import { summarize } from '../../engine/rehearsal/summary';
import type { RunState } from '../../model/run-state';

const finding = { level: 'warning', text: 'unknown key `env`', where: 'buildspec.yml:4:5', time: '', finding: true };

/** A run whose one execution succeeded, with these messages. */
function runWith(...messages: RunState['messages']): RunState {
  const execution = {
    id: 'e',
    mode: 'STANDARD',
    status: 'Succeeded',
    actions: new Map(),
    stages: new Map(),
    conditions: [],
  };
  return { messages, executions: [execution], definition: { stages: [] } } as unknown as RunState;
}

test('a finding is an error with --strict alone', () => {
  const judge = (strict: boolean) => summarize(runWith(finding as never), { strict, interrupted: false });
  expect(judge(false)).toMatchObject({ verdict: 'passed', exitCode: 0 });
  expect(judge(true)).toMatchObject({
    verdict: 'failed',
    exitCode: 1,
    text: expect.stringContaining('unknown key `env` (buildspec.yml:4:5)') as string,
  });
});

test('any other message is none', () => {
  const warning = { level: 'warning', text: 'a secret is shown', time: '' };
  expect(summarize(runWith(warning), { strict: true, interrupted: false })).toMatchObject({ exitCode: 0 });
});
