import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../fixtures/browser';
import { machineHas } from '../fixtures/requires';
import { prepareCommandLine, ServedRehearsal } from '../fixtures/served-rehearsal';
import { makeRepository } from '../fixtures/small-pipeline';

// The page beside a rehearsal that runs: stages and logs as they come, the decision by keyboard, a failed stage that is retried.
const inBrowser = machineHas('chromium') ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-page-live-'));
const go = path.join(root, 'go');
const fixed = path.join(root, 'fixed');
let served: ServedRehearsal;
let browser: Browser | undefined;

beforeAll(async () => {
  if (!machineHas('chromium')) return;
  await prepareCommandLine();
  await makeRepository(path.join(root, 'shop'), { 'README.md': 'a shop\n' });
  served = await ServedRehearsal.start(path.join(root, 'place'), path.join(root, 'shop'), {
    stages: {
      // The build goes on when the test has seen its first line.
      Verify: [{ name: 'Test', commands: [`echo "the first line"`, `until test -e ${go}; do sleep 0.1; done`] }],
      Prod: [
        { name: 'Promote', approval: true },
        { name: 'Deploy', runOrder: 2, commands: [`test -e ${fixed}`] },
      ],
    },
  });
  browser = await openBrowser();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  if (served) await served.end();
  fs.rmSync(root, { recursive: true, force: true });
}, 60_000);

inBrowser(
  'a run is followed live, approved by keyboard, and its failed stage retried',
  async () => {
    const page = await (browser as Browser).newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(served.address.page);
    const test = page.getByRole('button', { name: /^Test/ });
    await page.locator('.open[data-status="InProgress"]', { hasText: 'Test' }).waitFor();
    await test.click();
    const log = page.getByRole('log', { name: 'Log of Verify/Test' });
    await log.getByText('the first line').waitFor();
    fs.writeFileSync(go, '');
    await log.getByText('Phase complete: BUILD State: SUCCEEDED').waitFor();
    await page.locator('.open[data-status="Succeeded"]', { hasText: 'Test' }).waitFor();
    await page.getByRole('region', { name: 'Prod/Promote waits for your decision' }).waitFor();
    await page.getByRole('textbox', { name: 'Comment' }).focus();
    await page.keyboard.type('looks good');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const decided = await served.next((event) => event.kind === 'approval.decided');
    expect(decided).toMatchObject({ status: 'Approved', comment: 'looks good' });
    expect(decided).toMatchObject({ by: expect.stringMatching(/\(page\)$/) });

    // Its failure opens by itself, and says what failed.
    await page.getByText(`Error while executing command: test -e ${fixed}`).first().waitFor();
    fs.writeFileSync(fixed, '');
    await page.getByRole('button', { name: 'Retry failed actions' }).click();
    await page.locator('#verdict', { hasText: 'passed' }).waitFor();
    expect(
      await page.locator('.stage').evaluateAll((all) => all.map((one) => one.getAttribute('data-status'))),
    ).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    await page.close();
  },
  180_000,
);
