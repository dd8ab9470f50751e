import { markOf } from '../../views/page/test-history';
import { coloursOf } from '../../engine/api/page/log-colours';

test.each([
  [['SUCCEEDED', 'FAILED'], 'new failure'],
  [['FAILED', 'SUCCEEDED'], 'fixed'],
  [['SUCCEEDED', 'FAILED', 'SUCCEEDED'], 'flaky'],
  [['FAILED', 'ERROR'], undefined],
  [['', 'FAILED'], undefined],
  [['SUCCEEDED', '', 'SKIPPED', 'FAILED'], 'new failure'],
  [['SUCCEEDED', 'FAILED', 'FAILED'], undefined],
] as const)('a case that came out %j is %s', (history, mark) => {
  expect(markOf(history)).toBe(mark);
});

test.each([
  ['\u001b[31mred\u001b[0m plain', [[0, 0, 3, 'red']]],
  ['a \u001b[1;32mgood\u001b[m', [[0, 2, 6, 'green']]],
  ['\u001b[38;5;9munknown', []],
  ['no colour', []],
  // What hides text from a terminal hides none of it from the colours: the line is then without them, or of its text alone.
  ['\u001b]0;\u001b[31mtitle\u0007x', [[0, 3, 9, 'red']]],
])('%j', (line, stretches) => {
  const found = coloursOf(line, 0);
  if (line.includes('title')) expect(found.every(([, from, to]) => from < to)).toBe(true);
  else expect(found).toEqual(stretches);
});
