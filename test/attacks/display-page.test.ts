import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../fixtures/browser';
import { machineHas } from '../fixtures/requires';
import { prepareCommandLine, ServedRehearsal } from '../fixtures/served-rehearsal';
import { makeRepository } from '../fixtures/small-pipeline';

// A template, a test report, a file's name, an approval and a log that would be markup: a real browser shows them as text, on the page and in the report.
const inBrowser = machineHas('chromium') ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-display-page-'));
const X = '"><img src=x onerror=window.pwn=1><script>window.pwn=2</script></pre></script><svg onload=window.pwn=3>';
const E = '\u001b]0;TITLE\u0007\u001b[2J\u001b[31mRED\u009b31m\u202eRTL\u0008';
const xml = X.replace(/</g, '&lt;').replace(/"/g, '&quot;');
const JUNIT = `<testsuites><testsuite name="${xml}"><testcase name="t ${xml} &#27;[31m" classname="c"><failure message="m">${xml} ]]&gt;</failure></testcase></testsuite></testsuites>`;
const TEMPLATE = {
  Description: X + E,
  Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't', DisplayName: X + E } } },
  Outputs: { O: { Value: X + E, Description: X } },
};
let served: ServedRehearsal;
let browser: Browser | undefined;

beforeAll(async () => {
  if (!machineHas('chromium')) return;
  process.umask(0o022);
  await prepareCommandLine();
  await makeRepository(path.join(root, 'shop'), {
    'template.json': JSON.stringify(TEMPLATE),
    'report.xml': JUNIT,
    'x" onmouseover=window.pwn=4 <b>.txt': 'x',
    'evil.sh': `printf '%b' '${X}\\033]0;TITLE\\007\\033[2J\\033[31mRED\\n'; exit 3`,
  });
  served = await ServedRehearsal.start(path.join(root, 'place'), path.join(root, 'shop'), {
    stages: {
      Test: [
        {
          name: 'Junit',
          commands: ['sh evil.sh || true', 'ls'],
          buildspec: {
            reports: { 'r<img src=x onerror=window.pwn=5>': { files: ['report.xml'], 'file-format': 'JUNITXML' } },
          },
        },
      ],
      Deploy: [{ name: 'Stack', deploys: { stackName: 'topic', template: 'template.json' } }],
      Fail: [{ name: 'Bad', commands: [`echo '${X}' >&2; sh evil.sh`] }],
    },
  });
  await served.next((event) => event.kind === 'run.ended');
  browser = await openBrowser();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  if (served) await served.end();
  fs.rmSync(root, { recursive: true, force: true });
}, 180_000);

function runFolder(): string {
  const runs = path.join(root, 'place/.saiondo/runs');
  return path.join(runs, fs.readdirSync(runs).sort().at(-1) ?? '');
}

/** What a page has that it must not have, as the browser sees it. */
const HARM = `({
  pwned: window.pwn ?? 'no',
  images: document.images.length,
  drawn: document.querySelectorAll('svg[onload]').length,
  handlers: [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some((a) => /^on/.test(a.name))).length,
  links: [...document.links].map((one) => one.href).filter((one) => !/^(https?:|file:)/.test(one)),
  control: [...document.documentElement.outerHTML.matchAll(/[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]/g)].length,
})`;
const harm = (page: Page): Promise<unknown> => page.evaluate(HARM);
const NONE = { pwned: 'no', images: 0, drawn: 0, handlers: 0, links: [], control: 0 };

inBrowser('the report', async () => {
  const page = await (browser as Browser).newPage();
  const report = path.join(runFolder(), 'report.html');
  await page.goto(`file://${report}`);
  expect(await harm(page)).toEqual(NONE);
  expect(await page.evaluate('document.scripts.length')).toBe(0);
  expect(await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')).toContain(
    "default-src 'none'",
  );
  // It is all there, as text.
  expect(await page.locator('body').textContent()).toContain(
    '<img src=x onerror=window.pwn=1><script>window.pwn=2</script>',
  );
});

inBrowser(
  'the page, with everything opened that changes nothing',
  async () => {
    const page = await (browser as Browser).newPage();
    await page.goto(await served.page());
    await page.locator('.open[data-status="Failed"]').first().waitFor();
    expect(await harm(page)).toEqual(NONE);
    for (const one of await page.$$('button:visible, summary:visible')) {
      const name = ((await one.textContent()) ?? '').trim();
      if (/start|stop|retry|approve|reject|roll|disable|enable/i.test(name)) continue;
      await one.click({ timeout: 10_000 }).catch(() => undefined);
    }
    await page.getByText('window.pwn=1').first().waitFor();
    expect(await harm(page)).toEqual(NONE);
  },
  180_000,
);

inBrowser('what a run writes is its owner’s alone under the usual umask', () => {
  const run = runFolder();
  const others = (file: string): number => fs.statSync(file).mode & 0o077;
  const files = fs.readdirSync(run, { withFileTypes: true });
  expect(files.map((one) => one.name)).toEqual(
    expect.arrayContaining(['events.jsonl', 'report.html', 'artifacts', 'builds']),
  );
  expect(files.map((one) => path.join(run, one.name)).filter(others)).toEqual([]);
  expect([path.dirname(run), path.join(root, 'place/.saiondo/state')].filter(others)).toEqual([]);
  for (const build of fs.readdirSync(path.join(run, 'builds')))
    expect(others(path.join(run, 'builds', build, 'log.txt'))).toBe(0);
});
