// The executions of a run, where there are several: each a link.

import { short } from './difference.js';
import { h, keyedList, setAttribute, setText } from './dom.js';
import { mark, stateWord, timeOfDay, took } from './words.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageExecution} PageExecution */
/** @typedef {{ runId: string, execution: PageExecution, shown: boolean, live: boolean }} Item */

/**
 * @param {Element} parent
 * @returns {(run: PageRun, shown: PageExecution | undefined) => boolean} whether there is anything to choose from
 */
export function executionList(parent) {
  const show = keyedList(
    parent,
    (/** @type {Item} */ item) => `${item.runId}/${item.execution.executionId}`,
    executionLink,
  );
  return ({ runId, executions, live }, shown) => {
    show([...executions].reverse().map((execution) => ({ runId, execution, live, shown: execution === shown })));
    return executions.length > 1;
  };
}

/** @param {Item} first */
function executionLink({ runId, execution: { executionId, kind } }) {
  const state = h('span', { class: 'state', 'aria-hidden': 'true' });
  const word = h('span', { class: 'unseen' });
  const text = h('span', {});
  const when = h('span', { class: 'quiet' });
  const link = h(
    'a',
    { href: `#run=${encodeURIComponent(runId)}&execution=${encodeURIComponent(executionId)}` },
    state,
    word,
    h('span', { class: 'commit' }, executionId.slice(0, 8)),
    h('span', { class: 'quiet' }, kind),
    when,
    text,
  );
  return {
    element: h('li', {}, link),
    /** @param {Item} item */
    update: ({ execution, shown, live }) => {
      setAttribute(link, 'data-status', execution.status);
      setText(state, mark(execution.status));
      setText(word, stateWord(execution.status));
      setText(
        text,
        execution.revisions.map((one) => `${short(one.commitId)} ${one.message?.split('\n')[0] ?? ''}`).join(', '),
      );
      setText(when, `${timeOfDay(execution.startedAt)}, ${took(execution.startedAt, execution.endedAt, live)}`);
      if (shown) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    },
  };
}
