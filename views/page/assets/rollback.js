// The rollback of a stage: what it can return to, what that takes back, and what stays.

import { revisionView } from './approvals.js';
import { openDialog } from './dialog.js';
import { differenceView } from './difference.js';
import { h } from './dom.js';
import { ask, get } from './requests.js';
import { dateTime } from './words.js';

/** @typedef {import('../model').PageRollback} PageRollback */

/**
 * Asks to which execution a stage returns, and returns it there.
 * @param {string} pipeline
 * @param {string} stage
 */
export async function askRollback(pipeline, stage) {
  const path = `rollback/${encodeURIComponent(pipeline)}/${encodeURIComponent(stage)}`;
  /** @type {PageRollback} */
  const first = await get(path);
  const facts = h('div', { 'aria-live': 'polite' });
  const go = h('button', { value: 'yes', class: 'danger' });
  let chosen = '';

  /** @param {PageRollback} rollback */
  function show({ target, difference }) {
    chosen = target?.id ?? '';
    go.disabled = !target;
    go.textContent = target ? `Roll back to ${target.id.slice(0, 8)}` : 'Nothing to roll back to';
    facts.replaceChildren(...(difference ? returnView(difference) : []));
  }

  /** @param {string} id */
  async function choose(id) {
    chosen = id;
    go.disabled = true;
    try {
      /** @type {PageRollback} */
      const rollback = await get(`${path}?to=${encodeURIComponent(id)}`);
      // Somebody who chose another one in the meantime is shown that one.
      if (chosen === id) show(rollback);
    } catch (error) {
      facts.replaceChildren(h('p', { class: 'bad' }, /** @type {Error} */ (error).message));
    }
  }

  show(first);
  const { answer } = openDialog(
    `Roll back ${stage}`,
    [
      ...(first.current
        ? [h('p', { class: 'quiet' }, `${stage} has:`), ...first.current.revisions.map(revisionView)]
        : [h('p', { class: 'quiet' }, `${stage} has nothing yet.`)]),
      h(
        'fieldset',
        // Enter on a choice is not an answer.
        { onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && event.preventDefault() },
        h('legend', {}, 'Return to'),
        ...(first.candidates.length > 0
          ? first.candidates.map((one) => candidate(one, one.id === first.target?.id, choose))
          : [h('p', { class: 'quiet' }, `No execution succeeded in ${stage}.`)]),
      ),
      facts,
    ],
    [go],
  );
  if (await answer) await ask('rollback', { pipeline, stage, target: chosen });
}

/**
 * A rollback deploys old code again: what was done to data and on chains stays.
 * @param {NonNullable<PageRollback['difference']>} difference
 */
function returnView(difference) {
  const stays = [
    ...difference.migrations.map((one) =>
      h(
        'li',
        {},
        h('p', { class: 'bad' }, `The migration ${one.name}: the code that returns has to work with it.`),
        h('details', {}, h('summary', {}, 'SQL'), h('pre', { tabindex: '0' }, one.sql.trim())),
      ),
    ),
    ...difference.contracts.map((one) =>
      h('li', { class: 'bad' }, `What was deployed of ${one}: the code that returns keeps the address it had.`),
    ),
  ];
  return [
    ...(stays.length > 0 ? [h('section', {}, h('h3', {}, 'What stays'), h('ul', { class: 'plain' }, ...stays))] : []),
    h('h3', {}, 'What came since, and is taken back'),
    differenceView({ ...difference, migrations: [], contracts: [] }),
  ];
}

/**
 * @param {PageRollback['candidates'][number]} one
 * @param {boolean} checked
 * @param {(id: string) => void} choose
 */
function candidate(one, checked, choose) {
  return h(
    'label',
    { class: 'candidate' },
    h('input', {
      type: 'radio',
      name: 'target',
      value: one.id,
      checked,
      disabled: !one.eligible,
      onchange: () => choose(one.id),
    }),
    h(
      'span',
      {},
      h('span', { class: 'commit' }, one.id.slice(0, 8)),
      one.startedAt ? ` ${dateTime(one.startedAt)}` : '',
      ...one.revisions.map(revisionView),
      ...(one.why ? [h('span', { class: 'quiet' }, one.why)] : []),
    ),
  );
}
