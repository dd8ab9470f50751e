// The time line of an execution: one row an action, on one scale.

import { h, keyedList, setAttribute, setText } from './dom.js';
import { seconds, stateWord } from './words.js';

/** @typedef {import('../model').PageExecution} PageExecution */
/** @typedef {{ name: string, status: string, start: number, end: number, from: number, to: number }} Bar */

/** @param {Element} parent */
export function timeline(parent) {
  const show = keyedList(parent, (/** @type {Bar} */ bar) => bar.name, barView);
  /**
   * @param {PageExecution | undefined} execution
   * @param {boolean} live
   */
  return (execution, live) => {
    const started = (execution?.stages ?? []).flatMap((stage) =>
      stage.actions.flatMap((action) =>
        action.startedAt
          ? [
              {
                name: `${stage.name}/${action.name}`,
                status: action.status,
                start: Date.parse(action.startedAt),
                ended: action.endedAt,
              },
            ]
          : [],
      ),
    );
    const ends = started.map((one) => (one.ended ? Date.parse(one.ended) : live ? Date.now() : one.start));
    const from = Math.min(...started.map((one) => one.start));
    const to = Math.max(...ends);
    show(started.map((one, at) => ({ ...one, end: ends[at] ?? one.start, from, to })));
    return started.length > 0;
  };
}

/** @param {Bar} first */
function barView(first) {
  const bar = h('span', { class: 'bar' });
  const time = h('span', { class: 'time' });
  const word = h('span', { class: 'unseen' });
  const element = h(
    'li',
    { class: 'bar-row' },
    h('span', {}, first.name),
    h('span', { class: 'track' }, bar),
    h('span', {}, time, word),
  );
  return {
    element,
    /** @param {Bar} item */
    update: ({ status, start, end, from, to }) => {
      const all = Math.max(to - from, 1);
      setAttribute(element, 'data-status', status);
      bar.style.left = `${(((start - from) / all) * 100).toFixed(2)}%`;
      bar.style.width = `${(((end - start) / all) * 100).toFixed(2)}%`;
      setText(time, seconds((end - start) / 1000));
      setText(word, `, ${stateWord(status)}, began after ${seconds((start - from) / 1000)}`);
    },
  };
}
