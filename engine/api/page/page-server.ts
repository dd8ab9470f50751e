import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SaiondoError } from '../../../model/errors';
import type { RunState } from '../../../model/run-state';
import type { PageHandler } from '../../ports/aws-request';
import { leaveBody } from '../../gateway/request-body';
import type { RunDigest } from '../../runs/run-digest';
import type { Runs } from '../../runs/runs';
import type { ControlSource } from '../codepipeline/codepipeline-changes';
import { followRun } from './page-events';
import { pageJson } from './page-json';
import { readPageLog, wholeLog } from './page-log';
import { decide } from './page-requests';
import type { PageSessions } from './page-sessions';

/** What a run's own events do not tell of it. */
export interface PageFacts {
  /** An engine works on it now. */
  readonly live: boolean;
  /** An engine can be told to approve, retry, stop. */
  readonly controllable: boolean;
  /** It is the run that the engine works on: its transitions are those that hold. */
  readonly current: boolean;
}

/** What changes between executions is found out by who can compare them, in the pipeline's own API; the page shows it. All give JSON. */
export interface PageComparisons {
  /** What a stage gets when an approval is given. */
  promotion(pipeline: string, stage: string, action: string): Promise<unknown>;
  /** Why an execution failed: the value of `saiondo triage`. */
  triage(pipeline: string, execution: string): Promise<unknown>;
  /** What a stage can be rolled back to, and what that takes back: to a target, or to the newest. */
  rollback(pipeline: string, stage: string, target: string | undefined): Promise<unknown>;
}

/** What the page is made of; the engine knows how to serve it, not what it looks like. */
export interface PageViews {
  /** The page's files by name, `page.html` its document. */
  readonly assets: ReadonlyMap<string, { readonly type: string; readonly text: string }>;
  /** A run as the page's script shows it: JSON. */
  run(state: RunState, facts: PageFacts): unknown;
  /** A run as the page's list of runs shows it, and whether an engine works on it now: JSON. */
  digest(digest: RunDigest, live: boolean): unknown;
  /** A run's test cases, and how they came out in the runs before it, the newest first: JSON. */
  tests(run: TestedRun, before: readonly TestedRun[]): unknown;
  /** What each role of a run may, was asked for, and was never asked for: JSON. @param directory the run's folder */
  permissions(directory: string): unknown;
}

/** A run's events, and the folder of its files. */
export interface TestedRun {
  readonly state: RunState;
  readonly directory: string;
}

/** What the page for people is served with. */
export interface PageOptions {
  readonly runs: Runs;
  readonly views: PageViews;
  readonly control: ControlSource;
  readonly comparisons: PageComparisons;
  /** What a request has to bring in `x-saiondo-session`, but for the page's own files. */
  readonly sessions: PageSessions;
  /** Who approves on the page. */
  readonly user: string;
}

/** Every path of the page begins so; no bucket's name can. */
const PREFIX = '/_saiondo/';
const MOST_BODY = 64 * 1024;
/** So many runs before a run are looked at for the history of its test cases. */
const TEST_RUNS = 10;

/** Nothing from elsewhere is loaded or asked, nothing inline runs, and no other page can frame this one to have its buttons clicked. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};

/**
 * The page for people, on the address of the AWS endpoint: a document, its script and style, runs as JSON, their events as server-sent
 * events, logs by ranges, and the requests that change something. Host and Origin are checked by the gateway before. The document and its files tell
 * nothing of any run, so everybody gets them; everything else asks for a session.
 */
export function pageHandler(options: PageOptions): PageHandler {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://page');
    const document = url.pathname === '/' && isDocumentRequest(request);
    if (!document && !url.pathname.startsWith(PREFIX) && url.pathname !== '/favicon.ico') return false;
    serve(options, request, response, url).catch((error: unknown) => sendError(response, error));
    return true;
  };
}

/** A browser that opens the address; AWS's clients sign, and S3's listing of buckets has the same path. */
function isDocumentRequest(request: IncomingMessage): boolean {
  return request.method === 'GET' && !request.headers.authorization && /text\/html/.test(request.headers.accept ?? '');
}

async function serve(
  options: PageOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { runs, views, control } = options;
  if (url.pathname === '/favicon.ico') return send(response, 204, 'image/x-icon', '');
  const file = url.pathname === '/' ? 'page.html' : url.pathname.slice(PREFIX.length);
  const asset = request.method === 'GET' ? views.assets.get(file) : undefined;
  if (asset) return send(response, 200, asset.type, asset.text);
  const [name = '', first = '', second = '', third = ''] = url.pathname
    .slice(PREFIX.length)
    .split('/')
    .map(decodeURIComponent);
  const facts = (digest: RunDigest): PageFacts => ({
    live: runs.isLive(digest),
    controllable: control() !== undefined,
    current: control() !== undefined && digest.pid === process.pid,
  });
  if (request.method === 'POST' && name === 'session') {
    const { ticket } = (await readJson(request)) as { ticket?: unknown };
    const session = options.sessions.exchange(String(ticket));
    return session === undefined ? refuse(request, response) : sendJson(response, 200, { session });
  }
  if (!options.sessions.has(request.headers['x-saiondo-session'])) return refuse(request, response);
  if (request.method === 'POST') {
    const answer = decide(control(), options.user, name, await readJson(request));
    return sendJson(response, 200, answer);
  }
  if (request.method !== 'GET') return sendJson(response, 405, { code: 'METHOD', message: 'GET and POST only' });
  if (name === 'runs' && !first) {
    const list = runs.list().map((digest) => views.digest(digest, runs.isLive(digest)));
    return sendJson(response, 200, list);
  }
  if (name === 'runs' && second === 'state') {
    const digest = runs.digest(first);
    return sendJson(response, 200, views.run(runs.open(first), facts(digest)));
  }
  if (name === 'runs' && second === 'tests') return sendJson(response, 200, testsOf(runs, views, first));
  if (name === 'runs' && second === 'permissions') {
    runs.digest(first);
    return sendJson(response, 200, views.permissions(runs.layout.run(first)));
  }
  if (name === 'runs' && second === 'log') {
    if (url.searchParams.has('download')) return sendLog(runs, first, third, response);
    const from = url.searchParams.get('from');
    return sendJson(response, 200, readPageLog(runs, first, third, from === null ? undefined : Number(from)));
  }
  if (name === 'runs' && second === 'events') {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    return followRun(runs, first, response, (state, digest) => views.run(state, facts(digest)));
  }
  if (name === 'promotion' && third)
    return sendJson(response, 200, await options.comparisons.promotion(first, second, third));
  if (name === 'triage' && second) return sendJson(response, 200, await options.comparisons.triage(first, second));
  if (name === 'rollback' && second) {
    const target = url.searchParams.get('to') ?? undefined;
    return sendJson(response, 200, await options.comparisons.rollback(first, second, target));
  }
  sendJson(response, 404, { code: 'NOT_FOUND', message: 'there is no such page' });
}

/** A run's test cases with those of the runs before it. @throws SaiondoError `RUN_MISSING` */
function testsOf(runs: Runs, views: PageViews, runId: string): unknown {
  const tested = (id: string): TestedRun => ({ state: runs.open(id), directory: runs.layout.run(id) });
  const own = runs.digest(runId);
  const before = runs
    .list()
    .filter((one) => one.pipeline === own.pipeline && one.runId !== runId && one.startedAt < own.startedAt)
    .slice(0, TEST_RUNS);
  return views.tests(
    tested(runId),
    before.map((one) => tested(one.runId)),
  );
}

/** What is said to who has no session: not read, not answered, the connection ends with it. */
async function refuse(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await leaveBody(request, response);
  sendJson(response, 401, {
    code: 'SESSION',
    message: 'this page is not open for you, or no longer',
    next: 'type saiondo open in the folder of the rehearsal',
  });
}

/** The body of a request that changes something. Only JSON: a form, which any page may send anywhere, is not read. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw new SaiondoError('the request is not application/json', { code: 'USAGE' });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MOST_BODY) throw new SaiondoError('the request is too large', { code: 'USAGE' });
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new SaiondoError('the request is not JSON', { code: 'USAGE', cause });
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type });
  response.end(body);
}

/** A whole log as a file to save. */
async function sendLog(runs: Runs, runId: string, buildId: string, response: ServerResponse): Promise<void> {
  const pieces = wholeLog(runs, runId, buildId);
  response.writeHead(200, {
    ...HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename="${buildId.replace(/[^A-Za-z0-9.-]/g, '-')}.log"`,
  });
  await pipeline(Readable.from(pieces), response);
}

function sendJson(response: ServerResponse, status: number, content: unknown): void {
  send(response, status, 'application/json; charset=utf-8', pageJson(content));
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  if (error instanceof SaiondoError) {
    const { code, message, next } = error;
    const status = { RUN_MISSING: 404, BUILD_MISSING: 404, USAGE: 400 }[code] ?? 409;
    return sendJson(response, status, { code, message, ...(next ? { next } : {}) });
  }
  sendJson(response, error instanceof URIError ? 400 : 500, {
    code: 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
  });
}
