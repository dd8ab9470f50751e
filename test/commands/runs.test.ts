import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { recordRun } from '../../bench/recorded-run';
import { keptRuns, listRuns } from '../../engine/runs/stored-runs';
import { EventLog } from '../../engine/runs/event-log';
import { Layout } from '../../model/layout';
import { digestOf, liveState } from '../../engine/runs/run-digest';
import { applyEvent } from '../../model/apply-event';
import { emptyRun } from '../../model/run-state';
import { pageListedRun } from '../../views/page/model';
import { writeAssembly } from '../fixtures/small-pipeline';
import { longRun } from './long-run';
import { ROLLED_BACK } from '../views/rolled-back-run';

// The real command on recorded runs.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-runs-'));
const layout = new Layout(path.join(root, '.saiondo'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const saiondo = (...args: string[]) =>
  execa(process.execPath, [path.join(__dirname, '../../dist/bin/saiondo.js'), ...args], { cwd: root, reject: false });

test('runs are listed with size and age; prune keeps what waits and what is deployed', async () => {
  for (const day of ['02', '03', '04']) recordRun(layout, { runId: `202601${day}-100000-aaaa`, builds: 1, fails: [0] });
  // The one before these delivered to Verify.
  const log = new EventLog(layout.events('20260101-100000-aaaa'));
  for (const event of ROLLED_BACK) log.emit(event);
  const listed = listRuns(layout);
  expect(listed.map((one) => one.runId.slice(0, 8))).toEqual(expect.arrayContaining(['20260103', '20260101']));
  for (const one of listed) expect(one.bytes).toBeGreaterThan(1000);
  expect(keptRuns(layout, listed).get('20260101-100000-aaaa')).toBe('Source has what it delivered');
  const refused = await saiondo('runs', 'prune', '--keep', '1');
  expect([refused.exitCode, fs.readdirSync(layout.runs()).length]).toEqual([2, 4]);
  expect(refused.stderr).toContain('add --yes');
  const { exitCode } = await saiondo('runs', 'prune', '--keep', '1', '--yes');
  expect(exitCode).toBe(0);
  expect(fs.existsSync(layout.run('20260101-100000-aaaa'))).toBe(true);
  expect(fs.readdirSync(layout.runs()).length).toBeLessThan(4);
}, 180_000);

test('prune takes the folder that it is given, and a wrong option is wrong usage', async () => {
  const other = new Layout(path.join(root, 'other'));
  for (const where of [layout, other]) {
    fs.rmSync(where.runs(), { recursive: true, force: true });
    for (const day of ['05', '06']) recordRun(where, { runId: `202601${day}-100000-aaaa`, builds: 1, fails: [0] });
  }
  const before = fs.readdirSync(layout.runs());
  expect((await saiondo('runs', 'prune', '--directory', 'other', '--keep', '0', '--yes')).exitCode).toBe(0);
  expect(fs.readdirSync(layout.runs())).toEqual(before);
  expect(fs.readdirSync(other.runs()).length).toBeLessThan(before.length);
  expect((await saiondo('runs', 'prune', '--nope')).exitCode).toBe(2);
}, 180_000);

test('a run whose approval nobody has decided is listed as waiting, on the page too; decided, it runs again', () => {
  const state = emptyRun();
  const listed = (live: boolean): unknown[] => {
    const digest = digestOf(state, 0);
    return [liveState(digest), pageListedRun(digest, live).verdict];
  };
  for (const event of longRun(1)) {
    applyEvent(state, event);
    if (event.kind === 'action.started' && event.stage === 'Promote') break;
    expect(listed(true)).toEqual(['running', undefined]);
  }
  const last = state.executions[0]?.actions.get('Promote/Approve');
  const approval = { token: 't', deadline: '2026-01-08T00:00:00.000Z' };
  if (last) last.approval = approval;
  expect(listed(true)).toEqual(['waiting', 'waiting']);
  // Nobody works on it: it was interrupted, whatever it waited for.
  expect(listed(false)[1]).toBeUndefined();
  if (last) last.approval = { ...approval, status: 'Approved' };
  expect(listed(true)).toEqual(['running', undefined]);
});

test('cost takes the templates of the last rehearsal where none are synthesized, and says both places where there are none', async () => {
  const place = fs.mkdtempSync(path.join(root, 'cost-'));
  const cost = () =>
    execa(process.execPath, [path.join(__dirname, '../../dist/bin/saiondo.js'), 'cost', '--json'], {
      cwd: place,
      reject: false,
    });
  expect((await cost()).stderr).toContain('No templates in cdk.out or .saiondo/cdk.out');
  writeAssembly(path.join(place, '.saiondo/cdk.out'), { stages: { Verify: [{ name: 'Test' }] } });
  const { stdout, exitCode } = await cost();
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toHaveProperty('environments');
}, 60_000);
