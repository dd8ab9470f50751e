// The pipeline at a glance: its stages side by side, each a way to its actions below.

import { h, keyedList, setAttribute, setText } from './dom.js';
import { mark, stageState, took } from './words.js';

/** @typedef {import('../model').PageStage} PageStage */
/** @typedef {import('../model').PageExecution} PageExecution */
/** @typedef {{ stage: PageStage, live: boolean }} Item */

/**
 * @param {Element} parent
 * @param {(stage: string) => void} goTo
 * @returns {(execution: PageExecution | undefined, live: boolean) => void}
 */
export function overview(parent, goTo) {
  const show = keyedList(
    parent,
    (/** @type {Item} */ item) => item.stage.name,
    (first) => {
      const state = h('span', { class: 'state', 'aria-hidden': 'true' });
      const how = h('span', { class: 'quiet small' });
      const button = h(
        'button',
        { type: 'button', class: 'glance', onclick: () => goTo(first.stage.name) },
        h('span', { class: 'glance-name' }, state, '\u00a0', first.stage.name),
        how,
      );
      return {
        element: h('li', {}, button),
        /** @param {Item} item */
        update: ({ stage, live }) => {
          const open = ['NotReached', 'InProgress', 'NotRehearsed'];
          const done = stage.actions.filter((one) => !open.includes(one.status)).length;
          const waits = stage.actions.some((one) => one.approval && one.status === 'InProgress');
          setAttribute(button, 'data-status', waits ? 'Waiting' : stage.status);
          setText(state, mark(stage.status));
          const time = took(stage.startedAt, stage.endedAt, live);
          const words = waits ? 'waits for you' : stageState(stage);
          setText(how, [words, `${done}/${stage.actions.length}`, time].filter(Boolean).join(' · '));
        },
      };
    },
  );
  return (execution, live) => show((execution?.stages ?? []).map((stage) => ({ stage, live })));
}
