import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ChangeSetStore } from '../../engine/cloudformation/change-set-store';
import { Journal } from '../../engine/cloudformation/journal';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { Values } from '../../engine/endpoint/values';
import { takeLock } from '../../engine/host/lock';
import { writeAtomically } from '../../engine/files/write-atomically';
import type { DeployedStack } from '../../engine/ports/ledger';
import { EventLog } from '../../engine/runs/event-log';
import { Runs } from '../../engine/runs/runs';
import { Layout } from '../../model/layout';
import { pathSegment } from '../../model/path-segment';

let root = '';
beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-state-'))));
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const stack = (over: Partial<DeployedStack>): DeployedStack => ({
  stackName: 'Stack',
  stackId: 'arn:aws:cloudformation:eu-west-1:111111111111:stack/Stack/0',
  account: '111111111111',
  region: 'eu-west-1',
  status: 'CREATE_COMPLETE',
  template: {},
  parameters: {},
  tags: {},
  outputs: {},
  resources: {},
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...over,
});

/** Every file below a folder. */
const filesOf = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));

const EVIL = ['..', '.', '', '../../evil', '/etc/evil', 'a/../../b', '.git', 'a\0b', 'x'.repeat(5000), '~', 'a~b'];

test('a name from outside is one segment of a path, whatever it holds, and two names never meet', () => {
  for (const name of EVIL) {
    const segment = pathSegment(name);
    expect(path.basename(path.join('/root/folder', segment))).toBe(segment);
    expect(path.dirname(path.join('/root/folder', segment))).toBe('/root/folder');
    expect(Buffer.byteLength(segment)).toBeLessThan(200);
  }
  const segments = [...EVIL, 'a-b', 'a:b', 'a b', 'Dev-Stack'].map(pathSegment);
  expect(new Set(segments).size).toBe(segments.length);
  expect(pathSegment('Dev-Stack.v1_2')).toBe('Dev-Stack.v1_2');
});

test('an account, a region, a stack, a run, a build, an artifact and a project lead nowhere outside of their folder', () => {
  const layout = new Layout(path.join(root, 'state-folder'));
  for (const name of EVIL) {
    const paths = [
      layout.run(name),
      layout.events(name),
      layout.build('run', name),
      layout.artifact('run', name, name),
      layout.ledger(name, name),
      layout.cache(name),
      layout.report(name),
    ];
    for (const one of paths) expect(path.resolve(one).startsWith(layout.root + path.sep)).toBe(true);
    // Not the folder of all runs itself either.
    expect(layout.run(name)).not.toBe(layout.runs());
    const ledger = new DiskLedger(layout);
    ledger.put(stack({ account: name, region: name, stackName: name }));
    expect(new DiskLedger(layout).get(name, name, name)).toMatchObject({ region: name });
    new ChangeSetStore(path.join(layout.root, 'state', 'change-sets')).put(name, {
      ...stack({ account: name, region: name, stackName: name }),
      template: {},
    } as never);
  }
  expect(fs.readdirSync(root)).toEqual(['state-folder']);
  const files = filesOf(path.join(root, 'state-folder'));
  expect(files.every((file) => /^state\/(ledger\/[^/]+\/[^/]+|change-sets)\/[^/]+\.json$/.test(file))).toBe(true);
});

test.each([
  ['nothing', ''],
  ['half of it', '{"stackName": "Stack", "account": "1111'],
  ['another shape', '{}'],
  ['null', 'null'],
  ['binary rubbish', '\0\u0001\u0002'],
  ['another stack', JSON.stringify(stack({ stackName: 'Other' }))],
])('a stack’s file with %s blocks that stack and no other', (_what, content) => {
  const layout = new Layout(root);
  const file = path.join(layout.ledger('111111111111', 'eu-west-1'), 'Stack.json');
  new DiskLedger(layout).put(stack({}));
  new DiskLedger(layout).put(stack({ stackName: 'Whole' }));
  fs.writeFileSync(file, content);
  const ledger = new DiskLedger(layout);
  const damaged = expect.objectContaining({ code: 'LEDGER_INVALID', where: { file } }) as Error;
  for (const use of [
    () => ledger.get('111111111111', 'eu-west-1', 'Stack'),
    () => ledger.put(stack({})),
    () => ledger.remove('111111111111', 'eu-west-1', 'Stack'),
  ])
    expect(use).toThrow(damaged);
  expect(ledger.damaged()).toEqual([damaged]);
  expect(ledger.list().map((one) => one.stackName)).toEqual(['Whole']);
  expect(fs.readFileSync(file, 'utf8')).toBe(content);
});

test('a damaged line in the middle of a journal is named, a torn last one is cut off', () => {
  const file = path.join(root, 'Stack.journal.jsonl');
  const journal = new Journal(file);
  journal.begin('one');
  journal.rollingBack('A', 'why');
  const whole = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, `${whole}{"kind":"rollb`);
  expect(new Journal(file).rollback).toMatchObject({ logicalId: 'A' });
  expect(fs.readFileSync(file, 'utf8')).toBe(whole);
  fs.writeFileSync(file, whole.replace('deployment', 'deploy"'));
  expect(() => new Journal(file)).toThrow(expect.objectContaining({ code: 'LEDGER_INVALID', where: { file } }));
});

test.each(['', '{"a":', '[]', '{"a": 1}', 'null'])(
  'values and change sets that hold %j are never empty ones',
  (text) => {
    fs.writeFileSync(path.join(root, 'values.json'), text);
    expect(() => new Values(root)).toThrow(
      expect.objectContaining({ code: 'STATE_DAMAGED', where: { file: path.join(root, 'values.json') } }),
    );
    const store = new ChangeSetStore(path.join(root, 'change-sets'));
    const at = { account: '1', region: 'r', stackName: 's' };
    store.put('changes', { ...stack(at), template: {} } as never);
    const [name = ''] = fs.readdirSync(path.join(root, 'change-sets'));
    const file = path.join(root, 'change-sets', name);
    fs.writeFileSync(file, text);
    expect(() => store.get(at, 'changes')).toThrow(expect.objectContaining({ code: 'STATE_DAMAGED', where: { file } }));
    expect(store.get(at, 'others')).toBeUndefined();
  },
);

test('an event log with a damaged line names it; the runs next to it are read', () => {
  const layout = new Layout(root);
  for (const runId of ['run-1', 'run-2']) {
    const log = new EventLog(layout.events(runId));
    log.emit({ kind: 'message', level: 'info', text: 'one' });
    log.close();
  }
  for (const line of ['null', '[]', '{}', '{"kind":"message"}', 'x']) {
    fs.writeFileSync(layout.events('run-1'), `${line}\n`);
    expect(() => new Runs(layout).open('run-1')).toThrow(
      expect.objectContaining({ code: 'EVENT_LOG', where: { file: layout.events('run-1'), line: 1 } }),
    );
    expect(new Runs(layout).open('run-2').sequence).toBe(1);
  }
});

test.each(['', '{}', 'null', '[]', '{"pid":0}', '{"pid":-1}', '{"pid":"x"}', '{"pid":1e99}', '{"v":3}'])(
  'a lock and a digest that hold %j are nobody’s',
  (text) => {
    const lock = path.join(root, 'lock');
    fs.writeFileSync(lock, text);
    takeLock(lock)();
    expect(fs.existsSync(lock)).toBe(false);
    const layout = new Layout(root);
    const log = new EventLog(layout.events('run-1'));
    log.emit({ kind: 'message', level: 'info', text: 'one' });
    log.close();
    fs.writeFileSync(path.join(layout.run('run-1'), 'digest.json'), text);
    expect(new Runs(layout).list()).toMatchObject([{ bytes: fs.statSync(layout.events('run-1')).size }]);
  },
);

test('what is written is its owner’s alone, and whole: a write that fails leaves the old content', () => {
  const file = path.join(root, 'a/b/state.json');
  const before = process.umask(0);
  try {
    writeAtomically(file, 'one');
  } finally {
    process.umask(before);
  }
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(fs.statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  // A folder stands where the new content would be written.
  fs.mkdirSync(`${file}.new`);
  expect(() => writeAtomically(file, 'two')).toThrow();
  expect(fs.readFileSync(file, 'utf8')).toBe('one');
});
