import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { computeChangeSet, type ChangeSet } from '../../engine/cloudformation/change-set';
import { deleteStack } from '../../engine/cloudformation/deletion';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { DeploymentHost } from '../../engine/cloudformation/ensure-resource';
import type { Provisioner, Provisioners } from '../../engine/ports/provisioner';
import type { Template } from '../../engine/cloudformation/template/template';
import type { RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';

// Everything that a deployment writes is on disk before its next event, so a copy of the folder taken at an event is what kill -9 leaves there.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-interrupted-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const at = { account: '111111111111', region: 'eu-west-1', stackName: 'Stack' };

/** What stands on the machine, as files: like real resources they outlive the engine. */
function machine(
  folder: string,
  failing?: string,
): { provisioners: Provisioners; standing: () => Record<string, string> } {
  const directory = path.join(folder, 'machine');
  fs.mkdirSync(directory, { recursive: true });
  const file = (physicalId: string): string => path.join(directory, physicalId.replace(/\W/g, '-'));
  const parameter: Provisioner = {
    ensure: async ({ logicalId, physicalId, properties }) => {
      fs.writeFileSync(file(physicalId), String(properties.Value));
      if (logicalId === failing) throw new Error('no room');
      return { standing: 'real' };
    },
    remove: async ({ physicalId }) => fs.rmSync(file(physicalId), { force: true }),
  };
  return {
    provisioners: new Map([['AWS::SSM::Parameter', parameter]]),
    standing: () =>
      Object.fromEntries(
        fs.readdirSync(directory).map((name) => [name, fs.readFileSync(path.join(directory, name), 'utf8')]),
      ),
  };
}

const parameter = (name: string, value: string, dependsOn?: string) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: name, Type: 'String', Value: value },
  ...(dependsOn ? { DependsOn: dependsOn } : {}),
});
const before: Template = {
  Resources: { A: parameter('/a', 'old'), B: parameter('/b', 'old', 'A'), Dropped: parameter('/dropped', 'x', 'B') },
};
const after: Template = {
  Resources: {
    A: parameter('/a', 'new'),
    B: parameter('/b-replaced', 'new', 'A'),
    Added: parameter('/added', 'y', 'B'),
  },
};

function changeSet(ledger: DiskLedger, template: Template): ChangeSet {
  return computeChangeSet({ ...at, template, file: 't.json', parameters: {}, tags: {} }, ledger);
}

function host(folder: string, emit: (event: RunEventBody) => void, failing?: string): DeploymentHost {
  const ledger = new DiskLedger(new Layout(folder));
  return { ledger, provisioners: machine(folder, failing).provisioners, emit, environment: 'test' };
}

/** What has to be the same in the end; when it was updated is not. */
function final(folder: string): unknown {
  const stack = new DiskLedger(new Layout(folder)).get(at.account, at.region, at.stackName);
  const lasting = Object.entries(stack ?? {}).filter(([key]) => key !== 'updatedAt' && key !== 'createdAt');
  const left = fs
    .readdirSync(path.join(folder, 'state'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'));
  return { stack: Object.fromEntries(lasting), standing: machine(folder).standing(), left };
}

/** Runs work on a copy of a folder, and copies that at every event. @returns the folder as it ended, and a copy for each event */
async function withCopies(
  from: string,
  work: (host: DeploymentHost) => Promise<unknown>,
  failing?: string,
): Promise<{ undisturbed: string; killed: string[] }> {
  const undisturbed = fs.mkdtempSync(path.join(root, 'undisturbed-'));
  fs.cpSync(from, undisturbed, { recursive: true });
  const killed: string[] = [];
  await work(
    host(
      undisturbed,
      () => {
        const copy = fs.mkdtempSync(path.join(root, 'killed-'));
        fs.cpSync(undisturbed, copy, { recursive: true });
        killed.push(copy);
      },
      failing,
    ),
  );
  return { undisturbed, killed };
}

const empty = fs.mkdtempSync(path.join(root, 'empty-'));
async function deployedBefore(): Promise<string> {
  const folder = fs.mkdtempSync(path.join(root, 'before-'));
  const first = host(folder, () => undefined);
  await deploy(changeSet(first.ledger, before), first);
  return folder;
}

test.each([
  { what: 'a creation', from: async () => empty, template: before, failing: undefined, least: 8 },
  { what: 'a creation that fails', from: async () => empty, template: before, failing: 'B', least: 8 },
  { what: 'an update', from: deployedBefore, template: after, failing: undefined, least: 10 },
  { what: 'an update that fails', from: deployedBefore, template: after, failing: 'Added', least: 12 },
])('$what that is killed at any event ends as if it had not been', async ({ from, template, failing, least }) => {
  const start = await from();
  const set = changeSet(new DiskLedger(new Layout(start)), template);
  const { undisturbed, killed } = await withCopies(start, (one) => deploy(set, one), failing);
  expect(killed.length).toBeGreaterThanOrEqual(least);
  for (const folder of killed) {
    // A failed change set that was over before the engine was killed is refused: that too is what AWS would answer.
    await deploy(
      set,
      host(folder, () => undefined, failing),
    ).catch((error: Error) => expect(error.message).toMatch(/EXECUTE_FAILED/));
    expect(final(folder)).toEqual(final(undisturbed));
  }
});

test('a deletion that is killed at any event continues', async () => {
  const start = await deployedBefore();
  const { killed } = await withCopies(start, (one) => deleteStack(at, one));
  for (const folder of killed) {
    await deleteStack(
      at,
      host(folder, () => undefined),
    );
    expect(final(folder)).toEqual({ stack: {}, standing: {}, left: [] });
  }
});

test('an update that is killed and given up for the template before leaves nothing of it', async () => {
  const start = await deployedBefore();
  const set = changeSet(new DiskLedger(new Layout(start)), after);
  const { killed } = await withCopies(start, (one) => deploy(set, one));
  for (const folder of killed.slice(0, 6)) {
    const again = host(folder, () => undefined);
    await deploy(changeSet(again.ledger, before), again);
    expect(machine(folder).standing()).toEqual(machine(start).standing());
  }
});

test('a journal whose last line is torn is read up to there', async () => {
  const start = await deployedBefore();
  const set = changeSet(new DiskLedger(new Layout(start)), after);
  const { undisturbed, killed } = await withCopies(start, (one) => deploy(set, one));
  const folder = killed[4] ?? '';
  const journal = path.join(folder, 'state/ledger', at.account, at.region, 'Stack.journal.jsonl');
  const text = fs.readFileSync(journal, 'utf8');
  fs.writeFileSync(journal, text.slice(0, -20));
  await deploy(
    set,
    host(folder, () => undefined),
  );
  expect(final(folder)).toEqual(final(undisturbed));
});

test('a file of the ledger that is no stack is named, and blocks its stack alone', () => {
  const folder = fs.mkdtempSync(path.join(root, 'broken-'));
  const file = path.join(folder, 'state/ledger/111111111111/eu-west-1/Stack.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '{"stackName":');
  const ledger = new DiskLedger(new Layout(folder));
  const damaged = expect.objectContaining({ code: 'LEDGER_INVALID', where: { file } }) as Error;
  expect(ledger.damaged()).toEqual([damaged]);
  expect(() => ledger.get('111111111111', 'eu-west-1', 'Stack')).toThrow(damaged);
  expect(ledger.get('111111111111', 'eu-west-1', 'Other')).toBeUndefined();
});
