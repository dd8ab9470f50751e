import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { refuseOtherSources, sourcesOfRun } from '../../commands/before-a-run/run-sources';
import { checkRolledBack } from '../../commands/before-a-run/unusable-stacks';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { EventLog } from '../../engine/runs/event-log';
import { beginRun } from '../../engine/rehearsal/run-log';
import { Layout } from '../../model/layout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-before-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** A repository with one commit of its own. */
function repository(name: string): string {
  const folder = path.join(root, name);
  fs.mkdirSync(folder);
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { stdio: 'ignore' });
  fs.writeFileSync(path.join(folder, 'name.txt'), name);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', name);
  return folder;
}

/** A state folder with one run of these sources. */
function ranWith(name: string, source: string): Layout {
  const layout = new Layout(path.join(root, name));
  const runId = '20260101-000000-0001';
  fs.mkdirSync(path.dirname(layout.events(runId)), { recursive: true });
  const log = new EventLog(layout.events(runId));
  beginRun({ runId, emit: log.emit } as never, {
    version: '1',
    sources: new Map([['acme/shop', { path: source }]]),
  });
  log.close();
  return layout;
}

test('a run that is continued has the sources of its beginning', () => {
  const layout = ranWith('continued', '/somewhere/shop');
  expect([...sourcesOfRun(layout, '20260101-000000-0001')]).toEqual([['acme/shop', { path: '/somewhere/shop' }]]);
  expect([...sourcesOfRun(layout, 'none')]).toEqual([]);
});

test('another application over a deployed one is refused; another checkout of the same is not', async () => {
  const [shop, blog] = [repository('shop'), repository('blog')];
  const clone = path.join(root, 'clone');
  execFileSync('git', ['clone', '--quiet', shop, clone]);
  const layout = ranWith('deployed', shop);
  const sources = (at: string) => new Map([['acme/shop', { path: at }]]);
  await expect(refuseOtherSources(layout, sources(blog), true)).rejects.toMatchObject({
    code: 'SOURCE_OTHER',
    message: expect.stringContaining(`acme/shop from ${shop}`),
    next: expect.stringContaining(`--source acme/shop=${shop}`),
  });
  await refuseOtherSources(layout, sources(clone), true);
  await refuseOtherSources(layout, sources(shop), true);
  await refuseOtherSources(layout, sources(blog), false);
  fs.rmSync(shop, { recursive: true });
  // Nobody can know any more what it was.
  await refuseOtherSources(layout, sources(blog), true);
});

test('a stack whose first deployment was rolled back is found before anything runs, and deleted where that is asked for', () => {
  const ledger = new DiskLedger(new Layout(path.join(root, 'rolled-back')));
  const stack = (stackName: string, status: string): void =>
    ledger.put({
      account: '222222222222',
      region: 'ap-northeast-2',
      stackName,
      stackId: `arn:aws:cloudformation:ap-northeast-2:222222222222:stack/${stackName}/1`,
      status,
      template: { Resources: {} },
      parameters: {},
      resources: {},
      outputs: {},
      lastChangeSet: { logicalId: 'apiService', reason: 'the task did not get healthy' },
    } as never);
  stack('Dev-Network', 'CREATE_COMPLETE');
  checkRolledBack(ledger, false);
  stack('Dev-Services', 'ROLLBACK_COMPLETE');
  expect(() => checkRolledBack(ledger, false)).toThrow(
    expect.objectContaining({
      code: 'STACK_UNUSABLE',
      message: expect.stringMatching(
        /Dev-Services of account 222222222222 is in ROLLBACK_COMPLETE: apiService the task/,
      ),
      next: expect.stringMatching(
        /saiondo rehearse --delete-rolled-back.*aws cloudformation delete-stack --region ap-northeast-2 --stack-name Dev-Services/,
      ),
    }),
  );
  checkRolledBack(ledger, true);
  expect(ledger.list().map(({ stackName }) => stackName)).toEqual(['Dev-Network']);
});
