// Approvals that wait: what will be promoted, and the decision.

import { h, keyedList } from './dom.js';
import { ask, hasToken } from './requests.js';
import { dateTime } from './words.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageExecution} PageExecution */
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
  const approval = action.approval ?? { token: '', deadline: '', replaces: [] };
  const id = `approval-${approval.token}`;
  const comment = h('textarea', { id: `${id}-comment`, rows: '2', maxlength: '512' });
  const hint = h('p', { class: 'quiet' });
  const approve = h('button', { type: 'button', class: 'main', onclick: () => void decide('Approved') }, 'Approve');
  const reject = h('button', { type: 'button', class: 'danger', onclick: () => void decide('Rejected') }, 'Reject');

  /** @param {'Approved' | 'Rejected'} status */
  async function decide(status) {
    approve.disabled = reject.disabled = true;
    try {
      const { token } = approval;
      await ask('approval', {
        pipeline: run.pipeline,
        stage,
        action: action.name,
        token,
        status,
        comment: comment.value,
      });
    } catch (error) {
      approve.disabled = reject.disabled = false;
      failed(/** @type {Error} */ (error));
    }
  }

  const link = /^https?:\/\//.test(approval.link ?? '') ? approval.link : undefined;
  const element = h(
    'section',
    { class: 'approval', 'aria-labelledby': id },
    h('h2', { id }, `${stage}/${action.name} waits for your decision`),
    ...(approval.message ? [h('p', {}, approval.message)] : []),
    ...(link ? [h('p', {}, h('a', { href: link, rel: 'noreferrer' }, link))] : []),
    h('p', { class: 'quiet' }, `What ${stage} will get:`),
    h(
      'ul',
      {},
      ...execution.revisions.map(revisionItem),
      ...run.changeSets.filter((one) => one.stage === stage).map((one) => h('li', {}, changesOf(one))),
    ),
    ...(approval.replaces.length > 0
      ? [h('p', { class: 'quiet' }, `What it has now:`), h('ul', {}, ...approval.replaces.map(revisionItem))]
      : []),
    h('p', { class: 'quiet' }, `It waits until ${dateTime(approval.deadline)}.`),
    h('div', {}, h('label', { for: `${id}-comment` }, 'Comment'), comment),
    h('div', { class: 'row' }, approve, reject),
    hint,
  );
  return {
    element,
    /** @param {Waiting} next */
    update: (next) => {
      const may = next.run.controllable && hasToken();
      approve.hidden = reject.hidden = !may;
      hint.hidden = may;
      hint.textContent = next.run.controllable
        ? 'To decide here, open the address that the rehearsal printed in its terminal.'
        : `No rehearsal runs. To decide: saiondo rehearse --resume ${next.run.runId} --serve`;
    },
  };
}

/** @param {PageExecution['revisions'][number]} one */
function revisionItem(one) {
  return h(
    'li',
    {},
    `${one.repository} at `,
    h('span', { class: 'commit' }, one.commitId.slice(0, 10)),
    `${one.uncommitted ? ' with uncommitted changes' : ''}: ${one.message?.split('\n')[0] ?? ''}${one.author ? `, by ${one.author}` : ''}`,
  );
}

/** @param {import('../model').PageChangeSet} set */
export function changesOf({ environment, stackName, changes }) {
  const replaced = changes.filter((one) => one.replacement === 'True').length;
  const removed = changes.filter((one) => one.action === 'Remove').length;
  const security = changes.filter((one) => one.security).length;
  const parts = [
    `${changes.length} changes`,
    ...(replaced ? [`${replaced} replaced`] : []),
    ...(removed ? [`${removed} removed`] : []),
    ...(security ? [`${security} to permissions`] : []),
  ];
  return `${environment ? `${environment}: ` : ''}${stackName}, ${parts.join(', ')}`;
}
