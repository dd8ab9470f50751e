import { Outbound } from '../../engine/network/outside/outbound';
import { currentExecution } from '../../model/run-state';
import { machineHas } from '../fixtures/requires';
import type { PermissionRecord } from '../../model/permission-record';
import recorded from '../iam/sample-calls.json';
import { Clone } from './clone';
import { Gate } from './gate';

// The one end-to-end rehearsal of the suite: the sample monorepo from a commit to prod. What follows from changes is in `npm run test:rehearsal`.
// The calls of its builds are kept in test/iam/sample-calls.json: test/iam/mutants.test.ts judges them again. What is new there is listed; add it.
const calls = (records: readonly Pick<PermissionRecord, 'role' | 'action' | 'resource'>[]) =>
  records.map(({ role, action, resource }) => {
    const named = resource.replace(/\d{8}-\d{6}$/, 'TIME').replace(/[0-9a-f]{64}$/, 'FINGERPRINT');
    return `${role} ${action} ${named}`;
  });
function newCalls(records: readonly PermissionRecord[]): string[] {
  const asked = records.filter(({ why, role }) => why === 'as it asked for' && !/role\/cdk-/.test(role));
  const known = new Set(calls(recorded));
  return calls(asked).filter((one) => !known.has(one));
}

const clone = new Clone();
// From the end of Verify on nothing outside is reached: no package registry, no compiler's and no engine's host. What was tested is what is deployed.
const verified = (): boolean => {
  const run = clone.now();
  return run !== undefined && currentExecution(run)?.stages.get('Verify')?.endedAt !== undefined;
};
const gate = new Gate(verified);
const containers = machineHas('docker');
beforeAll(async () => {
  clone.environment = await gate.open();
  await clone.make();
}, 120_000);
afterAll(() => {
  gate.close();
  clone.remove();
});

test(`the sample monorepo goes through to prod; not rehearsed is only what needs flutter${containers ? '' : ' or docker, which this machine lacks'}`, async () => {
  const { exitCode, state, output } = await clone.rehearse();
  const actions = [...(currentExecution(state)?.actions.values() ?? [])];
  const failed = actions.filter((action) => action.status === 'Failed');
  expect({ exitCode, failed, output: failed.length > 0 ? output.slice(-4000) : '' }).toEqual({
    exitCode: 0,
    failed: [],
    output: '',
  });
  const missing = new Set(
    actions.filter((action) => action.status !== 'Succeeded').flatMap((action) => action.missing ?? [action.status]),
  );
  expect([...missing].sort()).toEqual(containers ? ['flutter'] : ['docker', 'flutter']);
  expect(currentExecution(state)?.stages.get('Prod')?.status).toBe('Succeeded');
  for (const stage of ['Dev', 'Prod']) {
    expect(clone.log(state, `${stage}/Data.Migrate`)).toMatch(/20260915000000_channels|already in sync/);
    expect(clone.log(state, `${stage}/Contracts.DeployContracts`)).toMatch(
      /the code at 0x\w{40} equals the compiled SAIONDO/,
    );
  }
  expect(gate.passed.size).toBeGreaterThan(0);
  expect(gate.refused).toEqual([]);
  await expect(new Outbound(clone.environment).connect('registry.npmjs.org', 443)).rejects.toThrow('answers 403');
  expect(newCalls(clone.permissions(state))).toEqual([]);
  // One that reads along sees the whole delivery in a screen or two. A slow machine has a line more for each action that takes long.
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !/^[\d:]{8} {3}\S+\/\S+ Succeeded [\d. a-z]+$/.test(line));
  expect(lines.length <= 34 ? [] : lines).toEqual([]);
  if (!containers) return;
  expect(state.endpoints).toHaveLength(2);
  for (const endpoint of state.endpoints) {
    expect(endpoint.status).toBe(200);
    expect(endpoint.body).toContain('20260915000000_channels');
  }
}, 1_200_000);
