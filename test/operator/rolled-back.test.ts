import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ACCOUNT, REGION } from '../../bench/recorded-run';
import { EventLog } from '../../engine/runs/event-log';
import { Layout } from '../../model/layout';
import { connect, type OperationName } from '../../operator/aws';
import { rehearsalConnection } from '../../operator/rehearsal-connection';
import { describeTriage } from '../../operator/triage/triage.describer';
import { triageShape } from '../../operator/triage/evidence/triage.shape';
import { serve, type Served } from '../engine/api/served';
import { BACK, BAD, GOOD, ROLLED_BACK } from '../views/rolled-back-run';

// A failure and the rollback that answers it, over HTTP with the SDK's real clients.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-rolled-back-'));
const layout = new Layout(root);
const home = { account: ACCOUNT, region: REGION };
let served: Served;
beforeAll(async () => {
  const log = new EventLog(layout.events('20260101-100000-aaaa'));
  for (const body of ROLLED_BACK) log.emit(body);
  served = await serve(layout);
});
afterAll(async () => {
  await served.close();
  fs.rmSync(root, { recursive: true, force: true });
});

const triage = (execution?: string) =>
  describeTriage(connect<OperationName>(rehearsalConnection(home, served.url, served.credentials)), {
    pipeline: 'recorded',
    home,
    commits: async () => undefined,
    reproduce: () => '',
    ...(execution ? { execution } : {}),
  });

test('triage explains the failure that a rollback answers, and says what became of the rollback', async () => {
  const found = await triage();
  expect(triageShape.parse(found)).toEqual(found);
  expect(found.execution?.id).toBe(BAD);
  expect(found.failure?.action).toBe('Verify/Test0');
  expect(found.rollbacks).toMatchObject([
    { id: BACK, status: 'Failed', rollbackTarget: GOOD, failed: 'Verify/Test1', message: 'index.html does not exist' },
  ]);
});

test('a rollback that is asked for by its id is explained itself', async () => {
  const found = await triage(BACK.slice(0, 8));
  expect(found).toMatchObject({ execution: { id: BACK }, failure: { action: 'Verify/Test1' } });
});
