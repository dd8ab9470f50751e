import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { Serving } from '../../commands/rehearse/serving';
import { rehearsalHandlers } from '../../engine/api/handlers';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { PipelineControl } from '../../engine/ports/pipeline-control';
import { signedHeaders } from '../../engine/gateway/sign';
import { AwsGateway } from '../../engine/gateway/gateway';
import { Runs } from '../../engine/runs/runs';
import { Layout } from '../../model/layout';
import { ACCOUNT, recordRun, REGION, uuidOf } from '../../bench/recorded-run';
import { openBrowser } from '../fixtures/browser';
import { machineHas } from '../fixtures/requires';

// The page over recorded runs, in a real browser: what is shown is text, nothing leaves the machine, nobody else may decide.
const inBrowser = machineHas('chromium') ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-page-'));
const layout = new Layout(root);
const ATTACK = `<img src=x onerror="window.attacked=1"><script>window.attacked=2</script>`;
const waiting = '20260101-000002-bbbb';
const asked: string[] = [];

/** Records what it is asked; the engine's own is tested with a whole rehearsal. */
const record = (name: string) => (request: object) => {
  asked.push(`${name} ${JSON.stringify(request)}`);
  return { pipelineExecutionId: 'new' };
};
const control = {
  startPipelineExecution: record('start'),
  stopPipelineExecution: record('stop'),
  retryStageExecution: record('retry'),
  rollbackStage: record('rollback'),
  setStageTransition: record('transition'),
  putApprovalResult: (request: { result: { status: string }; by: string }) => {
    asked.push(`${request.result.status} by ${request.by}`);
    return { approvedAt: new Date() };
  },
} as unknown as PipelineControl;

let gateway: AwsGateway;
/** A new address that opens the page. */
const pageAddress = (): string => serving.address() ?? '';
let endpoint: string;
let serving: Serving;
let browser: Browser;

beforeAll(async () => {
  recordRun(layout, { runId: '20260101-000001-aaaa', builds: 1 });
  recordRun(layout, {
    runId: waiting,
    pid: process.pid,
    builds: 3,
    message: `feat: ${ATTACK}`,
    log: (at) => (at === 0 ? `${ATTACK}\n\u001b[31mred\u001b[0m\n${'long'.repeat(200)}\n` : `line of ${at}\n`),
  });
  const handlers = rehearsalHandlers({ runs: new Runs(layout), ledger: () => new DiskLedger(layout) }, () => control);
  serving = new Serving(layout, () => control);
  gateway = new AwsGateway({ credentials: serving.credentials, handlers, page: serving.page });
  endpoint = await gateway.listen();
  serving.announce(endpoint);
  if (machineHas('chromium')) browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  serving.end();
  await gateway.close();
  fs.rmSync(root, { recursive: true, force: true });
});

beforeEach(() => asked.splice(0));

async function open(url: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(url);
  await page.getByRole('heading', { name: 'recorded' }).waitFor();
  return page;
}

inBrowser('markup in a commit message and in a log is shown as the text that it is', async () => {
  const page = await open(pageAddress());
  await page.getByText(`feat: ${ATTACK}`).first().waitFor();
  await page.getByRole('button', { name: 'Test0' }).click();
  const log = page.getByRole('log', { name: 'Log of Verify/Test0' });
  await log.getByText(ATTACK).waitFor();
  expect(await log.innerText()).toContain('\nred\n');
  expect(await page.evaluate('window.attacked')).toBeUndefined();
  expect(await page.locator('#main img, #main script').count()).toBe(0);
  await page.close();
});

inBrowser('the action that the address names is open and in view; choosing another run leaves it behind', async () => {
  const page = await open(`${pageAddress()}&run=${waiting}&action=Verify%2FTest2`, {
    viewport: { width: 375, height: 500 },
  });
  const log = page.getByRole('log', { name: 'Log of Verify/Test2' });
  await log.getByText('line of 2').waitFor();
  expect(await page.locator('.open[aria-expanded="true"]').allInnerTexts()).toEqual([expect.stringContaining('Test2')]);
  const box = await page.getByRole('button', { name: /^Test2/ }).boundingBox();
  expect(box && box.y >= 0 && box.y + box.height <= 500).toBe(true);
  await page.getByRole('navigation', { name: 'Runs' }).getByRole('link').last().click();
  await page.locator('#facts', { hasText: '20260101-000001-aaaa' }).waitFor();
  expect(new URL(page.url()).hash).toBe('#run=20260101-000001-aaaa');
  await page.close();
});

inBrowser('a phone needs no horizontal scroll, in light and in dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await open(pageAddress(), { viewport: { width: 375, height: 700 }, colorScheme });
    await page.getByRole('button', { name: 'Test0' }).click();
    await page.getByRole('log').getByText('longlong').waitFor();
    await page.getByText('Prod gets').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    expect(await worstContrast(page)).toBeGreaterThanOrEqual(4.5);
    for (const [button, title] of [
      ['Roll back Verify', 'Roll back Verify'],
      ['Disable transition… into Prod', 'Disable the transition into Prod?'],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      const dialog = page.getByRole('dialog', { name: title });
      const box = await dialog.boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= 375 && box.height <= 700).toBe(true);
      expect(await dialog.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
      expect(await worstContrast(page)).toBeGreaterThanOrEqual(4.5);
      await page.keyboard.press('Escape');
    }
    await page.close();
  }
});

inBrowser(
  'everything that the page asks for comes from its own address, and neither ticket nor session is in any of it',
  async () => {
    const page = await browser.newPage();
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    const address = pageAddress();
    await page.goto(address);
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    const ticket = new URL(address).hash.replace('#ticket=', '');
    const session = await page.evaluate("localStorage.getItem('saiondo-session')");
    expect(session).toMatch(/^[\w-]{43}$/);
    expect(urls.length).toBeGreaterThan(5);
    for (const url of urls.filter((one) => !one.startsWith('data:'))) {
      expect(new URL(url).origin).toBe(endpoint);
      expect(new URL(url).search).toBe('');
      expect(new URL(url).pathname).not.toContain(ticket);
      expect(new URL(url).pathname).not.toContain(session);
    }
    // Nor does it stay in the address.
    expect(page.url()).toBe(`${endpoint}/`);
    await page.close();
  },
);

inBrowser('with the keyboard alone: to the decision, which is confirmed, and asked once', async () => {
  const page = await open(pageAddress());
  const approve = page.getByRole('button', { name: 'Approve', exact: true });
  // What the stage gets is there before it can be approved.
  await page.getByText('Prod gets').waitFor();
  await page.locator('button:enabled', { hasText: /^Approve$/ }).waitFor();
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab');
    if (await hasFocus(approve)) break;
  }
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Approve Prod/Approve?' });
  // A hasty second Enter goes back, and so does Escape.
  await dialog.getByRole('button', { name: 'Cancel' }).waitFor();
  expect(await hasFocus(dialog.getByRole('button', { name: 'Cancel' }))).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(asked).toEqual([]);
  await page.locator('button:enabled', { hasText: /^Approve$/ }).focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Tab');
  const answered = page.waitForResponse('**/_saiondo/approval');
  await page.keyboard.press('Enter');
  await answered;
  await page.locator('button:disabled', { hasText: /^Approve$/ }).waitFor();
  expect(asked).toEqual([`Approved by ${os.userInfo().username} (page)`]);
  await page.close();
});

inBrowser('every change asks first: stop, start on a commit, a transition with its reason', async () => {
  const page = await open(pageAddress());
  const [run] = [waiting].map(uuidOf);
  await page.getByRole('button', { name: 'Stop…' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('enough');
  const answered = ['stop', 'start', 'transition'].map((name) => page.waitForResponse(`**/_saiondo/${name}`));
  await page.getByRole('button', { name: 'Stop and abandon' }).click();
  await answered[0];
  await page.getByRole('button', { name: 'Start a new execution…' }).click();
  await page.getByRole('textbox', { name: 'Commit of App' }).fill('abc123');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await answered[1];
  await page.getByRole('button', { name: 'Disable transition… into Prod' }).click();
  const disable = page.getByRole('button', { name: 'Disable', exact: true });
  await disable.click();
  // Without a reason it is not asked.
  await page.getByRole('textbox', { name: 'Reason' }).fill('not on a Friday');
  await disable.click();
  await answered[2];
  const [stop, start, transition, ...more] = asked.map((one) => [
    one.split(' ')[0],
    JSON.parse(one.replace(/^\w+ /, '')),
  ]);
  expect(stop).toEqual([
    'stop',
    { pipelineName: 'recorded', pipelineExecutionId: run, abandon: true, reason: 'enough' },
  ]);
  expect(start).toMatchObject([
    'start',
    { name: 'recorded', sourceRevisions: [{ actionName: 'App', revisionValue: 'abc123' }] },
  ]);
  expect(transition).toEqual([
    'transition',
    {
      pipelineName: 'recorded',
      stageName: 'Prod',
      transitionType: 'Inbound',
      enabled: false,
      by: `${os.userInfo().username} (page)`,
      reason: 'not on a Friday',
    },
  ]);
  expect(more).toEqual([]);
  await page.close();
});

inBrowser('a rollback shows what can be returned to, and returns to the one that is chosen', async () => {
  const page = await open(pageAddress());
  await page.getByRole('button', { name: 'Roll back Verify' }).click();
  const dialog = page.getByRole('dialog', { name: 'Roll back Verify' });
  await dialog.waitFor();
  const [older, newer] = ['20260101-000001-aaaa', waiting].map(uuidOf) as [string, string];
  expect(await dialog.getByRole('radio').evaluateAll((all) => all.map((one) => one.getAttribute('value')))).toEqual([
    newer,
    older,
  ]);
  expect(await dialog.getByRole('radio', { disabled: true }).count()).toBe(1);
  await dialog.getByText('it is what the stage has now').waitFor();
  await dialog.getByRole('radio').last().focus();
  await page.keyboard.press('Enter');
  expect(asked).toEqual([]);
  const answered = page.waitForResponse('**/_saiondo/rollback');
  await dialog.getByRole('button', { name: `Roll back to ${older.slice(0, 8)}` }).click();
  await answered;
  await dialog.waitFor({ state: 'detached' });
  expect(asked).toEqual([
    `rollback ${JSON.stringify({ pipelineName: 'recorded', stageName: 'Verify', targetPipelineExecutionId: older })}`,
  ]);
  await page.close();
});

inBrowser(
  'opened without a ticket, or with one that was used, the page shows nothing and says what to type',
  async () => {
    const used = pageAddress();
    await (await open(used)).close();
    for (const address of [endpoint, used]) {
      const page = await browser.newPage();
      await page.goto(address);
      await page.getByText('type saiondo open in the folder of the rehearsal').waitFor();
      expect(await page.getByText('recorded').count()).toBe(0);
      expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0);
      await page.close();
    }
  },
);

inBrowser(
  'a window that was opened opens the others of this browser, and stays open when it is loaded again',
  async () => {
    const browsing = await browser.newContext();
    const page = await browsing.newPage();
    await page.goto(pageAddress());
    await page.getByRole('heading', { name: 'recorded' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'recorded' }).waitFor();
    const other = await browsing.newPage();
    await other.goto(`${endpoint}/#run=20260101-000001-aaaa`);
    await other.locator('#facts', { hasText: '20260101-000001-aaaa' }).waitFor();
    // Another port of this machine shares no storage, and is told nothing: there is no cookie.
    expect(await browsing.cookies()).toEqual([]);
    await browsing.close();
  },
);

inBrowser('an older run is a click away', async () => {
  const page = await open(pageAddress());
  await page.getByRole('navigation', { name: 'Runs' }).getByRole('link').last().click();
  await page.locator('#facts', { hasText: '20260101-000001-aaaa' }).waitFor();
  expect(await page.getByRole('listitem').filter({ hasText: 'Verify/Test' }).count()).toBe(1);
  await page.close();
});

inBrowser(
  'a page of another origin can neither decide nor read, by the page’s requests or by AWS’s protocol',
  async () => {
    const other = http.createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<h1>another page</h1>');
    });
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    const body = JSON.stringify(approval());
    const outcome = await page.evaluate(
      async ([url, content]) => {
        const attempts: [string, RequestInit][] = [
          [`${url}/_saiondo/approval`, { method: 'POST', body: content }],
          [`${url}/_saiondo/approval`, { method: 'POST', body: content, headers: { 'content-type': 'text/plain' } }],
          [`${url}/_saiondo/approval`, { method: 'POST', body: content, headers: { 'x-saiondo-session': 'guess' } }],
          [`${url}/_saiondo/runs`, {}],
          [
            url,
            { method: 'POST', body: content, headers: { 'x-amz-target': 'CodePipeline_20150709.PutApprovalResult' } },
          ],
          [
            `${url}/?X-Amz-Credential=LSIAQ111111111111Q%2F20260101%2Feu-west-1%2Fcodepipeline%2Faws4_request`,
            { method: 'POST', body: content },
          ],
        ];
        const read = (one: [string, RequestInit]): Promise<string> =>
          fetch(...one).then(
            (answer) => answer.text(),
            () => 'refused',
          );
        return Promise.all(attempts.map(read));
      },
      [endpoint, body] as const,
    );
    expect(outcome).toEqual(Array(6).fill('refused'));
    expect(asked).toEqual([]);
    await page.close();
    await new Promise((done) => other.close(done));
  },
);

test.each([
  ['no session', {}, 401, 'saiondo open'],
  ['a wrong session', { 'x-saiondo-session': 'guess' }, 401, 'saiondo open'],
  ['another origin', { origin: 'http://evil.example' }, 403, 'another web page'],
  ['a name that leads here by DNS', { host: 'evil.example' }, 403, 'loopback names only'],
  [
    'another page of this machine',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
    403,
    'another web page',
  ],
])('a decision with %s is refused', async (_name, headers, status, words) => {
  const answer = await post('/_saiondo/approval', { 'content-type': 'application/json', ...headers }, approval());
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(words);
  expect(asked).toEqual([]);
});

test.each([['retry'], ['stop'], ['start'], ['rollback'], ['transition']])(
  'a %s without a session is refused',
  async (name) => {
    const answer = await post(`/_saiondo/${name}`, { 'content-type': 'application/json' }, { pipeline: 'recorded' });
    expect(answer.status).toBe(401);
    expect(asked).toEqual([]);
  },
);

test.each([
  [
    'a transition without what CodePipeline takes as a reason',
    'transition',
    { stage: 'Prod', enabled: false, reason: '<b>' },
  ],
  ['a rollback to nothing', 'rollback', { stage: 'Prod' }],
  ['what no button asks', 'delete', {}],
])('%s is refused', async (_name, name, body) => {
  const headers = { 'content-type': 'application/json', 'x-saiondo-session': await session() };
  const answer = await post(`/_saiondo/${name}`, headers, { pipeline: 'recorded', ...body });
  expect(answer.status).toBe(400);
  expect(asked).toEqual([]);
});

test('a form, which any page can send anywhere, is not read; a whole request is', async () => {
  const mine = await session();
  const form = await post(
    '/_saiondo/approval',
    { 'content-type': 'text/plain', 'x-saiondo-session': mine },
    approval(),
  );
  expect(form.status).toBe(400);
  expect(asked).toEqual([]);
  const whole = await post(
    '/_saiondo/approval',
    { 'content-type': 'application/json', 'x-saiondo-session': mine, origin: endpoint },
    approval(),
  );
  expect(whole.status).toBe(200);
  expect(asked).toHaveLength(1);
});

test('AWS’s protocol wants a signature, and no Origin', async () => {
  const target = {
    'x-amz-target': 'CodePipeline_20150709.PutApprovalResult',
    'content-type': 'application/x-amz-json-1.1',
  };
  const input = {
    pipelineName: 'recorded',
    stageName: 'Prod',
    actionName: 'Approve',
    token: uuidOf(`${waiting}/token`),
    result: { status: 'Approved', summary: '' },
  };
  const signed = await signedHeaders(
    {
      method: 'POST',
      endpointUrl: endpoint,
      path: '/',
      region: REGION,
      service: 'codepipeline',
      headers: target,
      body: JSON.stringify(input),
    },
    serving.credentials.person(ACCOUNT),
  );
  expect((await post('/', target, input)).text).toContain('MissingAuthenticationTokenException');
  expect((await post('/', { ...signed, origin: 'http://evil.example' }, input)).status).toBe(403);
  expect(asked).toEqual([]);
  expect((await post('/', signed, input)).status).toBe(200);
  expect(asked).toEqual([`Approved by arn:aws:iam::${ACCOUNT}:user/${os.userInfo().username}`]);
});

test('every answer of the page forbids what it does not need', async () => {
  const { headers } = await new Promise<http.IncomingMessage>((done, fail) =>
    http.get(endpoint, { headers: { accept: 'text/html' } }, done).once('error', fail),
  );
  expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'.*frame-ancestors 'none'/);
  expect(headers['content-security-policy']).not.toMatch(/unsafe/);
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

/** A session of the page, as its script opens one. */
async function session(): Promise<string> {
  const ticket = new URL(pageAddress()).hash.replace('#ticket=', '');
  const { text } = await post('/_saiondo/session', { 'content-type': 'application/json' }, { ticket });
  return (JSON.parse(text) as { session: string }).session;
}

function approval(): object {
  return {
    pipeline: 'recorded',
    stage: 'Prod',
    action: 'Approve',
    token: uuidOf(`${waiting}/token`),
    status: 'Approved',
    comment: '',
  };
}

function post(url: string, headers: http.OutgoingHttpHeaders, body: object): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const request = http.request(`${endpoint}${url}`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.once('end', () => done({ status: response.statusCode ?? 0, text }));
    });
    request.once('error', fail).end(JSON.stringify(body));
  });
}

function hasFocus(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** The lowest contrast of a text against what is behind it. */
function worstContrast(page: Page): Promise<number> {
  return page.evaluate<number>(fs.readFileSync(path.join(__dirname, 'contrast.js'), 'utf8'));
}
