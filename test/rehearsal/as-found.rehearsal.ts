import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import execa from 'execa';
import { personCredentials, type PersonKey } from '../../engine/gateway/credentials';
import { readRun } from '../../engine/runs/event-log';
import type { RunEvent } from '../../model/events';
import { currentExecution } from '../../model/run-state';
import { openBrowser } from '../fixtures/browser';
import { machineHas } from '../fixtures/requires';
import { Clone } from './clone';

// The second sample, as a newcomer delivers it: init, check, rehearse. It reaches Prod, and its page comes out of prod's bucket into a browser, with the
// answer of prod's api on it (`npm run test:rehearsal`; about twenty minutes).
const ROOT = path.join(__dirname, '../..');
const MINUTES = 60_000;
const PROD = '333333333333';
const REGION = 'ap-northeast-2';
const clone = new Clone();
const able = machineHas('docker') && machineHas('chromium') ? test : test.skip;
let app: string;

beforeAll(async () => {
  await clone.make();
  app = path.join(path.dirname(clone.directory), 'as-found');
  fs.cpSync(path.join(clone.directory, 'examples/as-found'), app, { recursive: true });
  await commit(app, 'feat: as it was found');
  await git(app, 'remote', 'add', 'origin', 'https://github.com/acme/as-found.git');
}, 5 * MINUTES);
afterAll(() => clone.remove());

const git = (folder: string, ...args: string[]) =>
  execa('git', ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args]);
async function commit(folder: string, message: string): Promise<void> {
  if (!fs.existsSync(path.join(folder, '.git'))) await git(folder, 'init', '--quiet', '--initial-branch', 'main');
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', message);
}
const saiondo = (...args: string[]) => execa('node', ['dist/bin/saiondo.js', ...args], { cwd: clone.directory });

/** `saiondo rehearse --serve`, until its verdict; it goes on serving. */
async function serve(...args: string[]) {
  const child = execa('node', ['dist/bin/saiondo.js', 'rehearse', '--serve', '--json', ...args], {
    cwd: clone.directory,
    env: { SAIONDO_TOOLS_DIR: path.join(ROOT, '.saiondo/tools') },
    reject: false,
    buffer: false,
  });
  if (!child.stdout) throw new Error('the rehearsal has no output');
  const events = readline.createInterface({ input: child.stdout });
  await new Promise<void>((done) => {
    events.on('line', (line) => {
      if ((JSON.parse(line) as RunEvent).kind === 'run.ended') done();
    });
    events.on('close', done);
  });
  return { child };
}

/** What CloudFront does with the site: objects of its bucket, index.html for a route of the app, /api to the api. */
async function distribution(s3: S3Client, bucket: string, api: string): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    if (pathname.startsWith('/api/')) {
      http.get(`${api}${pathname.slice('/api'.length)}`, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      return;
    }
    const key = pathname.split('/').pop()?.includes('.') ? pathname.slice(1) : 'index.html';
    s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      .then(async ({ Body, ContentType }) => {
        response.writeHead(200, { 'content-type': ContentType ?? 'application/octet-stream' });
        response.end(await Body?.transformToByteArray());
      })
      .catch((error: unknown) => response.writeHead(404).end(String(error)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

able(
  'the second sample reaches Prod with what init writes, and its page is opened from prod’s bucket',
  async () => {
    await saiondo('init', app, '--yes', '--write');
    const file = path.join(clone.directory, 'saiondo.yaml');
    // The compiler of the npm registry, for a machine that does not reach Solidity's host.
    const yaml = fs
      .readFileSync(file, 'utf8')
      .replace('    directory: web3\n', '    directory: web3\n    compiler: npm\n');
    expect(yaml).toContain('compiler: npm');
    fs.writeFileSync(file, yaml);
    expect((await saiondo('check', app)).stdout).toContain('0 would stop a run');
    await commit(clone.directory, 'feat: saiondo.yaml');
    const { child: rehearsal } = await serve('--source', `acme/as-found=${app}`, '--approve', 'Prod');
    const site = {
      server: undefined as http.Server | undefined,
      browser: undefined as { close(): Promise<void> } | undefined,
    };
    try {
      const runs = path.join(clone.directory, '.saiondo/runs');
      const state = readRun(path.join(runs, fs.readdirSync(runs).sort().at(-1) ?? '', 'events.jsonl'));
      const execution = currentExecution(state);
      const notPassed = [...(execution?.actions.values() ?? [])].filter(({ status }) => status !== 'Succeeded');
      expect(notPassed.map(({ stage, action, missing, failure }) => ({ stage, action, missing, failure }))).toEqual([]);
      expect(execution?.stages.get('Prod')?.status).toBe('Succeeded');

      const { endpoint, key } = JSON.parse(
        fs.readFileSync(path.join(clone.directory, '.saiondo/serve.json'), 'utf8'),
      ) as { endpoint: string; key: PersonKey };
      const s3 = new S3Client({
        endpoint,
        region: REGION,
        forcePathStyle: true,
        credentials: personCredentials(key, PROD),
      });
      const { outputs } = JSON.parse(
        fs.readFileSync(
          path.join(clone.directory, `.saiondo/state/ledger/${PROD}/${REGION}/Prod-Services.json`),
          'utf8',
        ),
      ) as { outputs: Record<string, { value: string }> };
      site.server = await distribution(s3, `as-found-prod-web-${PROD}`, outputs.ApiUrl?.value ?? '');
      const browser = await openBrowser();
      site.browser = browser;
      const page = await browser.newPage();
      const { port } = site.server.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/some/route`);
      expect(await page.title()).toBe('As found');
      await page.getByRole('heading', { name: 'As found since 1970' }).waitFor();
      await page.getByText('the api is ok').waitFor();
    } finally {
      await site.browser?.close();
      site.server?.close();
      rehearsal.kill('SIGINT');
      await rehearsal;
    }
  },
  60 * MINUTES,
);
