import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Browser } from 'playwright-core';
import { recordRun } from '../../bench/recorded-run';
import { Serving } from '../../commands/rehearse/serving';
import { rehearsalHandlers } from '../../engine/api/handlers';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { AwsGateway } from '../../engine/gateway/gateway';
import { readRun } from '../../engine/runs/event-log';
import { Runs } from '../../engine/runs/runs';
import { renderReport } from '../../views/report/report';
import { Layout } from '../../model/layout';
import { openBrowser } from '../fixtures/browser';
import { machineHas } from '../fixtures/requires';

// A failed run in a real browser: the cause on top, its log, and a server that goes away and comes back.
const inBrowser = machineHas('chromium') ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-failed-page-'));
const layout = new Layout(root);
const LOG = `[Container] 2026/01/01 10:00:00.000000 Running command npm ci\nadded 3 packages\n[Container] 2026/01/01 10:00:05.000000 Running command npm test\nFAIL test/sum.test.js\n  ● sum › subtracts\n\n    expect(received).toBe(expected)\n\nTests:       1 failed, 1 total\n`;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** Judged calls of two roles, as a run keeps them. */
function writePermissions(directory: string): void {
  const role = (name: string) => `arn:aws:iam::111111111111:role/${name}`;
  const call = {
    ...{ stage: 'Verify', pipelineAction: 'Test1', role: role('build'), construct: 'App/Build' },
    ...{ resource: `arn:aws:s3:::${'artifacts'.repeat(10)}/a`, why: 'to read its input', source: 'a page' },
  };
  const statement = (index: number, action: string) => ({
    ...{ policy: 'App/Policy', index, statement: `statement ${index + 1}`, actions: [action], resources: ['*'] },
  });
  const lines = (name: string, values: readonly object[]) =>
    fs.writeFileSync(path.join(directory, name), values.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const used = { policy: 'App/Policy', index: 0, actions: ['s3:PutObject'] };
  lines('permissions.jsonl', [
    { ...call, action: 's3:PutObject', result: 'allowed', text: 'statement 1 of App/Policy', exercised: [used] },
    {
      ...{ ...call, action: 's3:GetObject', result: 'denied' },
      text: 'User: build is not authorized to perform: s3:GetObject because no identity-based policy allows the s3:GetObject action',
      remedy: { construct: 'App/Build', policy: 'identity-based policy', text: 'add to the policy of App/Build' },
    },
  ]);
  lines('roles.jsonl', [
    {
      role: role('build'),
      construct: 'App/Build',
      statements: [statement(0, 's3:PutObject'), statement(1, 'sns:Publish')],
      unread: [],
    },
    { role: role('idle'), construct: 'App/Idle', statements: [statement(0, 'iam:PassRole')], unread: [] },
  ]);
}

let gateway: AwsGateway;
let serving: Serving;
let browser: Browser;

async function listen(port?: number): Promise<string> {
  serving = new Serving(layout, () => undefined);
  const handlers = rehearsalHandlers({ runs: new Runs(layout), ledger: () => new DiskLedger(layout) }, () => undefined);
  gateway = new AwsGateway({ credentials: serving.credentials, handlers, page: serving.page });
  const endpoint = await gateway.listen(port);
  serving.announce(endpoint);
  return endpoint;
}
const address = (): string => serving.address() ?? '';

beforeAll(async () => {
  recordRun(layout, { runId: '20251231-000001-aaaa', builds: 2, log: () => 'all is well\n' });
  recordRun(layout, {
    runId: '20260101-000001-aaaa',
    builds: 2,
    fails: [1],
    log: (at) => (at === 1 ? LOG : '\u001b[32m✓ adds\u001b[0m and \u001b[1;31mred\u001b[39m\u001b]0;title\u0007\n'),
    message: 'feat: it breaks',
  });
  writePermissions(layout.run('20260101-000001-aaaa'));
  await listen();
  if (machineHas('chromium')) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  serving.end();
  await gateway.close();
  fs.rmSync(root, { recursive: true, force: true });
});

inBrowser('what failed is said at the top: action, cause by triage, test, commit, and a link to its log', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
  await page.goto(address());
  const card = page.getByRole('region', { name: 'What failed' });
  await card.getByText('jest: “sum › subtracts” in test/sum.test.js failed').waitFor();
  const text = await card.innerText();
  expect(text).toContain('What failed: Verify/Test1');
  expect(text).toContain('Test: sum › subtracts');
  expect(text).toContain('feat: it breaks');
  const box = await card.boundingBox();
  expect(box && box.y < 800).toBe(true);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await page.close();
});

inBrowser('a log is searched, numbered, folded by command, and saved whole', async () => {
  const page = await browser.newPage();
  await page.goto(address());
  const log = page.getByRole('log', { name: 'Log of Verify/Test1' });
  await log.getByText('Tests:').waitFor();
  expect(await log.getAttribute('class')).toContain('numbered');
  await page.getByRole('searchbox', { name: 'Search in the log of Verify/Test1' }).fill('subtracts');
  await page.getByText('1 of 1').waitFor();
  expect(await log.locator('.here').innerText()).toContain('● sum › subtracts');
  await page.getByRole('button', { name: 'Fold commands' }).click();
  expect(await log.locator('details[open]').count()).toBe(0);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  expect(fs.readFileSync(await (await saved).path(), 'utf8')).toMatch(new RegExp(`${escaped(LOG)}$`));
  await page.close();
});

inBrowser('the colours of a log are ours, and no escape of it reaches the page', async () => {
  const page = await browser.newPage();
  await page.goto(address());
  await page.getByRole('button', { name: 'Test0' }).click();
  const log = page.getByRole('log', { name: 'Log of Verify/Test0' });
  await log.locator('.ansi-red').waitFor();
  expect(await log.locator('.ansi-green').innerText()).toBe('✓ adds');
  expect(await log.locator('.ansi-red').innerText()).toBe('red');
  expect(await log.innerText()).not.toMatch(/\u001b|\u0007|title/);
  await page.close();
});

inBrowser('stages stand side by side; test cases have times and history; two runs are compared', async () => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(address());
  const glance = page.getByRole('list', { name: 'Stages at a glance' });
  await glance.getByRole('button', { name: /Verify/ }).waitFor();
  const boxes = await Promise.all((await glance.getByRole('button').all()).map((one) => one.boundingBox()));
  expect(new Set(boxes.map((one) => Math.round(one?.y ?? -1))).size).toBe(1);
  await glance.getByRole('button', { name: /Verify/ }).click();
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Verify');
  const tests = page.getByRole('region', { name: 'Test cases' });
  const first = tests.locator('tbody tr').first();
  await first.waitFor();
  expect((await first.innerText()).replace(/\s+/g, ' ')).toBe('sum › subtracts Verify/Test1 ✘ failed 0.3 s ·✘');
  expect(await tests.locator('tbody tr').last().innerText()).toContain('✔✔');
  await page.getByRole('img', { name: /^Durations of the last 2 runs/ }).waitFor();
  await page.getByLabel('Compare with').selectOption('20251231-000001-aaaa');
  const compared = page.getByRole('region', { name: 'Comparison of two runs' });
  await compared.getByRole('row', { name: /^Verify/ }).waitFor();
  expect(await compared.getByRole('row', { name: /^Verify/ }).innerText()).toMatch(/succeeded.*failed/);
  await page.close();
});

inBrowser.each([1400, 390])(
  'at %i px no name of a stage at a glance is broken, and a role of the permissions has room',
  async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(address());
    await page
      .getByRole('list', { name: 'Stages at a glance' })
      .getByRole('button', { name: /Verify/ })
      .waitFor();
    await page
      .getByRole('region', { name: 'Permissions by role' })
      .getByRole('row', { name: /App\/Build/ })
      .waitFor();
    // As many stages as the sample has, with its longest name and CodePipeline's longest.
    const [rows, role] = await page.evaluate<[number[], number]>(`(() => {
    const list = document.querySelector('#overview');
    const one = list.querySelector('li');
    for (const name of ['UpdatePipeline', 'Verify', 'Dev', 'Promote', 'Prod', 'Production', 'a'.repeat(100)]) {
      const more = one.cloneNode(true);
      more.querySelector('.glance-name').lastChild.data = name;
      list.append(more);
    }
    const rows = [...list.querySelectorAll('.glance-name')].map((name) => {
      const range = document.createRange();
      range.selectNodeContents(name);
      return new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 8))).size;
    });
    const roles = [...document.querySelectorAll('#permissions > .scrolls td:first-child')];
    return [rows, Math.min(...roles.map((role) => role.getBoundingClientRect().width))];
  })()`);
    expect(rows.slice(0, -1)).toEqual(Array(9).fill(1));
    expect(rows.at(-1)).toBeGreaterThanOrEqual(1);
    expect(role).toBeGreaterThan(150);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.close();
  },
);

inBrowser('permissions are a table by role; a role opens to its calls, and to what no call exercised', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
  await page.goto(address());
  const table = page.getByRole('region', { name: 'Permissions by role' });
  await table.getByRole('row', { name: /App\/Build/ }).waitFor();
  const cells = async (role: RegExp) =>
    (await table.getByRole('row', { name: role }).getByRole('cell').allInnerTexts()).slice(1);
  // Denied, warning, not known, allowed and used, never used.
  expect(await cells(/App\/Build/)).toEqual(['1', '0', '0', '1', '1']);
  expect(await cells(/App\/Idle/)).toEqual(['0', '0', '0', '0', '1']);
  const calls = page.getByRole('region', { name: /^Calls of App\/Build/ });
  expect(await calls.isVisible()).toBe(false);
  await page.locator('summary', { hasText: /^App\/Build .*: 1 denied, 1 allowed and used, 1 never used$/ }).click();
  expect(await calls.locator('tbody tr').allInnerTexts()).toEqual([
    expect.stringMatching(/^s3:GetObject\s.*denied\s.*because no identity-based policy allows.*\s+add to the policy/),
    expect.stringMatching(/^s3:PutObject\s.*allowed/),
    expect.stringMatching(/^sns:Publish\s.*never used\s+statement 2 of App\/Policy$/),
  ]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  // A run in which nothing was judged has no such section.
  await page.getByRole('navigation', { name: 'Runs' }).getByRole('link').last().click();
  await page.locator('#facts', { hasText: '20251231-000001-aaaa' }).waitFor();
  await page.locator('#permissions-section').waitFor({ state: 'hidden' });
  await page.close();
});

inBrowser.each([
  ['light', 1400],
  ['light', 390],
  ['dark', 1400],
  ['dark', 390],
] as const)('axe finds nothing, %s, %i px', async (colorScheme, width) => {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  await page.goto(address());
  await page.getByRole('region', { name: 'Test cases' }).locator('tbody tr').first().waitFor();
  await page.getByRole('log', { name: 'Log of Verify/Test1' }).getByText('Tests:').waitFor();
  await page.getByText('jest: “sum › subtracts” in test/sum.test.js failed').waitFor();
  await page.locator('summary', { hasText: /^App\/Build/ }).click();
  const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(`${axe}; undefined`);
  const violations = await page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`)))',
  );
  expect(violations).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  if (process.env.SAIONDO_PICTURES)
    await page.screenshot({
      path: path.join(process.env.SAIONDO_PICTURES, `page-${colorScheme}-${width}.png`),
      fullPage: true,
    });
  await page.close();
});

inBrowser.each([
  ['light', 1100],
  ['light', 390],
  ['dark', 390],
] as const)(
  'the report fits, %s, %i px: no state is broken in two, and axe finds nothing',
  async (colorScheme, width) => {
    const runId = '20260101-000001-aaaa';
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const report = path.join(root, 'report.html');
    fs.writeFileSync(
      report,
      renderReport(readRun(layout.events(runId)), layout.run(runId), (text) => text),
    );
    await page.goto(`file://${report}`);
    await page.getByRole('heading', { name: 'Stages and actions' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const rows = await page.evaluate(
      '[...document.querySelectorAll("td.Succeeded, td.Failed")].map((one) => { const range = document.createRange(); range.selectNodeContents(one); return range.getClientRects().length; })',
    );
    expect(new Set(rows as number[])).toEqual(new Set([1]));
    await page.evaluate(`${fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')}; undefined`);
    const violations = await page.evaluate<string[]>(
      'axe.run().then(({ violations }) => violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`)))',
    );
    expect(violations).toEqual([]);
    if (process.env.SAIONDO_PICTURES)
      await page.screenshot({
        path: path.join(process.env.SAIONDO_PICTURES, `report-${colorScheme}-${width}.png`),
        fullPage: true,
      });
    await page.close();
  },
);

inBrowser(
  'a server that is gone is said at the top, in view wherever one has scrolled',
  async () => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 400 } });
    await page.goto(address());
    await page.getByRole('heading', { name: 'recorded' }).waitFor();
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    serving.end();
    await gateway.close();
    const bar = page.getByText('Connection lost. You see the last known state.');
    await bar.waitFor();
    const box = await bar.boundingBox();
    expect(box && box.y >= 0 && box.y + box.height <= 400).toBe(true);
    await listen();
    await page.close();
  },
  180_000,
);
