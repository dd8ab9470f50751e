// What lies between two executions: what can hurt first. The value is that of `saiondo approve` and `saiondo rollback`.

import { h } from './dom.js';

/** @typedef {import('../model').PagePromotion['difference']} Difference */
/** @typedef {Difference['stacks'][number]['changes'][number]} Change */

/** Changes of a stack that are listed; the others are counted. */
const CHANGES = 100;
/** Changed permissions that are shown at once; more are opened a stack at a time. */
const PERMISSIONS = 20;
/** Commits of a source that are shown at once; more are opened. */
const COMMITS = 10;

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
    section('Permissions', permissionItems(permissions)),
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

/** @param {Difference['stacks']} stacks */
function harmful(stacks) {
  return stacks.flatMap(({ stack, changes }) =>
    changes.filter((one) => one.replacement === 'True' || one.action === 'Remove').map((one) => ({ stack, ...one })),
  );
}

/**
 * By stack: few are read where they stand, many are opened a stack at a time.
 * @param {Difference['permissions']} permissions
 */
function permissionItems(permissions) {
  const stacks = [...new Set(permissions.map((one) => one.stack))];
  return stacks.map((stack) => {
    const own = permissions.filter((one) => one.stack === stack);
    const removed = own.filter((one) => one.change === 'removed').length;
    const counts = [
      own.length > removed ? `${own.length - removed} added` : '',
      removed > 0 ? `${removed} removed` : '',
    ];
    return h(
      'li',
      {},
      h(
        'details',
        { open: permissions.length <= PERMISSIONS },
        h('summary', {}, `${stack}: ${counts.filter(Boolean).join(', ')}`),
        h('ul', { class: 'plain' }, ...own.map(permissionItem)),
      ),
    );
  });
}

/** @param {Difference['permissions'][number]} one */
function permissionItem({ change, logicalId, statement }) {
  return h(
    'li',
    { class: change === 'added' ? 'warn' : undefined },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, change === 'added' ? '+' : '−'),
    h('span', { class: 'unseen' }, `${change}: `),
    `${logicalId}: `,
    h('code', {}, statement),
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
    ...(commits.length > COMMITS
      ? [h('details', {}, h('summary', {}, `${commits.length} commits`), commitList(commits))]
      : commits.length > 0
        ? [commitList(commits)]
        : []),
  );
}

/** @param {NonNullable<Difference['commits'][number]['commits']>} commits */
function commitList(commits) {
  return h(
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
