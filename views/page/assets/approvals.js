// Approvals that wait: what the stage will get and what it has, and the decision.

import { confirm } from './dialog.js';
import { differenceView, short } from './difference.js';
import { h, keyedList } from './dom.js';
import { ask, get } from './requests.js';
import { dateTime } from './words.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageExecution} PageExecution */
/** @typedef {import('../model').PagePromotion} PagePromotion */
/** @typedef {{ run: PageRun, execution: PageExecution, stage: string, action: import('../model').PageAction }} Waiting */

/**
 * @param {Element} parent
 * @param {(error: Error) => void} failed
 */
export function approvalList(parent, failed) {
  const show = keyedList(
    parent,
    (/** @type {Waiting} */ item) => `${item.run.runId}/${item.action.approval?.token}`,
    (item) => approvalView(item, failed),
  );
  /** @param {PageRun} run */
  return (run) => show(waitingOf(run));
}

/**
 * @param {PageRun} run
 * @returns {Waiting[]}
 */
export function waitingOf(run) {
  return run.executions.flatMap((execution) =>
    execution.stages.flatMap((stage) =>
      stage.actions
        .filter((action) => action.status === 'InProgress' && action.approval && !action.approval.status)
        .map((action) => ({ run, execution, stage: stage.name, action })),
    ),
  );
}

/**
 * @param {Waiting} item
 * @param {(error: Error) => void} failed
 */
function approvalView({ run, execution, stage, action }, failed) {
  const approval = action.approval ?? { token: '', deadline: '' };
  const id = `approval-${approval.token}`;
  const comment = h('textarea', { id: `${id}-comment`, rows: '2', maxlength: '512' });
  const hint = h('p', { class: 'quiet' });
  const approve = h('button', { type: 'button', class: 'main', onclick: () => void decide('Approved') }, 'Approve');
  const reject = h('button', { type: 'button', class: 'danger', onclick: () => void decide('Rejected') }, 'Reject');
  const gets = h('div', { 'aria-live': 'polite', 'aria-busy': 'true' }, h('p', { class: 'quiet' }, 'Comparing …'));
  /** @type {PagePromotion | undefined} */
  let shown;

  /** @returns {Promise<boolean>} whether what is shown is what it was */
  async function compare() {
    const path = [run.pipeline, stage, action.name].map(encodeURIComponent).join('/');
    try {
      /** @type {PagePromotion} */
      const promotion = await get(`promotion/${path}`);
      const same = JSON.stringify(promotion) === JSON.stringify(shown);
      shown = promotion;
      if (!same) gets.replaceChildren(...promotionView(promotion, execution));
      return same;
    } catch (error) {
      const what = `What ${stage} would get could not be compared: ${/** @type {Error} */ (error).message}`;
      const same = gets.textContent === what;
      shown = undefined;
      gets.replaceChildren(h('p', { class: 'warn' }, what));
      return same;
    } finally {
      gets.setAttribute('aria-busy', 'false');
    }
  }

  /** @param {'Approved' | 'Rejected'} status */
  async function decide(status) {
    const approves = status === 'Approved';
    approve.disabled = reject.disabled = true;
    try {
      // What the stage has may have changed since it was shown.
      if (approves && !(await compare())) throw new Error('What is shown has changed: look at it again.');
      const of = shown?.stage ?? stage;
      const answer = await confirm({
        title: approves ? `Approve ${stage}/${action.name}?` : `Reject ${stage}/${action.name}?`,
        text: approves
          ? [
              `${of} gets ${revisionsText(execution) || `the execution ${execution.executionId.slice(0, 8)}`}.`,
              ...(shown ? [`In it: ${shown.difference.summary}.`] : []),
            ]
          : [`The execution ${execution.executionId.slice(0, 8)} fails here, and ${of} stays as it is.`],
        choices: [
          approves
            ? { value: 'yes', label: `Approve ${execution.executionId.slice(0, 8)}`, kind: 'main' }
            : { value: 'yes', label: `Reject ${execution.executionId.slice(0, 8)}`, kind: 'danger' },
        ],
      });
      if (!answer) {
        approve.disabled = reject.disabled = false;
        return;
      }
      const { token } = approval;
      const said = comment.value;
      await ask('approval', { pipeline: run.pipeline, stage, action: action.name, token, status, comment: said });
    } catch (error) {
      approve.disabled = reject.disabled = false;
      failed(/** @type {Error} */ (error));
    }
  }

  const decision = h(
    'div',
    {},
    h('label', { for: `${id}-comment` }, 'Comment'),
    comment,
    h('div', { class: 'row' }, approve, reject),
  );
  const link = /^https?:\/\//.test(approval.link ?? '') ? approval.link : undefined;
  const element = h(
    'section',
    { class: 'approval', 'aria-labelledby': id },
    h('h2', { id }, `${stage}/${action.name} waits for your decision`),
    h('p', { class: 'quiet' }, `until ${dateTime(approval.deadline)} · execution ${execution.executionId.slice(0, 8)}`),
    ...(approval.message ? [h('p', {}, approval.message)] : []),
    ...(link ? [h('p', {}, h('a', { href: link, rel: 'noreferrer' }, link))] : []),
    gets,
    decision,
    hint,
  );
  // What it would get is there before anybody can say yes to it.
  approve.disabled = true;
  void compare().then(() => (approve.disabled = false));
  return {
    element,
    /** @param {Waiting} next */
    update: (next) => {
      const may = next.run.controllable;
      approve.hidden = reject.hidden = decision.hidden = !may;
      hint.hidden = may;
      hint.textContent = next.run.controllable
        ? 'To decide here, open the address that the rehearsal printed in its terminal.'
        : `No rehearsal runs. To decide: saiondo rehearse --resume ${next.run.runId} --serve`;
    },
  };
}

/**
 * @param {PagePromotion} promotion
 * @param {PageExecution} execution
 */
function promotionView({ stage, approval, execution: gets, last, difference }, execution) {
  const other = approval.executionId !== execution.executionId;
  return [
    ...(other
      ? [h('p', { class: 'bad' }, `Another execution waits now: ${approval.executionId}. It is the one compared here.`)]
      : []),
    h(
      'dl',
      { class: 'sides' },
      h('dt', {}, `${stage} gets`),
      h('dd', {}, ...gets.revisions.map(revisionView)),
      h('dt', {}, `${stage} has`),
      h(
        'dd',
        {},
        ...(last ? last.revisions.map(revisionView) : [h('p', { class: 'quiet' }, 'nothing that was delivered here')]),
      ),
    ),
    differenceView(difference),
  ];
}

/** @param {PagePromotion['execution']['revisions'][number]} one */
export function revisionView({ source, repository, commit, message, author }) {
  return h(
    'p',
    {},
    `${repository ?? source} `,
    h('span', { class: 'commit' }, short(commit)),
    ` ${message?.split('\n')[0] ?? ''} `,
    h('span', { class: 'quiet' }, author ?? ''),
  );
}

/** @param {PageExecution} execution */
function revisionsText({ revisions }) {
  return revisions
    .map((one) => `${one.repository} ${short(one.commitId)} (${one.message?.split('\n')[0] ?? ''})`)
    .join(' and ');
}
