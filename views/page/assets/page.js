// The page: one run, live, and the list of runs. State comes from the server as a whole; nothing is kept here but what a person opened.

import { chosen } from './address.js';
import { approvalList, waitingOf } from './approvals.js';
import { executionList } from './executions.js';
import { showChanges, showNotes } from './facts.js';
import { failedCard } from './failed.js';
import { byId, h, keyedList, setAttribute, setText } from './dom.js';
import { askRetry, askStart, askStop, askTransition } from './changes.js';
import { follow as followStream, get, NotOpen, openSession } from './requests.js';
import { overview } from './overview.js';
import { permissionTable } from './permissions.js';
import { comparison, durationChart } from './runs.js';
import { testList } from './tests.js';
import { askRollback } from './rollback.js';
import { stageList } from './stages.js';
import { timeline } from './timeline.js';
import { dateTime, holdClock, stateWord, took } from './words.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageListedRun} PageListedRun */

/** How often the list of runs is asked for, in milliseconds. */
const LIST_INTERVAL = 5000;

/** @type {PageRun | undefined} */
let run;
/** @type {PageListedRun[]} */
let listed = [];
/** @type {(() => void) | undefined} */
let leave;
let following = '';

const problem = byId('problem');
const controls = byId('controls');
const stop = h(
  'button',
  {
    type: 'button',
    class: 'danger',
    hidden: true,
    onclick: () => attempt(() => askStop(shownRun(), shownExecution())),
  },
  'Stop…',
);
const start = h(
  'button',
  { type: 'button', hidden: true, onclick: () => attempt(() => askStart(shownRun(), shownExecution())) },
  'Start a new execution…',
);
controls.append(stop, start);

const showApprovals = approvalList(byId('approvals'), failed);
const showStages = stageList(byId('stages'), {
  retry: (stage, execution) => attempt(() => askRetry(shownRun(), execution, stage.name)),
  rollBack: (stage) => attempt(() => askRollback(shownRun().pipeline, stage.name)),
  transition: (stage) => attempt(() => askTransition(shownRun().pipeline, stage)),
});
const showFailed = failedCard(byId('failed'), {
  retry: (stage, execution) => attempt(() => askRetry(shownRun(), execution, stage.name)),
});
const showExecutions = executionList(byId('executions'));
const showOverview = overview(byId('overview'), goToStage);
const showChart = durationChart(byId('chart'));
const showComparison = comparison(byId('compare'));
const showTests = testList(byId('tests-section'), byId('tests'));
const showPermissions = permissionTable(byId('permissions-section'), byId('permissions'));
const showTimeline = timeline(byId('timeline'));
const showRevisions = keyedList(
  byId('revisions'),
  (/** @type {{ actionName: string }} */ one) => one.actionName,
  () => {
    const element = h('li', {});
    return {
      element,
      /** @param {any} one */
      update: (one) => {
        const shape = JSON.stringify(one);
        if (element.dataset.shown === shape) return;
        element.dataset.shown = shape;
        element.replaceChildren(
          `${one.repository} `,
          h('span', { class: 'commit' }, one.commitId.slice(0, 10)),
          ` ${one.message?.split('\n')[0] ?? ''} `,
          h('span', { class: 'quiet' }, one.author ?? ''),
        );
      },
    };
  },
);
const showRuns = keyedList(byId('runs'), (/** @type {PageListedRun} */ one) => one.runId, runLink);

/** @returns {PageRun} */
function shownRun() {
  if (!run) throw new Error('no run is shown yet');
  return run;
}

/** Brings a stage into view, with the focus on it. @param {string} name */
function goToStage(name) {
  const stage = [...byId('stages').querySelectorAll('h3')].find((one) => one.textContent === name);
  stage?.setAttribute('tabindex', '-1');
  stage?.focus({ preventScroll: true });
  stage?.closest('.stage')?.scrollIntoView({ block: 'nearest' });
}

/** The execution that is looked at: the one that was chosen, else the one that the verdict is about. */
function shownExecution() {
  const of = (/** @type {string | null | undefined} */ id) => run?.executions.find((one) => one.executionId === id);
  return of(chosen('execution')) ?? of(run?.judged) ?? run?.executions.at(-1);
}

/**
 * Does what a button asks; what is refused is said at the page's top.
 * @param {() => Promise<void>} work
 */
async function attempt(work) {
  problem.hidden = true;
  try {
    await work();
  } catch (error) {
    failed(/** @type {Error} */ (error));
  }
}

/** @param {Error} error */
function failed(error) {
  problem.hidden = false;
  problem.textContent = error.message;
  problem.scrollIntoView({ block: 'nearest' });
}

/** @param {{ readonly verdict?: string, readonly live: boolean }} one */
function verdictOf({ verdict, live }) {
  return verdict ?? (live ? 'running' : 'interrupted');
}

/** @param {PageListedRun} first */
function runLink(first) {
  const name = h('span', { class: 'run-name' });
  const state = h('span', { class: 'state' });
  const text = h('span', { class: 'quiet' });
  const line = h('span', {}, state, ' ', text);
  const link = h('a', { href: `#run=${encodeURIComponent(first.runId)}` }, name, h('br'), line);
  return {
    element: h('li', {}, link),
    /** @param {PageListedRun} one */
    update: (one) => {
      setText(name, one.startedAt ? dateTime(one.startedAt) : one.runId);
      const verdict = verdictOf(one);
      setAttribute(line, 'data-status', verdict);
      setText(state, verdict);
      setText(text, [one.commit, one.message].filter(Boolean).join(' '));
      if (one.runId === following) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    },
  };
}

function show() {
  if (!run) return;
  const execution = shownExecution();
  const waits = waitingOf(run).length > 0;
  const judged = execution === undefined || execution.executionId === run.judged;
  // Another execution than the judged one has its own state, and the run's summary says nothing of it.
  const verdict = judged ? (waits ? 'waiting' : verdictOf(run)) : execution.status;
  document.title = `${verdict} · ${run.pipeline}`;
  setText(byId('pipeline'), run.pipeline || run.runId);
  setText(byId('verdict'), stateWord(verdict));
  setAttribute(byId('verdict'), 'data-status', verdict);
  const facts = [
    run.runId,
    took(run.startedAt, run.endedAt, run.live),
    execution && `execution ${execution.executionId.slice(0, 8)}: ${execution.kind}`,
    judged ? run.summary : execution.detail,
  ];
  setText(byId('facts'), facts.filter(Boolean).join(' · '));
  showRevisions(execution?.revisions ?? []);
  const may = run.controllable;
  const inProgress = execution?.status === 'InProgress' || execution?.status === 'Waiting';
  stop.hidden = !(may && inProgress && (run.live || waits));
  start.hidden = !(may && run.current);
  byId('executions-section').hidden = !showExecutions(run, execution);
  showApprovals(run);
  showFailed(run, execution, may);
  showOverview(execution, run.live);
  if (execution) showStages({ run, execution }, may);
  showTests(
    run.runId,
    run.executions
      .flatMap((one) => one.stages.flatMap((stage) => stage.actions))
      .reduce((sum, one) => sum + (one.build?.reports.length ?? 0), 0),
  );
  showPermissions(
    run.runId,
    run.executions
      .flatMap((one) => one.stages.flatMap((stage) => stage.actions))
      .map((one) => one.endedAt ?? one.startedAt ?? '')
      .join(),
  );
  const { pipeline, runId } = run;
  byId('chart').hidden = !showChart(listed, runId);
  byId('compare-section').hidden = !listed.some((one) => one.pipeline === pipeline && one.runId !== runId);
  showComparison(run, listed);
  byId('timeline-section').hidden = !showTimeline(execution, run.live);
  showChanges(run);
  showNotes(run);
}

/**
 * Says what a person who does not look would want to know: a stage that ended, an approval that waits.
 * @param {PageRun | undefined} before
 * @param {PageRun} now
 */
function announce(before, now) {
  if (!before || before.runId !== now.runId) return;
  const known = new Map(before.executions.at(-1)?.stages.map((stage) => [stage.name, stage.status]));
  const said = (now.executions.at(-1)?.stages ?? [])
    .filter(
      (stage) => known.get(stage.name) !== stage.status && ['Succeeded', 'Failed', 'Stopped'].includes(stage.status),
    )
    .map((stage) => `${stage.name} ${stage.status.toLowerCase()}.`);
  if (waitingOf(now).length > waitingOf(before).length) said.push('An approval waits for your decision.');
  if (said.length > 0) byId('announcer').textContent = said.join(' ');
}

/** Says at the top, always in view, whether the server answers; clocks stand still while it does not. @param {boolean} now */
function connected(now) {
  setText(byId('connection'), now ? '' : 'Connection lost. You see the last known state. Reconnecting…');
  document.body.classList.toggle('gone', !now);
  holdClock(now ? undefined : Date.now());
}

/** @param {string} runId */
function follow(runId) {
  if (following === runId) return;
  following = runId;
  leave?.();
  leave = followStream(
    `runs/${encodeURIComponent(runId)}/events`,
    (next) => {
      connected(true);
      announce(run, next);
      run = next;
      show();
    },
    () => connected(false),
  );
}

async function list() {
  try {
    const runs = await get('runs');
    const wanted = chosen('run') ?? runs[0]?.runId;
    if (wanted) follow(wanted);
    else setText(byId('facts'), 'No run yet. Start one: npx saiondo rehearse');
    listed = runs;
    showRuns(runs);
  } catch (error) {
    if (error instanceof NotOpen) failed(error);
    else connected(false);
  }
}

await openSession();
addEventListener('hashchange', () => {
  show();
  void list();
});
setInterval(() => void list(), LIST_INTERVAL);
setInterval(show, 1000);
void list();
