// What a run has told in addition to its stages: change sets, endpoints, notes.

import { byId, h } from './dom.js';

/** @typedef {import('../model').PageRun} PageRun */

/** @param {PageRun} shown */
export function showChanges({ changeSets }) {
  const parent = byId('changes');
  byId('changes-section').hidden = changeSets.length === 0;
  const shape = JSON.stringify(changeSets);
  if (parent.dataset.shown === shape) return;
  parent.dataset.shown = shape;
  parent.replaceChildren(
    ...changeSets.map((set) =>
      h(
        'details',
        {},
        h('summary', {}, changesOf(set)),
        h(
          'ul',
          {},
          ...set.changes.map((one) =>
            h(
              'li',
              {},
              `${one.action}${one.replacement === 'True' ? ' (replaced)' : ''} ${one.logicalId}, ${one.type}`,
            ),
          ),
        ),
      ),
    ),
  );
}

/** @param {PageRun} shown */
export function showNotes({ notes, endpoints }) {
  const parent = byId('notes');
  const lines = [
    ...endpoints.map((one) => `${one.environment}: ${one.url} answers ${one.status}`),
    ...notes.map(
      (one) =>
        `${one.level === 'limit' ? 'differs from AWS' : one.level}: ${one.text}${one.where ? ` (${one.where})` : ''}`,
    ),
  ];
  byId('notes-section').hidden = lines.length === 0;
  const shape = JSON.stringify(lines);
  if (parent.dataset.shown === shape) return;
  parent.dataset.shown = shape;
  parent.replaceChildren(...lines.map((line) => h('li', {}, line)));
}

/** @param {import('../model').PageChangeSet} set */
function changesOf({ environment, stackName, changes }) {
  const replaced = changes.filter((one) => one.replacement === 'True').length;
  const removed = changes.filter((one) => one.action === 'Remove').length;
  const security = changes.filter((one) => one.security).length;
  const parts = [
    `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`,
    ...(replaced ? [`${replaced} replaced`] : []),
    ...(removed ? [`${removed} removed`] : []),
    ...(security ? [`${security} to permissions`] : []),
  ];
  return `${environment ? `${environment}: ` : ''}${stackName}, ${parts.join(', ')}`;
}
