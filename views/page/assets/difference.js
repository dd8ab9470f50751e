// What lies between two executions: what can hurt first. The value is that of `saiondo approve` and `saiondo rollback`.

import { h } from './dom.js';

/** @typedef {import('../model').PagePromotion['difference']} Difference */
/** @typedef {Difference['stacks'][number]['changes'][number]} Change */

/** Changes of a stack that are listed; the others are counted. */
const CHANGES = 100;

/** @param {string} commit */
export function short(commit) {
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, 8) : commit;
}

/** @param {Difference} difference */
export function differenceView({ commits, images, migrations, stacks, permissions, contracts, unknown }) {
  const harm = harmful(stacks);
  const sections = [
    section(
      'Replaced or removed',
      harm.map((one) => h('li', { class: 'bad' }, `${one.stack}: ${changeText(one)}`)),
    ),
    section(
      'Permissions',
      permissions.map((one) =>
        h(
          'li',
          { class: one.change === 'added' ? 'warn' : undefined },
          h('span', { class: 'sign', 'aria-hidden': 'true' }, one.change === 'added' ? '+' : '−'),
          h('span', { class: 'unseen' }, `${one.change}: `),
          `${one.stack}/${one.logicalId}: `,
          h('code', {}, one.statement),
        ),
      ),
    ),
    section(
      'Migrations',
      migrations.map((one) =>
        h(
          'li',
          {},
          h('details', { open: true }, h('summary', {}, one.name), h('pre', { tabindex: '0' }, one.sql.trim())),
        ),
      ),
    ),
    section(
      'Contracts',
      contracts.map((one) => h('li', {}, `${one}: its source differs`)),
    ),
    section(
      'Images',
      images.map((one) =>
        h(
          'li',
          {},
          `${one.service}: `,
          h('span', { class: 'commit' }, one.from ?? 'none'),
          ' → ',
          h('span', { class: 'commit' }, one.to),
          ...(one.digest ? [' ', h('span', { class: 'commit quiet' }, one.digest)] : []),
        ),
      ),
    ),
    section('Commits', commits.map(commitsItem)),
    section('Stacks', stacks.map(stackItem)),
    section(
      'Not known',
      unknown.map((one) => h('li', { class: 'warn' }, one)),
    ),
  ].flat();
  return h(
    'div',
    { class: 'difference' },
    ...(sections.length > 0 ? sections : [h('p', { class: 'quiet' }, 'Nothing differs.')]),
  );
}

/**
 * In a line: what a person decides about.
 * @param {Difference} difference
 */
export function differenceSummary({ commits, images, migrations, stacks, permissions, contracts }) {
  /** @param {number} count @param {string} one @param {string} [many] */
  const counted = (count, one, many = `${one}s`) => (count > 0 ? [`${count} ${count === 1 ? one : many}`] : []);
  const harm = harmful(stacks).length;
  const parts = [
    ...counted(harm, 'resource replaced or removed', 'resources replaced or removed'),
    ...counted(permissions.length, 'permission changed', 'permissions changed'),
    ...counted(migrations.length, 'migration'),
    ...counted(contracts.length, 'contract changed', 'contracts changed'),
    ...counted(images.length, 'image'),
    ...counted(
      commits.reduce((sum, one) => sum + (one.commits?.length ?? 0), 0),
      'commit',
    ),
    ...counted(
      stacks.reduce((sum, one) => sum + one.changes.length, 0),
      'resource changed in all',
      'resources changed in all',
    ),
  ];
  return parts.join(', ') || 'nothing differs';
}

/** @param {Difference['stacks']} stacks */
function harmful(stacks) {
  return stacks.flatMap(({ stack, changes }) =>
    changes.filter((one) => one.replacement === 'True' || one.action === 'Remove').map((one) => ({ stack, ...one })),
  );
}

/** @param {Change} change */
function changeText({ action, replacement, type, logicalId, properties }) {
  const how =
    replacement === 'True'
      ? 'replace'
      : replacement === 'Conditional'
        ? 'modify, perhaps replace'
        : action.toLowerCase();
  return `${how} ${type} ${logicalId}${properties.length > 0 ? `: ${properties.join(', ')}` : ''}`;
}

/** @param {Difference['commits'][number]} one */
function commitsItem({ source, from, to, commits = [] }) {
  const same = from === to;
  return h(
    'li',
    {},
    `${source}: `,
    ...(same ? ['unchanged at '] : from ? [h('span', { class: 'commit' }, short(from)), ' → '] : []),
    h('span', { class: 'commit' }, short(to)),
    ...(commits.length > 0
      ? [
          h(
            'ol',
            { class: 'plain commits' },
            ...commits.map((commit) =>
              h(
                'li',
                {},
                h('span', { class: 'commit' }, short(commit.commit)),
                ` ${commit.message} `,
                h('span', { class: 'quiet' }, commit.author),
              ),
            ),
          ),
        ]
      : []),
  );
}

/** @param {Difference['stacks'][number]} one */
function stackItem({ stack, source, changes }) {
  const rest = changes.length - CHANGES;
  return h(
    'li',
    {},
    h(
      'details',
      {},
      h('summary', {}, `${stack}: ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}, by its ${source}`),
      h(
        'ul',
        {},
        ...changes
          .slice(0, CHANGES)
          .map((one) => h('li', { class: one.security ? 'warn' : undefined }, changeText(one))),
        ...(rest > 0 ? [h('li', { class: 'quiet' }, `and ${rest} more`)] : []),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {readonly HTMLElement[]} items
 */
function section(title, items) {
  return items.length === 0 ? [] : [h('section', {}, h('h3', {}, title), h('ul', { class: 'plain' }, ...items))];
}
