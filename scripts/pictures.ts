import * as fs from 'node:fs';
import * as path from 'node:path';
import Convert from 'ansi-to-html';
import { chromium, type Browser } from 'playwright-core';
import { readEvents } from '../engine/runs/event-log';
import { Layout } from '../model/layout';
import { applyEvent } from '../model/apply-event';
import { emptyRun, type RunState } from '../model/run-state';
import { outcomeLines } from '../views/outcome';
import { liveLines } from '../views/live-lines';

// Makes the README's pictures from a run on disk: `npm run pictures [RUN]`, default the last one. Needs Chromium (CHROMIUM=PATH).
const OUTPUT = 'docs/pictures';
const COLUMNS = 100;

async function main(): Promise<void> {
  const layout = new Layout(path.resolve('.saiondo'));
  const runId = process.argv[2] ?? fs.readdirSync(layout.runs()).sort().at(-1) ?? '';
  const { events } = readEvents(layout.events(runId));
  // The terminal as it was while Dev was being delivered: a run that is over shows little of it.
  const moment = events.findLastIndex(
    (event) => event.kind === 'build.command.started' && event.stage === 'Dev' && event.action.endsWith('Migrate'),
  );
  const during = events.slice(0, moment + 1).reduce(applyEvent, emptyRun());
  const after = events.reduce(applyEvent, emptyRun());
  fs.mkdirSync(OUTPUT, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    await shoot(browser, terminalPage(during, after, Date.parse(events[moment]?.time ?? '') + 900), 'terminal.png');
    await shoot(browser, fs.readFileSync(layout.report(runId), 'utf8'), 'report.png', { width: 1100, height: 900 });
  } finally {
    await browser.close();
  }
}

function terminalPage(during: RunState, after: RunState, now: number): string {
  const lines = [
    '$ npm start -- --yes --approve Prod',
    '',
    ...liveLines(during, { now, columns: COLUMNS, rows: 30 }),
    '',
    '… and when it is over:',
    '',
    ...outcomeLines(after, { run: `.saiondo/runs/${after.runId}`, report: `.saiondo/runs/${after.runId}/report.html` }),
  ];
  const convert = new Convert({ escapeXML: true, fg: '#e6edf3', bg: '#0d1117' });
  return `<!doctype html><meta charset="utf-8"><body style="margin:0;background:#0d1117;color:#e6edf3"><pre style="margin:0;padding:20px;font:14px/1.45 'DejaVu Sans Mono',monospace;white-space:pre-wrap">${convert.toHtml(lines.join('\n'))}</pre>`;
}

/** A page's picture: of what it holds, or of its first screen where a size is given. */
async function shoot(
  browser: Browser,
  html: string,
  name: string,
  size?: { width: number; height: number },
): Promise<void> {
  const page = await browser.newPage({ viewport: size ?? { width: 900, height: 300 }, colorScheme: 'light' });
  await page.setContent(html);
  await page.screenshot({ path: path.join(OUTPUT, name), fullPage: size === undefined });
  await page.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
