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

/** Notes by weight: what was not done and warnings stand open, what differs from AWS as a rule is folded. @param {PageRun} shown */
export function showNotes({ notes, endpoints }) {
  const parent = byId('notes');
  const of = (/** @type {(level: string) => boolean} */ wanted) => [
    ...new Set(
      notes
        .filter((one) => wanted(one.level))
        .map(
          (one) =>
            `${['limit', 'info'].includes(one.level) ? '' : `${one.level}: `}${one.text}${one.where ? ` (${one.where})` : ''}`,
        ),
    ),
  ];
  /** @type {[title: string, lines: string[]][]} */
  const groups = [
    ['Missing and warnings', of((level) => level !== 'limit' && level !== 'info')],
    [
      'Said by the run',
      [
        ...endpoints.map((one) => `${one.environment}: ${one.url} answers ${one.status}`),
        ...of((level) => level === 'info'),
      ],
    ],
    ['Differences from AWS', of((level) => level === 'limit')],
  ];
  const some = groups.filter(([, lines]) => lines.length > 0);
  byId('notes-section').hidden = some.length === 0;
  const shape = JSON.stringify(some);
  if (parent.dataset.shown === shape) return;
  parent.dataset.shown = shape;
  const stands = new Map([...parent.querySelectorAll('details')].map((one) => [one.dataset.title, one.open]));
  parent.replaceChildren(
    ...some.map(([title, lines]) =>
      h(
        'details',
        { 'data-title': title, open: stands.get(title) ?? title === 'Missing and warnings' },
        h('summary', {}, `${title} (${lines.length})`),
        h('ul', {}, ...lines.map((line) => h('li', {}, line))),
      ),
    ),
  );
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
