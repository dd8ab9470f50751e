import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { signedHeaders } from '../../engine/gateway/sign';
import { openBrowser } from '../fixtures/browser';
import { machineHas } from '../fixtures/requires';
import { prepareCommandLine, ServedRehearsal } from '../fixtures/served-rehearsal';
import { makeRepository } from '../fixtures/small-pipeline';

// A whole rehearsal with the real endpoint behind it, while an approval waits: a build, what a build left running, another user of this machine and a
// page of another origin each try to approve and to create a stack whose code would run here. A person then approves.
const inBrowser = machineHas('chromium') ? test : test.skip;
const onLinux = process.platform === 'linux' ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-gateway-'));
const CODE = 'exports.handler = async () => { throw new Error("it ran"); };';
const EVIL = JSON.stringify({
  Resources: {
    F: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ Runtime: 'nodejs20.x', Handler: 'index.handler', Role: 'arn:aws:iam::111111111111:role/x' },
        Code: { ZipFile: CODE },
      },
    },
    C: { Type: 'Custom::X', Properties: { ServiceToken: { 'Fn::GetAtt': ['F', 'Arn'] } } },
  },
});
const APPROVE = [
  'aws codepipeline put-approval-result --pipeline-name small --stage-name Prod --action-name Go',
  '--result summary=ok,status=Approved --token',
].join(' ');
const TOKEN = `aws codepipeline get-pipeline-state --name small --output text --query "stageStates[?stageName=='Prod'].actionStates[0].latestExecution.token"`;
const WAIT = `for i in $(seq 100); do T=$(${TOKEN}); case "$T" in *-*) break;; esac; done`;
const SPY = [
  WAIT,
  `case "$T" in *-*) echo "it sees the token";; esac`,
  `${APPROVE} "$T" 2>&1`,
  'aws cloudformation create-stack --stack-name evil --template-body file://evil.json --capabilities CAPABILITY_IAM 2>&1',
  'aws sts assume-role --role-session-name evil --role-arn arn:aws:iam::111111111111:role/cdk-hnb659fds-deploy-role-111111111111-ap-northeast-2 2>&1',
  'aws codepipeline start-pipeline-execution --name small 2>&1',
  'true',
].join('\n');
const COUNT = [
  'aws s3 mb s3://bucket-b',
  'head -c 50000000 /dev/zero > k',
  'aws s3 cp k s3://bucket-b/k --quiet',
  'aws s3 cp s3://bucket-b/k - 2>/dev/null | head -c 10 | wc -c',
];
let served: ServedRehearsal;

beforeAll(async () => {
  await prepareCommandLine();
  await makeRepository(path.join(root, 'shop'), {
    'spy.sh': SPY,
    'daemon.sh': `${WAIT}\n${APPROVE} "$T"\nsleep 600`,
    'evil.json': EVIL,
  });
  served = await ServedRehearsal.start(
    path.join(root, 'place'),
    path.join(root, 'shop'),
    {
      stages: {
        Build: [
          { name: 'Daemon', commands: ['setsid sh daemon.sh >daemon.log 2>&1 &', 'echo built'] },
          { name: 'Pipe', commands: COUNT },
        ],
        Prod: [
          { name: 'Go', approval: 'to prod?' },
          { name: 'Spy', commands: ['sh spy.sh'] },
          { name: 'Ship', runOrder: 2, commands: ['echo shipped'] },
        ],
      },
    },
    { isolated: true },
  );
}, 300_000);
afterAll(async () => {
  await served?.end();
  fs.rmSync(root, { recursive: true, force: true });
}, 180_000);

/** What the log of a build says. */
function logOf(project: string): string {
  const runs = path.join(served.directory, '.saiondo/runs');
  const builds = path.join(runs, fs.readdirSync(runs)[0] ?? '', 'builds');
  const build = fs.readdirSync(builds).find((name) => name.startsWith(project)) ?? '';
  return fs.readFileSync(path.join(builds, build, 'log.txt'), 'utf8');
}

/** Nothing was approved, and no stack was made. */
async function expectNothingChanged(): Promise<void> {
  expect(served.events.filter((event) => event.kind === 'approval.decided')).toEqual([]);
  expect(served.events.filter((event) => event.kind === 'execution.started')).toHaveLength(1);
  const { Stacks } = await served.aws<{ Stacks: { StackName: string }[] }>('cloudformation', 'describe-stacks');
  expect(Stacks.map(({ StackName }) => StackName)).not.toContain('evil');
}

const ended = (action: string) => served.next((event) => event.kind === 'action.ended' && event.action === action);

test('a reader that goes in the middle of an object ends its own request', async () => {
  await served.next((event) => event.kind === 'stage.ended' && event.stage === 'Build');
  expect(logOf('small-Build-Pipe')).toMatch(/^10$/m);
}, 180_000);

test('a build that lives neither approves, nor makes a stack, nor starts a pipeline; nor does what another one left running', async () => {
  expect(await ended('Spy')).toMatchObject({ status: 'Succeeded' });
  const log = logOf('small-Prod-Spy');
  expect(log).toContain('it sees the token');
  for (const operation of ['PutApprovalResult', 'CreateStack', 'AssumeRole', 'StartPipelineExecution'])
    expect(log).toMatch(new RegExp(`AccessDenied.* when calling the ${operation} operation`));
  await expectNothingChanged();
}, 180_000);

test('another user of this machine gets nothing, and reads no credentials', async () => {
  const { endpoint } = served.address;
  const made = 'AWS4-HMAC-SHA256 Credential=LSIAQ11111111111100Q/20260101/ap-northeast-2';
  const tail = 'aws4_request, SignedHeaders=host, Signature=0';
  const token = served.events.flatMap((event) => (event.kind === 'approval.requested' ? [event.token] : []))[0];
  const approval = JSON.stringify({
    ...{ pipelineName: 'small', stageName: 'Prod', actionName: 'Go', token },
    result: { status: 'Approved', summary: 'x' },
  });
  const stack = new URLSearchParams({ Action: 'CreateStack', StackName: 'evil', TemplateBody: EVIL });
  const json = { 'content-type': 'application/x-amz-json-1.1' };
  const requests = [
    ['POST', '/', { ...json, 'x-amz-target': 'CodePipeline_20150709.PutApprovalResult' }, approval],
    ['POST', '/', { 'content-type': 'application/x-www-form-urlencoded' }, stack.toString()],
    ['GET', '/moto-api/data.json', {}, ''],
    ['GET', '/_saiondo/runs', {}, ''],
    ['GET', '/artifacts?list-type=2', {}, ''],
  ].flatMap(([method, to, headers, body], at) => [
    [method, to, headers, body],
    [
      ...[method, to],
      { ...(headers as object), authorization: `${made}/${at === 1 ? 'cloudformation' : 'codepipeline'}/${tail}` },
      body,
    ],
  ]);
  const script = `
const http = require('http'), fs = require('fs'), path = require('path');
const { endpoint, requests, place } = JSON.parse(fs.readFileSync(0, 'utf8'));
const read = [];
(function look(at) {
  try { for (const entry of fs.readdirSync(at, { withFileTypes: true })) entry.isDirectory() ? look(path.join(at, entry.name)) : look2(path.join(at, entry.name)); } catch {}
})(place);
function look2(file) { try { fs.readFileSync(file); read.push(file); } catch {} }
(async () => {
  const answers = [];
  for (const [method, to, headers, body] of requests)
    answers.push(await new Promise((done) => http.request(endpoint + to, { method, headers }, (answer) => { let text = ''; answer.on('data', (part) => (text += part)).on('end', () => done([answer.statusCode, text])); }).on('error', (error) => done([0, error.message])).end(body)));
  console.log(JSON.stringify({ uid: process.getuid(), read, answers }));
})();`;
  const place = path.join(served.directory, '.saiondo');
  const isRoot = process.getuid?.() === 0;
  const { stdout } = await execa(process.execPath, ['-e', script], {
    ...(isRoot ? { uid: 65534, gid: 65534 } : {}),
    ...{ cwd: '/', input: JSON.stringify({ endpoint, requests, place }) },
  });
  const said = JSON.parse(stdout) as { read: string[]; answers: [number, string][] };
  // Only root can become another user; without it the same requests come from this one, who may read its files.
  if (isRoot) expect(said.read).toEqual([]);
  for (const [status] of said.answers) expect([400, 401, 403]).toContain(status);
  expect(said.answers).toHaveLength(requests.length);
  await expectNothingChanged();
}, 30_000);

inBrowser(
  'a page of another origin reads, sends, frames and opens nothing',
  async () => {
    const { endpoint } = served.address;
    const form = new URLSearchParams({ Action: 'CreateStack', StackName: 'evil', TemplateBody: EVIL }).toString();
    const script = `
const out = {};
const attempt = async (name, what) => { try { out[name] = await what(); } catch (error) { out[name] = 'refused'; } };
const to = ${JSON.stringify(endpoint)};
const simple = (body, type) => ({ method: 'POST', mode: 'no-cors', headers: { 'content-type': type }, body });
const load = (tag, src) => new Promise((done, fail) => { const one = document.createElement(tag); one.onload = () => done('loaded'); one.onerror = fail; one.src = src; document.body.append(one); });
(async () => {
  await attempt('data', async () => (await (await fetch(to + '/moto-api/data.json')).text()));
  await attempt('runs', async () => (await (await fetch(to + '/_saiondo/runs')).text()));
  await attempt('page', async () => (await (await fetch(to + '/', { headers: { accept: 'text/html' } })).text()));
  await attempt('signed', async () => (await (await fetch(to + '/', { method: 'POST', headers: { 'x-amz-target': 'CodePipeline_20150709.PutApprovalResult', authorization: 'x' }, body: '{}' })).text()));
  for (const path of ['/', '/moto-api/recorder/upload-recording', '/_saiondo/approve'])
    await attempt('sent ' + path, async () => (await fetch(to + path, simple(${JSON.stringify(form)}, 'application/x-www-form-urlencoded'))).status);
  await attempt('image', () => load('img', to + '/favicon.ico'));
  await attempt('script', () => load('script', to + '/_saiondo/page.js'));
  await attempt('socket', () => new Promise((done, fail) => { const one = new WebSocket(to.replace('http', 'ws')); one.onopen = () => done('opened'); one.onerror = fail; }));
  for (const path of ['/', '/moto-api/recorder/replay-recording', '/?' + ${JSON.stringify(form)}]) {
    const frame = document.createElement('iframe');
    frame.src = to + path;
    const loaded = new Promise((done) => (frame.onload = done));
    document.body.append(frame);
    await loaded;
  }
  out.frames = [...document.querySelectorAll('iframe')].map((frame) => { try { return frame.contentDocument ? 'own' : 'closed'; } catch { return 'closed'; } });
  window.out = out;
})();`;
    const page = `<!doctype html><title>evil</title><body><form method="post" action="${endpoint}/"><textarea name="Action">CreateStack</textarea></form><script>${script}</script>`;
    const other = http.createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(page);
    });
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    const browser = await openBrowser('evil.test');
    try {
      // A name of elsewhere that leads to this machine, and another port of this machine.
      for (const origin of [`http://evil.test:${port}`, `http://127.0.0.1:${port}`]) {
        const tab = await browser.newPage();
        const seen: string[] = [];
        tab.on('response', async (response) => {
          const url = response.url();
          if (url.startsWith(endpoint))
            seen.push(`${response.status()} ${response.headers()['x-frame-options'] ?? ''}`);
        });
        await tab.goto(origin);
        await tab.waitForFunction(`'out' in window`);
        const out: Record<string, unknown> = await tab.evaluate('window.out');
        const { frames, ...rest } = out;
        for (const [name, what] of Object.entries(rest)) expect([name, what]).toEqual([name, 'refused']);
        expect(frames).toHaveLength(3);
        expect(seen.length).toBeGreaterThan(0);
        for (const answer of seen) expect(answer).toBe('403 DENY');
        // A form that is posted in a tab of its own, and a link that is followed.
        const posted = await Promise.all([tab.waitForNavigation(), tab.evaluate('document.forms[0].submit()')]);
        expect(posted[0]?.status()).toBe(403);
        await tab.goto(origin);
        const [link] = await Promise.all([
          tab.waitForNavigation(),
          tab.evaluate(`location.href = '${endpoint}/moto-api/recorder/start-recording'`),
        ]);
        expect(link?.status()).toBe(403);
        await tab.close();
      }
      // The name itself leads to the gateway, so that the browser takes the page for one of its own origin (DNS rebinding).
      const tab = await browser.newPage();
      const answer = await tab.goto(endpoint.replace('127.0.0.1', 'evil.test'));
      expect(answer?.status()).toBe(403);
    } finally {
      await browser.close();
      other.closeAllConnections();
      other.close();
    }
    expect(fs.existsSync(path.join(served.directory, 'moto_recording'))).toBe(false);
    await expectNothingChanged();
  },
  180_000,
);

test('a region that is a path writes nothing outside of the ledger', async () => {
  const { endpoint } = served.address;
  const body = `Action=CreateStack&StackName=evil&TemplateBody=${encodeURIComponent('{"Resources":{}}')}`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const region of ['..', '../..', 'a/../..']) {
    const unsigned = {
      method: 'POST',
      endpointUrl: endpoint,
      path: '/',
      region,
      service: 'cloudformation',
      headers,
      body,
    };
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: await signedHeaders(unsigned, served.credentials),
      body,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
  const written = fs.readdirSync(path.join(served.directory, '.saiondo/state'), { recursive: true }).map(String);
  expect(written.filter((name) => name.includes('evil'))).toEqual([]);
  await expectNothingChanged();
}, 30_000);

onLinux('only the gateway listens, of the engine and of what stands behind it', async () => {
  const { pid } = JSON.parse(fs.readFileSync(path.join(served.directory, '.saiondo/serve.json'), 'utf8')) as {
    pid: number;
  };
  const services = JSON.parse(
    fs.readFileSync(path.join(served.directory, '.saiondo/state/local/services.json'), 'utf8'),
  ) as { name: string; pid: number }[];
  const moto = services.find(({ name }) => name === 'moto')?.pid ?? 0;
  expect(listeners(pid)).toEqual([`127.0.0.1:${new URL(served.address.endpoint).port}`]);
  expect(listeners(moto)).toEqual([]);
  const person = path.join(served.directory, '.saiondo/serve.json');
  expect(fs.statSync(person).mode & 0o077).toBe(0);
});

test('the person whose rehearsal it is approves', async () => {
  const { token } = (await served
    .aws<{ stageStates: { stageName: string; actionStates: State[] }[] }>(
      ...['codepipeline', 'get-pipeline-state', '--name', 'small'],
    )
    .then(
      ({ stageStates }) => stageStates.find(({ stageName }) => stageName === 'Prod')?.actionStates[0]?.latestExecution,
    )) ?? { token: '' };
  await served.aws(
    ...['codepipeline', 'put-approval-result', '--pipeline-name', 'small', '--stage-name', 'Prod'],
    ...['--action-name', 'Go', '--token', token, '--result', `summary=ok,status=Approved`],
  );
  expect(await ended('Ship')).toMatchObject({ status: 'Succeeded' });
}, 180_000);

interface State {
  readonly latestExecution: { readonly token: string };
}

/** The TCP addresses that a process listens on, as Linux tells them (proc(5), /proc/net/tcp). */
function listeners(pid: number): string[] {
  const sockets = new Set(
    fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.slice(1) ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    fs
      .readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && sockets.has(fields[9] ?? ''))
      .map((fields) => {
        const [address = '', port = ''] = (fields[1] ?? '').split(':');
        const octets = (address.match(/../g) ?? []).map((octet) => parseInt(octet, 16)).reverse();
        return `${octets.join('.')}:${parseInt(port, 16)}`;
      }),
  );
}
