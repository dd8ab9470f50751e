import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../fixtures/browser';
import { machineHas } from '../fixtures/requires';
import { prepareCommandLine, ServedRehearsal } from '../fixtures/served-rehearsal';
import { makeRepository } from '../fixtures/small-pipeline';

// The page next to a rehearsal that runs: stages and logs as they come, what the stage would get, the decision by keyboard, a failed stage
// that is retried, a transition that holds an execution, a rollback.
const inBrowser = machineHas('chromium') ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-page-live-'));
const go = path.join(root, 'go');
const fixed = path.join(root, 'fixed');
const prod = (topic: string, permissions = 0) => ({
  Resources: {
    News: { Type: 'AWS::SNS::Topic', Properties: { TopicName: topic } },
    ...(permissions > 0 ? { Reader: reader(permissions) } : {}),
  },
});
const reader = (permissions: number) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: {
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: Array.from({ length: permissions }, (_, at) => ({
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::shop/${at}/*`,
      })),
    },
  },
});
/** More lines than the page keeps, with escapes: a place in the log is not a place in the text. */
const LINES = 21_000;
const COLOURED = `test -e ${go}-printed || { touch ${go}-printed; seq ${LINES} | sed 's/.*/\\x1b[32mline &\\x1b[0m/'; }`;
let served: ServedRehearsal;
let browser: Browser | undefined;

beforeAll(async () => {
  if (!machineHas('chromium')) return;
  await prepareCommandLine();
  await makeRepository(path.join(root, 'shop'), {
    'prod.json': JSON.stringify(prod('news')),
    'prisma/migrations/1_users/migration.sql': 'CREATE TABLE users ();\n',
  });
  served = await ServedRehearsal.start(path.join(root, 'place'), path.join(root, 'shop'), {
    stages: {
      // The build continues when the test has seen its first line.
      Verify: [
        { name: 'Test', commands: [`echo "the first line"`, `until test -e ${go}; do sleep 0.1; done`, COLOURED] },
      ],
      Prod: [
        { name: 'Promote', approval: true },
        { name: 'Deploy', runOrder: 2, deploys: { stackName: 'shop-prod', template: 'prod.json' } },
        { name: 'Smoke', runOrder: 3, commands: [`test -e ${fixed}`] },
      ],
    },
  });
  browser = await openBrowser();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  if (served) await served.end();
  fs.rmSync(root, { recursive: true, force: true });
}, 180_000);

inBrowser(
  'a run is followed live, approved by keyboard, and its failed stage retried',
  async () => {
    const page = await (browser as Browser).newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(await served.page());
    const test = page.getByRole('button', { name: /^Test/ });
    await page.locator('.open[data-status="InProgress"]', { hasText: 'Test' }).waitFor();
    await test.click();
    const log = page.getByRole('log', { name: 'Log of Verify/Test' });
    await log.getByText('the first line', { exact: true }).waitFor();
    await page.locator('#runs [data-status="running"]', { hasText: 'running' }).waitFor();
    // A request that fails does not end the following.
    await page.route(/\/log\//, (route) => route.abort());
    await page.getByText('The log cannot be read now').waitFor();
    await page.unroute(/\/log\//);
    fs.writeFileSync(go, '');
    await log.getByText('Phase complete: BUILD State: SUCCEEDED').waitFor();
    // The earliest lines made room; they come back without a gap and none of them twice.
    const earlier = page.getByRole('button', { name: 'Earlier lines' });
    await earlier.waitFor();
    while (await earlier.isVisible()) {
      const before = await log.locator('.line').count();
      await earlier.click();
      await log.locator('.line').nth(before).waitFor({ state: 'attached' });
    }
    const texts = await log
      .locator('.ansi-green')
      .evaluateAll((all) => all.map((one) => (one as unknown as { textContent: string }).textContent));
    expect(texts).toEqual(Array.from({ length: LINES }, (_, at) => `line ${at + 1}`));
    await page.locator('.open[data-status="Succeeded"]', { hasText: 'Test' }).waitFor();
    const approval = page.getByRole('region', { name: 'Prod/Promote waits for your decision' });
    await approval.getByText('CREATE TABLE users ();').waitFor();
    await approval.getByText('nothing that was delivered here').waitFor();
    await page.locator('button:enabled', { hasText: /^Approve$/ }).waitFor();
    await page.getByRole('textbox', { name: 'Comment' }).focus();
    await page.keyboard.type('looks good');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const decided = await served.next((event) => event.kind === 'approval.decided');
    expect(decided).toMatchObject({ status: 'Approved', comment: 'looks good' });
    expect(decided).toMatchObject({ by: expect.stringMatching(/\(page\)$/) });

    // Its failure opens by itself, and says what failed.
    await page.getByText(`Error while executing command: test -e ${fixed}`).first().waitFor();
    fs.writeFileSync(fixed, '');
    await page.getByRole('button', { name: 'Retry Prod', exact: true }).click();
    await page.getByRole('button', { name: 'Retry failed actions' }).click();
    await page.locator('#verdict', { hasText: 'passed' }).waitFor();
    expect(
      await page.locator('.stage').evaluateAll((all) => all.map((one) => one.getAttribute('data-status'))),
    ).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    await page.close();
  },
  180_000,
);

inBrowser(
  'a second execution is held by a transition, shows what it replaces, is rejected; then the stage goes back',
  async () => {
    fs.writeFileSync(path.join(root, 'shop/prod.json'), JSON.stringify(prod('newspaper', 21)));
    fs.mkdirSync(path.join(root, 'shop/prisma/migrations/2_names'));
    fs.writeFileSync(
      path.join(root, 'shop/prisma/migrations/2_names/migration.sql'),
      'ALTER TABLE users ADD n text;\n',
    );
    const git = ['-C', path.join(root, 'shop'), '-c', 'user.name=Ann', '-c', 'user.email=ann@localhost'];
    await execa('git', [...git, 'add', '--all']);
    await execa('git', [...git, 'commit', '--quiet', '--message', 'feat: \u001b[31mnames\u001b[0m <b>for</b> users']);
    const page = await (browser as Browser).newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(await served.page());
    await page.getByRole('button', { name: 'Disable transition… into Prod' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('not on a Friday');
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByText('Transition to Prod is disabled: not on a Friday').waitFor();
    await page.getByRole('button', { name: 'Start a new execution…' }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('listitem').filter({ hasText: 'feat: names <b>for</b> users' }).first().waitFor();
    await page.locator('.stage[data-status="NotReached"]', { hasText: 'Prod' }).waitFor();
    await page.getByRole('button', { name: 'Enable transition… into Prod' }).click();
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    const approval = page.getByRole('region', { name: 'Prod/Promote waits for your decision' });
    await approval.getByText('shop-prod: replace AWS::SNS::Topic News: TopicName').waitFor();
    await approval.getByText('ALTER TABLE users ADD n text;').waitFor();
    // Many permissions are opened a stack at a time; the question counts them.
    const permission = approval.getByText('Allow s3:GetObject on arn:aws:s3:::shop/20/*');
    expect(await permission.isVisible()).toBe(false);
    await approval.getByText('shop-prod: 21 added').click();
    await permission.waitFor();
    const commit = approval.locator('.commits li');
    expect(await commit.allInnerTexts()).toEqual([
      expect.stringMatching(/^[0-9a-f]{8} feat: names <b>for<\/b> users Ann$/),
    ]);
    expect(await commit.locator('b').count()).toBe(0);
    await approval.getByRole('button', { name: 'Approve', exact: true }).click();
    const question = page.getByRole('dialog', { name: 'Approve Prod/Promote?' });
    await question.getByText('In it: 1 resource replaced or removed, 21 permissions changed, 1 migration').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await approval.getByRole('button', { name: 'Reject' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Reject / })
      .click();
    await page.locator('.stage[data-status="Failed"]', { hasText: 'Prod' }).waitFor();

    // Verify has the second one; it goes back to the first.
    await page.getByRole('button', { name: 'Roll back Verify' }).click();
    const dialog = page.getByRole('dialog', { name: 'Roll back Verify' });
    await dialog.getByText('The migration 2_names').waitFor();
    const target = await dialog.getByRole('radio', { checked: true }).getAttribute('value');
    await dialog.getByRole('button', { name: `Roll back to ${target?.slice(0, 8)}` }).click();
    const started = await served.next((event) => event.kind === 'execution.started' && event.mode === 'ROLLBACK');
    expect(started).toMatchObject({ rollbackTarget: target, stage: 'Verify' });
    const executions = page.getByRole('list').filter({ hasText: `Rollback of Verify to ${target?.slice(0, 8)}` });
    await executions.getByRole('link').last().click();
    await page.locator('.stage[data-status="Succeeded"]', { hasText: 'Prod' }).waitFor();
    await page.close();
  },
  180_000,
);
