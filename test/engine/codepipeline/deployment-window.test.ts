import { deploymentWindow } from '../../../engine/codepipeline/rules/deployment-window';

// 2026-11-24 is a Tuesday; the month's last Friday is the 27th, its last day a Monday.
test.each([
  ['0 * 9-17 ? * MON-FRI *', 'UTC', '2026-11-24T09:30:12Z', true],
  ['0 * 9-17 ? * MON-FRI *', 'UTC', '2026-11-24T08:59:59Z', false],
  ['0 * 9-17 ? * MON-FRI *', 'UTC', '2026-11-28T09:30:00Z', false],
  ['0 * 9-17 ? * 2-6', undefined, '2026-11-24T09:30:00Z', true],
  ['* * * ? * 1', 'UTC', '2026-11-22T12:00:00Z', true],
  ['* * * ? * 1', 'UTC', '2026-11-23T12:00:00Z', false],
  ['* 0/15 * * * ?', 'UTC', '2026-11-24T09:45:30Z', true],
  ['* 5/15 * * * ?', 'UTC', '2026-11-24T09:45:30Z', false],
  ['0 0 9-17 ? * MON-FRI *', 'UTC', '2026-11-24T09:01:00Z', false],
  ['* * 9 ? * *', 'UTC+05:30', '2026-11-24T03:30:00Z', true],
  ['* * 9 ? * *', 'UTC-03:00', '2026-11-24T12:59:00Z', true],
  ['* * 9 ? * *', 'Europe/Berlin', '2026-07-01T07:15:00Z', true],
  ['* * 9 ? * *', 'Europe/Berlin', '2026-12-01T07:15:00Z', false],
  ['* * * ? * 6L', 'UTC', '2026-11-27T10:00:00Z', true],
  ['* * * ? * 6L', 'UTC', '2026-11-20T10:00:00Z', false],
  ['* * * ? * 6#3', 'UTC', '2026-11-20T10:00:00Z', true],
  ['* * * ? * 6#3', 'UTC', '2026-11-27T10:00:00Z', false],
  ['* * * L * ?', 'UTC', '2026-11-30T10:00:00Z', true],
  ['* * * L-3 * ?', 'UTC', '2026-11-27T10:00:00Z', true],
  ['* * * 15W * ?', 'UTC', '2026-11-16T10:00:00Z', true],
  ['* * * 15W * ?', 'UTC', '2026-11-15T10:00:00Z', false],
  ['* * * 1W AUG ?', 'UTC', '2026-08-03T10:00:00Z', true],
  ['* * * LW * ?', 'UTC', '2027-02-26T10:00:00Z', true],
  ['* * * ? * * 2026-2027', 'UTC', '2026-11-24T10:00:00Z', true],
  ['* * * ? * * 2027/2', 'UTC', '2026-11-24T10:00:00Z', false],
  ['* * * ? * l', 'UTC', '2026-11-28T10:00:00Z', true],
])('%s in %s at %s: %s', (expression, zone, at, open) => {
  expect(deploymentWindow(expression, zone, new Date(at)).open).toBe(open);
});

test('a closed window says when it opens', () => {
  expect(deploymentWindow('* * 9 ? * MON', 'UTC', new Date('2026-11-24T10:00:00Z')).next?.toISOString()).toBe(
    '2026-11-30T09:00:00.000Z',
  );
});

test.each([
  ['* * *', 'UTC'],
  ['* 99 * ? * *', 'UTC'],
  ['* * * ? * 8', 'UTC'],
  ['* * * ? * * 20', 'UTC'],
  ['* * * ? * *', 'Mars/Olympus'],
])('%j in %s is refused', (expression, zone) => {
  expect(() => deploymentWindow(expression, zone, new Date())).toThrow(
    expect.objectContaining({ code: 'ConfigurationError' }),
  );
});
