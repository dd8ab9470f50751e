// The executions of a run, where there are several: each a link.

import { short } from './difference.js';
import { h, keyedList, setAttribute, setText } from './dom.js';
import { mark, stateWord, triggerWord } from './words.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageExecution} PageExecution */
/** @typedef {{ runId: string, execution: PageExecution, shown: boolean }} Item */

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
  return ({ runId, executions }, shown) => {
    show([...executions].reverse().map((execution) => ({ runId, execution, shown: execution === shown })));
    return executions.length > 1;
  };
}

/** @param {Item} first */
function executionLink({ runId, execution: { executionId, trigger, mode, rollbackTarget, rollbackStage } }) {
  const state = h('span', { class: 'state', 'aria-hidden': 'true' });
  const word = h('span', { class: 'unseen' });
  const text = h('span', {});
  const what =
    mode === 'ROLLBACK' ? `${rollbackStage} back to ${rollbackTarget?.slice(0, 8)}` : `by ${triggerWord(trigger)}`;
  const link = h(
    'a',
    { href: `#run=${encodeURIComponent(runId)}&execution=${encodeURIComponent(executionId)}` },
    state,
    word,
    h('span', { class: 'commit' }, executionId.slice(0, 8)),
    h('span', { class: 'quiet' }, what),
    text,
  );
  return {
    element: h('li', {}, link),
    /** @param {Item} item */
    update: ({ execution, shown }) => {
      setAttribute(link, 'data-status', execution.status);
      setText(state, mark(execution.status));
      setText(word, stateWord(execution.status));
      setText(
        text,
        execution.revisions.map((one) => `${short(one.commitId)} ${one.message?.split('\n')[0] ?? ''}`).join(', '),
      );
      if (shown) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    },
  };
}
