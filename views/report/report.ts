import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { judgedExecution, type RunState } from '../../model/run-state';
import { seconds } from '../duration';
import { kindOf } from '../execution-words';
import { dateTime } from '../local-time';
import { markup, type Part } from '../markup';
import { logPlace, stages, timeLine } from './actions';
import { criticalPath } from './critical-path';
import { executions, rollbacks } from './executions';
import { failures } from './failures';
import { permissions } from './permissions';
import { STYLE } from './style';
import { tests } from './tests';

/** How much of each log's end the report carries, in bytes; the whole log stays next to it. */
const LOG_BYTES = 60_000;

/**
 * The run as one self-contained page. It tells of the execution that the verdict is about, and lists the others: a rollback is named as one.
 * Everything shown comes from logs and repositories and is escaped; the page loads nothing and runs no script.
 */
export function renderReport(
  state: RunState,
  runDirectory: string,
  clean: (text: string) => string = (text) => text,
): string {
  const execution = judgedExecution(state);
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
<main>
<h1>${state.definition?.name ?? state.pipeline} <small>${state.runId}</small></h1>
<p class="verdict ${state.verdict ?? ''}">${state.summary ?? 'not ended'}</p>
<p class="facts">${facts(state)}${execution ? `; execution ${execution.executionId.slice(0, 8)}, ${kindOf(execution).toLowerCase()}` : ''}</p>
${rollbacks(state, execution)}
${revisions(state)}
${failures(state, execution, runDirectory)}
${executions(state, execution, Date.now())}
<h2>Stages and actions</h2>
${stages(state, execution, critical)}
${timeLine(actions, critical)}
${tests(state, execution?.executionId, runDirectory)}
${endpoints(state)}
${changeSets(state)}
${permissions(runDirectory, clean)}
${messages(state)}
<h2>Logs</h2>
${logs(state, runDirectory, clean)}
</main>
</body>
</html>
`.text;
}

/** When it ran, how long, and on what machine. */
function facts({ startedAt, endedAt }: RunState): string {
  if (!startedAt) return '';
  const took = endedAt ? `, took ${seconds((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}` : '';
  const machine = `${os.type()} ${os.arch()}, ${os.availableParallelism()} cores, Node.js ${process.versions.node}`;
  return `Started ${dateTime(startedAt)}${endedAt ? `, ended ${dateTime(endedAt)}` : ''}${took}; on ${os.hostname()} (${machine})`;
}

function revisions(state: RunState): Part {
  const rows = (judgedExecution(state)?.revisions ?? []).map(
    (one) =>
      markup`<tr><td>${one.repository}</td><td class="commit"><code>${one.commitId.slice(0, 10)}</code>${one.uncommitted ? ' + uncommitted' : ''}</td><td>${one.author ?? ''}</td><td>${one.message?.split('\n')[0] ?? ''}</td></tr>`,
  );
  return rows.length > 0 ? markup`<table>${rows}</table>` : '';
}

function endpoints(state: RunState): Part {
  if (state.endpoints.length === 0) return '';
  const rows = state.endpoints.map(
    (one) =>
      markup`<tr><td>${one.environment}</td><td>${one.url}</td><td>${one.status}</td><td><code>${one.body}</code></td></tr>`,
  );
  return markup`<h2>What answered at the end</h2><table>${rows}</table>`;
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
    return markup`<details><summary>${environment}: ${stackName}, ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}</summary><table>${rows}</table></details>`;
  });
  return markup`<h2>Change sets</h2>${blocks}`;
}

/** What the run noted: warnings first, then what differs from AWS, then the tools. */
function messages(state: RunState): Part {
  const order = ['error', 'warning', 'limit', 'info'];
  const rows = [...new Map(state.messages.map((one) => [`${one.level} ${one.where} ${one.text}`, one])).values()]
    .sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .map(
      (one) =>
        markup`<tr><td>${one.level === 'limit' ? 'differs from AWS' : one.level}</td><td>${one.text}</td><td>${one.where ?? ''}</td></tr>`,
    );
  const tools = state.tools.map(
    (one) => markup`<tr><td>tool ${one.status}</td><td>${one.name}</td><td>${one.detail ?? ''}</td></tr>`,
  );
  return rows.length + tools.length > 0 ? markup`<h2 id="notes">Notes</h2><table>${rows}${tools}</table>` : '';
}

function logs(state: RunState, runDirectory: string, clean: (text: string) => string): Part {
  return [...state.builds.values()].map((build) => {
    const file = path.join(runDirectory, build.log);
    return markup`<details id="${logPlace(build.buildId)}"><summary>${`${build.stage}/${build.action}`} <span class="${build.status}">${build.status.toLowerCase()}</span></summary><p><a href="./${build.log}">the whole log</a></p><pre>${clean(tail(file))}</pre></details>`;
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
