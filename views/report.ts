import * as fs from 'node:fs';
import * as path from 'node:path';
import { currentExecution, judgedExecution, type ActionState, type RunState } from '../model/run-state';
import { seconds } from './duration';
import { Markup, markup, type Part } from './markup';

/** How much of each log's end the report carries, in bytes; the whole log stays beside it. */
const LOG_BYTES = 60_000;

/**
 * The run as one self-contained page: stages and actions, the time line with the critical path, test results, change sets, logs.
 * Everything shown comes from logs and repositories and is escaped; the page loads nothing and runs no script.
 */
export function renderReport(
  state: RunState,
  runDirectory: string,
  clean: (text: string) => string = (text) => text,
): string {
  const execution = currentExecution(state);
  const actions = [...(execution?.actions.values() ?? [])];
  const critical = criticalPath(actions);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${state.pipeline} ${state.runId}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${state.definition?.name ?? state.pipeline} <small>${state.runId}</small></h1>
<p class="verdict ${state.verdict ?? ''}">${state.summary ?? 'not ended'}</p>
${revisions(state)}
${failures(state, runDirectory)}
<h2>Stages and actions</h2>
${stages(state, critical)}
<h2>Time line</h2>
<p>Marked: the critical path, ${seconds(pathSeconds(critical))} of ${seconds(total(actions))}.</p>
${timeLine(actions, critical)}
${endpoints(state)}
${tests(state)}
${changeSets(state)}
${messages(state)}
<h2>Logs</h2>
${logs(state, runDirectory, clean)}
</body>
</html>
`.text;
}

const STYLE = new Markup(`
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --none: #9a6700; --bar: #57606a; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --none: #d29922; --bar: #8b949e; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 70rem; padding: 0 1rem; }
h1 small { font-weight: normal; font-size: .6em; opacity: .7; }
table { border-collapse: collapse; width: 100%; } td:nth-child(3) { white-space: nowrap; } .wrap td { white-space: normal; } td, th { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.Succeeded, .passed { color: var(--good); } .Failed, .failed, .rejected { color: var(--bad); } .NotRehearsed, .incomplete, .waiting, .interrupted { color: var(--none); }
.verdict { font-size: 1.15em; font-weight: 600; }
pre { overflow: auto; max-height: 30rem; padding: .75rem; border: 1px solid var(--line); border-radius: 6px; font-size: 13px; }
.row { display: flex; gap: .5rem; align-items: center; } .row b { flex: 0 0 15rem; font-weight: normal; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.track { flex: 1; position: relative; height: 1rem; background: #8882; } .track i { position: absolute; top: 0; bottom: 0; background: var(--bar); min-width: 2px; } .track i.critical { background: var(--bad); }
@media (max-width: 40rem) { .row b { flex-basis: 8rem; } }`);

function length(action: ActionState): number {
  return action.endedAt ? (Date.parse(action.endedAt) - Date.parse(action.startedAt)) / 1000 : 0;
}

/** The longest action of each run order: what the run's length is made of. */
function criticalPath(actions: readonly ActionState[]): ReadonlySet<ActionState> {
  const longest = new Map<string, ActionState>();
  for (const action of actions) {
    const key = `${action.stage}/${action.runOrder}`;
    const known = longest.get(key);
    if (!known || length(action) > length(known)) longest.set(key, action);
  }
  return new Set(longest.values());
}

function pathSeconds(critical: ReadonlySet<ActionState>): number {
  return [...critical].reduce((sum, action) => sum + length(action), 0);
}

function total(actions: readonly ActionState[]): number {
  const times = actions.flatMap((action) => [
    Date.parse(action.startedAt),
    Date.parse(action.endedAt ?? action.startedAt),
  ]);
  return times.length > 0 ? (Math.max(...times) - Math.min(...times)) / 1000 : 0;
}

function revisions(state: RunState): Part {
  const rows = (currentExecution(state)?.revisions ?? []).map(
    (one) =>
      markup`<tr><td>${one.repository}</td><td><code>${one.commitId.slice(0, 10)}</code>${one.uncommitted ? ' + uncommitted' : ''}</td><td>${one.author ?? ''}</td><td>${one.message?.split('\n')[0] ?? ''}</td></tr>`,
  );
  return rows.length > 0 ? markup`<table>${rows}</table>` : '';
}

/** What failed comes first: where, which command, its last lines, and what to type next. */
function failures(state: RunState, runDirectory: string): Part {
  const failed = [...(judgedExecution(state)?.actions.values() ?? [])].filter((one) => one.failure);
  const blocks = failed.map(({ stage, action, failure, externalExecutionId }) => {
    const build = state.builds.get(externalExecutionId ?? '');
    const where = failure?.where
      ? [failure.where.file, failure.where.line, failure.where.column].filter((one) => one !== undefined).join(':')
      : '';
    const facts: [string, string | undefined][] = [
      ['where', where && failure?.where?.path ? `${where} (${failure.where.path})` : where],
      ['phase', failure?.phase],
      ['command', failure?.command],
      ['exit code', failure?.exitCode?.toString()],
      ['next', failure?.next],
      ['repeat it', `npx saiondo rehearse --resume ${state.runId} --only ${stage}/${action}`],
      ['whole log', build && path.join(runDirectory, build.log)],
    ];
    const rows = facts.flatMap(([name, value]) =>
      value ? [markup`<tr><th>${name}</th><td><code>${value}</code></td></tr>`] : [],
    );
    const tail = failure?.tail?.length ? markup`<pre>${failure.tail.join('\n')}</pre>` : '';
    return markup`<h3 class="Failed">${`${stage}/${action}`}: ${failure?.message ?? ''}</h3><table class="wrap">${rows}</table>${tail}`;
  });
  return blocks.length > 0 ? markup`<h2>What failed</h2>${blocks}` : '';
}

function stages(state: RunState, critical: ReadonlySet<ActionState>): Part {
  const execution = currentExecution(state);
  const rows = (state.definition?.stages ?? []).flatMap((stage) => {
    const status = execution?.stages.get(stage.name)?.status ?? 'not reached';
    const head = markup`<tr><th colspan="4">${stage.name} <span class="${status}">${status}</span></th></tr>`;
    const lines = stage.actions.map((definition) => {
      const action = execution?.actions.get(`${stage.name}/${definition.name}`);
      const note = action?.failure?.message ?? action?.summary ?? action?.missing?.join(', ') ?? '';
      return markup`<tr><td>${definition.name}${action && critical.has(action) ? ' ●' : ''}</td><td class="${action?.status ?? ''}">${action?.status ?? '—'}</td><td>${action ? seconds(length(action)) : ''}</td><td>${note}</td></tr>`;
    });
    return [head, ...lines];
  });
  return markup`<table>${rows}</table>`;
}

function timeLine(actions: readonly ActionState[], critical: ReadonlySet<ActionState>): Part {
  const start = Math.min(...actions.map((action) => Date.parse(action.startedAt)));
  const all = Math.max(total(actions), 0.001);
  return actions.map((action) => {
    const left = ((Date.parse(action.startedAt) - start) / 1000 / all) * 100;
    const width = (length(action) / all) * 100;
    return markup`<div class="row"><b>${`${action.stage}/${action.action}`}</b><div class="track"><i class="${critical.has(action) ? 'critical' : ''}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%" title="${seconds(length(action))}"></i></div></div>`;
  });
}

function endpoints(state: RunState): Part {
  if (state.endpoints.length === 0) return '';
  const rows = state.endpoints.map(
    (one) =>
      markup`<tr><td>${one.environment}</td><td>${one.url}</td><td>${one.status}</td><td><code>${one.body}</code></td></tr>`,
  );
  return markup`<h2>What answered at the end</h2><table class="wrap">${rows}</table>`;
}

function tests(state: RunState): Part {
  const reports = [...state.builds.values()].flatMap((build) => build.reports);
  if (reports.length === 0) return '';
  const rows = reports.map((one) => {
    const failures = one.failures.map(
      (failure) =>
        markup`<details><summary>${[failure.suite, failure.name].filter(Boolean).join(' › ')}</summary><pre>${failure.message ?? ''}</pre></details>`,
    );
    return markup`<tr><td>${one.group}</td><td>${one.total} cases</td><td class="${one.failed + one.error > 0 ? 'Failed' : 'Succeeded'}">${one.passed} passed, ${one.failed + one.error} failed, ${one.skipped} skipped</td><td>${failures}</td></tr>`;
  });
  return markup`<h2>Test results</h2><table>${rows}</table>`;
}

function changeSets(state: RunState): Part {
  if (state.changeSets.length === 0) return '';
  const blocks = state.changeSets.map(({ environment, stackName, changes }) => {
    const rows = [...changes]
      .sort((a, b) => Number(b.replacement === 'True') - Number(a.replacement === 'True'))
      .map(
        (one) =>
          markup`<tr><td>${one.action}${one.replacement === 'True' ? ' (replaced)' : ''}</td><td>${one.logicalId}</td><td>${one.type}</td><td>${one.properties.join(', ')}</td></tr>`,
      );
    return markup`<details><summary>${environment}: ${stackName}, ${changes.length} changes</summary><table>${rows}</table></details>`;
  });
  return markup`<h2>Change sets</h2>${blocks}`;
}

function messages(state: RunState): Part {
  const rows = [
    ...state.tools.map(
      (one) => markup`<tr><td>${one.status}</td><td>${one.name}</td><td>${one.detail ?? ''}</td></tr>`,
    ),
    ...state.messages.map(
      (one) =>
        markup`<tr><td>${one.level === 'limit' ? 'not followed' : one.level}</td><td>${one.where ?? ''}</td><td>${one.text}</td></tr>`,
    ),
  ];
  return rows.length > 0 ? markup`<h2>Notes</h2><table class="wrap">${rows}</table>` : '';
}

function logs(state: RunState, runDirectory: string, clean: (text: string) => string): Part {
  return [...state.builds.values()].map((build) => {
    const file = path.join(runDirectory, build.log);
    return markup`<details><summary>${`${build.stage}/${build.action}`} ${build.status}</summary><pre>${clean(tail(file))}</pre></details>`;
  });
}

/** The end of a log as text: no escape sequences, no control characters. */
function tail(file: string): string {
  if (!fs.existsSync(file)) return '';
  const { size } = fs.statSync(file);
  const bytes = Buffer.alloc(Math.min(size, LOG_BYTES));
  const handle = fs.openSync(file, 'r');
  fs.readSync(handle, bytes, 0, bytes.length, size - bytes.length);
  fs.closeSync(handle);
  const text = bytes.toString('utf8');
  return size > LOG_BYTES ? `… (the whole log: ${file})\n${text}` : text;
}
