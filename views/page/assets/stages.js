// Longer than 300 lines: a stage, its actions and what an opened action shows share what a person opened.
// Stages and their actions, and what an opened action shows.

import { chosen } from './address.js';
import { h, keyedList, setAttribute, setText } from './dom.js';
import { logView } from './log.js';
import { mark, seconds, stageState, stateWord, took } from './words.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageExecution} PageExecution */
/** @typedef {import('../model').PageStage} PageStage */
/** @typedef {import('../model').PageAction} PageAction */
/** @typedef {{ run: PageRun, execution: PageExecution }} Shown */
/** @typedef {{ stage: PageStage, shown: Shown }} StageItem */
/** @typedef {{ action: PageAction, stage: PageStage, shown: Shown }} ActionItem */

/** A stage with more actions is folded when it went well. */
const LONG = 6;

/** Actions that a person opened or closed stay so; a failed one, and one that the address names, open by themselves, once. */
const opened = new Map();

/**
 * What a person asks of a stage of an execution.
 * @typedef {{
 *   retry: (stage: PageStage, execution: PageExecution) => void,
 *   rollBack: (stage: PageStage) => void,
 *   transition: (stage: PageStage) => void,
 * }} StageRequests
 */

/**
 * @param {Element} parent
 * @param {StageRequests} requests
 * @returns {(shown: Shown, mayChange: boolean) => void}
 */
export function stageList(parent, requests) {
  let mayChange = false;
  const show = keyedList(
    parent,
    (/** @type {StageItem} */ item) => `${item.shown.run.runId}/${item.shown.execution.executionId}/${item.stage.name}`,
    (first) => stageView(first, () => mayChange, requests),
  );
  return (shown, may) => {
    mayChange = may;
    show(shown.execution.stages.map((stage) => ({ stage, shown })));
  };
}

/**
 * @param {StageItem} first
 * @param {() => boolean} mayChange
 * @param {StageRequests} requests
 */
function stageView(first, mayChange, requests) {
  let current = first;
  const stageName = first.stage.name;
  const state = h('span', { class: 'state', 'aria-hidden': 'true' });
  const word = h('span', { class: 'quiet' });
  const time = h('span', { class: 'time' });
  const again = button('Retry…', `Retry ${stageName}`, () => requests.retry(current.stage, current.shown.execution));
  const back = button('Roll back…', `Roll back ${stageName}`, () => requests.rollBack(current.stage));
  const list = h('ol', { class: 'plain', id: `actions-${stageName.replace(/[^A-Za-z0-9]/g, '-')}` });
  /** @type {boolean | undefined} */
  let unfolded;
  const fold = h('button', {
    type: 'button',
    class: 'small',
    hidden: true,
    'aria-controls': list.id,
    onclick: () => {
      unfolded = list.hidden === true;
      showList(current.stage);
    },
  });
  const head = h(
    'div',
    { class: 'stage-head' },
    state,
    h('h3', {}, stageName),
    word,
    time,
    h('span', { class: 'stage-buttons' }, fold, again, back),
  );
  const box = h('div', { class: 'stage' }, head, list);
  const held = h('span', {});
  const turn = button('', '', () => requests.transition(current.stage));
  const transition = h('div', { class: 'transition' }, held, turn);
  const element = h('li', {}, transition, box);
  const actions = keyedList(list, (/** @type {ActionItem} */ item) => item.action.name, actionView);
  return {
    element,
    /** @param {StageItem} item */
    update: ({ stage, shown }) => {
      current = { stage, shown };
      setAttribute(box, 'data-status', stage.status);
      setAttribute(head, 'data-status', stage.status);
      setText(state, mark(stage.status));
      showList(stage);
      const count = `${stage.actions.length} ${stage.actions.length === 1 ? 'action' : 'actions'}`;
      const how = stageState(stage);
      const said = stage.detail ? `${how}: ${stage.detail}` : how;
      setText(word, stage.status === 'NotReached' ? `${said} (${count})` : said);
      setText(time, took(stage.startedAt, stage.endedAt, shown.run.live));
      const may = mayChange();
      again.hidden = !(may && ['Failed', 'Stopped'].includes(stage.status));
      // A source stage is never rolled back, nor one that works.
      back.hidden = !(may && stage.transition && !['InProgress', 'Stopping'].includes(stage.status));
      showTransition(stage, may && shown.run.current);
      actions(stage.actions.map((action) => ({ action, stage, shown })));
    },
  };

  /** What is not reached yet is one line: how much is to come. A long stage that went well is folded until somebody opens it. @param {PageStage} stage */
  function showList(stage) {
    const named = chosen('action')?.startsWith(`${stageName}/`) === true;
    const quiet = stage.status === 'Succeeded' && stage.actions.length > LONG && !named;
    fold.hidden = !quiet;
    list.hidden = stage.status === 'NotReached' || (quiet && !unfolded);
    setText(fold, list.hidden ? `Show ${stage.actions.length} actions` : 'Hide actions');
    setAttribute(fold, 'aria-expanded', String(!list.hidden));
  }

  /** @param {PageStage} stage @param {boolean} may */
  function showTransition({ transition: into }, may) {
    transition.hidden = !into;
    if (!into) return;
    setAttribute(transition, 'data-enabled', String(into.enabled));
    setText(
      held,
      into.enabled ? '↓' : `✕ Transition to ${stageName} is disabled${into.reason ? `: ${into.reason}` : ''}`,
    );
    turn.hidden = !may;
    setText(turn, into.enabled ? 'Disable transition…' : 'Enable transition…');
    setAttribute(turn, 'aria-label', `${into.enabled ? 'Disable' : 'Enable'} transition… into ${stageName}`);
  }
}

/**
 * A small button whose name says of which stage it is.
 * @param {string} text
 * @param {string} label
 * @param {() => void} onclick
 */
function button(text, label, onclick) {
  return h('button', { type: 'button', class: 'small', hidden: true, 'aria-label': label, onclick }, text);
}

/** @param {ActionItem} first */
function actionView(first) {
  const { shown, stage } = first;
  const key = `${shown.run.runId}/${shown.execution.executionId}/${stage.name}/${first.action.name}`;
  const id = `action-${key.replace(/[^A-Za-z0-9]/g, '-')}`;
  let item = first;
  /** @type {ReturnType<typeof detailsView> | undefined} */
  let details;
  const state = h('span', { class: 'state', 'aria-hidden': 'true' });
  const name = h('span', {}, first.action.name);
  const note = h('span', { class: 'note' });
  const time = h('span', { class: 'time' });
  const word = h('span', { class: 'unseen' });
  const open = h(
    'button',
    { type: 'button', class: 'open', 'aria-expanded': 'false', 'aria-controls': id, onclick: () => toggle(!details) },
    state,
    h('span', {}, name, word),
    note,
    time,
  );
  const panel = h('div', { class: 'details', id, hidden: true });
  const element = h('li', { class: 'action' }, open, panel);

  /** @param {boolean} show */
  function toggle(show) {
    opened.set(key, show);
    place(show);
  }

  /** @param {boolean} show */
  function place(show) {
    open.setAttribute('aria-expanded', String(show));
    panel.hidden = !show;
    if (show && !details) {
      details = detailsView(item);
      panel.replaceChildren(details.element);
      details.update(item);
    } else if (!show && details) {
      details.stop();
      details = undefined;
      panel.replaceChildren();
    }
  }

  return {
    element,
    /** @param {ActionItem} next */
    update: (next) => {
      item = next;
      const { action, shown: now } = next;
      setAttribute(open, 'data-status', action.status);
      setText(state, mark(action.status));
      setText(word, `, ${stateWord(action.status)}`);
      setText(note, noteOf(action));
      setText(time, took(action.startedAt, action.endedAt, now.run.live));
      open.disabled = action.status === 'NotReached';
      if (!open.disabled && !opened.has(key)) {
        const wanted = chosen('action') === `${next.stage.name}/${action.name}`;
        if (wanted || action.status === 'Failed') toggle(true);
        if (wanted) requestAnimationFrame(() => element.scrollIntoView());
      }
      details?.update(next);
    },
    remove: () => details?.stop(),
  };
}

/** @param {PageAction} action */
function noteOf(action) {
  if (action.status === 'InProgress') {
    if (action.approval) return 'waits for approval';
    return action.build?.command?.split('\n')[0] ?? action.provider;
  }
  if (action.status === 'NotRehearsed') return action.summary ?? `needs ${(action.missing ?? []).join(', ')}`;
  return action.failure?.message ?? action.summary ?? (action.status === 'NotReached' ? action.provider : '');
}

/** @param {ActionItem} first */
function detailsView({ action: first, shown }) {
  const facts = h('p', { class: 'quiet' });
  const phases = h('p', { class: 'phases' });
  const failure = h('div', { class: 'failure', hidden: true });
  const tests = h('div', {});
  const logs = h('div', {});
  /** @type {ReturnType<typeof logView> | undefined} */
  let log;
  let logOf = '';
  return {
    element: h('div', {}, facts, phases, failure, tests, logs),
    /** @param {ActionItem} item */
    update: ({ action, stage }) => {
      const attempts = action.attempts > 1 ? `, attempt ${action.attempts}` : '';
      setText(facts, `${action.provider}, run order ${action.runOrder}${attempts}`);
      setText(
        phases,
        (action.build?.phases ?? [])
          .map((one) => `${one.name} ${one.seconds === undefined ? stateWord(one.status) : seconds(one.seconds)}`)
          .join(' · '),
      );
      showFailure(failure, action);
      showTests(tests, action);
      const build = action.build?.buildId ?? '';
      if (build !== logOf) {
        log?.stop();
        logOf = build;
        log = build ? logView(shown.run.runId, build, `${stage.name}/${first.name}`) : undefined;
        logs.replaceChildren(...(log ? [log.element] : []));
      }
    },
    stop: () => log?.stop(),
  };
}

/**
 * @param {HTMLElement} element
 * @param {PageAction} action
 */
function showFailure(element, action) {
  const { failure } = action;
  element.hidden = !failure;
  const shape = JSON.stringify(failure ?? null);
  if (!failure || element.dataset.shown === shape) return;
  element.dataset.shown = shape;
  const where = failure.where && [failure.where.file, failure.where.line].filter(Boolean).join(':');
  element.replaceChildren(
    h('p', {}, failure.message),
    ...(where ? [h('p', { class: 'quiet' }, `at ${where}`)] : []),
    ...(failure.command ? [h('p', {}, h('code', {}, failure.command))] : []),
    ...(failure.next ? [h('p', {}, `→ ${failure.next}`)] : []),
  );
}

/**
 * @param {HTMLElement} element
 * @param {PageAction} action
 */
function showTests(element, action) {
  const reports = action.build?.reports ?? [];
  const shape = JSON.stringify(reports);
  if (element.dataset.shown === shape) return;
  element.dataset.shown = shape;
  element.replaceChildren(
    ...reports.flatMap((report) => [
      h('p', {}, `${report.group}: ${report.passed} of ${report.total} passed, ${report.failed + report.error} failed`),
      ...report.failures.map((one) =>
        h(
          'details',
          {},
          h('summary', {}, [one.suite, one.name].filter(Boolean).join(' › ')),
          h('pre', { tabindex: '0' }, one.message ?? ''),
        ),
      ),
    ]),
  );
}
