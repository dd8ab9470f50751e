import { fourKeys, type Deployment } from '../../operator/dora';

const HOUR = 3_600_000;
const deployment = (hour: number, status: Deployment['status'], more: Partial<Deployment> = {}): Deployment => ({
  environment: 'Prod',
  rollback: false,
  status,
  endedAt: hour * HOUR,
  ...more,
});

test('the four keys of an environment: frequency, lead time, change failure rate, time to restore', () => {
  const [prod, ...others] = fourKeys(
    [
      deployment(10, 'Succeeded', { committedAt: 8 * HOUR }),
      deployment(20, 'Failed', { committedAt: 19 * HOUR }),
      deployment(21, 'Failed'),
      // The rollback restores it; it is no deployment of a change.
      deployment(22, 'Succeeded', { rollback: true }),
      deployment(30, 'Succeeded', { committedAt: 24 * HOUR }),
      deployment(44, 'Succeeded', { committedAt: 42 * HOUR }),
    ],
    { from: 0, to: 48 * HOUR },
  );
  expect(others).toEqual([]);
  expect(prod).toEqual({
    environment: 'Prod',
    deployments: 3,
    deploymentsPerDay: 1.5,
    leadTimeSeconds: 2 * 3600,
    changeFailureRate: 2 / 5,
    restoreSeconds: 2 * 3600,
  });
});

test('a deployment that is rolled back though it succeeded is a failed change; what is not known is absent', () => {
  expect(
    fourKeys([deployment(1, 'Succeeded'), deployment(2, 'Succeeded', { rollback: true })], { from: 0, to: HOUR }),
  ).toEqual([{ environment: 'Prod', deployments: 1, deploymentsPerDay: 1, changeFailureRate: 1 }]);
  expect(fourKeys([], { from: 0, to: 1 })).toEqual([]);
});
