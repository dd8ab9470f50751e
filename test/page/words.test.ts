// eslint-disable-next-line @typescript-eslint/no-require-imports -- a script of the page: an import would ask for types that this program does not have
const { stageState } = require('../../views/page/assets/words.js') as {
  stageState: (stage: { status: string; actions: readonly { status: string }[] }) => string;
};

test('a stage that succeeded says how many of its actions were not rehearsed, at a glance too', () => {
  const stage = (...actions: string[]) => ({ status: 'Succeeded', actions: actions.map((status) => ({ status })) });
  expect(stageState(stage('Succeeded', 'NotRehearsed', 'Succeeded'))).toBe('succeeded, 1 not rehearsed');
  expect(stageState(stage('Succeeded'))).toBe('succeeded');
});
