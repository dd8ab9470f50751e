// What each role was asked for in the run, what AWS would answer, and what no call exercised: a table by role, and the calls of each.

import { h } from './dom.js';
import { get } from './requests.js';

/** @typedef {import('../permissions').PagePermissions} PagePermissions */
/** @typedef {import('../permissions').PageRole} PageRole */

const AGAIN = 3000;
const GROUPS = /** @type {const} */ (['denied', 'warning', 'not known', 'allowed', 'never used']);
/** @type {Record<string, string>} */
const STATES = { denied: 'FAILED' };

/**
 * @param {HTMLElement} section hidden where nothing was judged
 * @param {Element} parent
 * @returns {(runId: string, progress: string) => void} asks again when the run has got further
 */
export function permissionTable(section, parent) {
  let known = '';
  let shown = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (runId, progress) => {
    const key = `${runId}/${progress}`;
    if (key === known) return;
    known = key;
    clearTimeout(timer);
    void load(key, runId);
  };

  /** @param {string} key @param {string} runId */
  async function load(key, runId) {
    try {
      /** @type {PagePermissions} */
      const { roles } = await get(`runs/${encodeURIComponent(runId)}/permissions`);
      if (key !== known) return;
      section.hidden = roles.length === 0;
      const next = JSON.stringify(roles);
      // What a person has opened stays open while nothing changes.
      if (next === shown) return;
      shown = next;
      const open = new Set([...parent.querySelectorAll('details[open]')].map((one) => one.getAttribute('data-role')));
      parent.replaceChildren(...view(roles, open));
    } catch {
      timer = setTimeout(() => key === known && void load(key, runId), AGAIN);
    }
  }
}

/** @param {PagePermissions['roles']} roles @param {Set<string | null>} open */
function view(roles, open) {
  return [
    h(
      'p',
      { class: 'quiet' },
      'Not known: what could not be judged here. Never used: statements of the role’s own policies that no call of this run exercised.',
    ),
    scrolling(
      'Permissions by role',
      ['Role', 'Denied', 'Warning', 'Not known', 'Allowed and used', 'Never used'],
      roles.map(({ name, counts }) =>
        h(
          'tr',
          {},
          h('td', {}, name),
          ...GROUPS.map((group) =>
            h('td', { class: counts[group] && group === 'denied' ? 'refused' : '' }, String(counts[group])),
          ),
        ),
      ),
    ),
    ...roles.map((role) => details(role, open.has(role.name))),
  ];
}

/** @param {PageRole} role @param {boolean} open */
function details({ name, words, rows, more }, open) {
  return h(
    'details',
    { 'data-role': name, open },
    h('summary', {}, `${name}: ${words}`),
    scrolling(
      `Calls of ${name}`,
      ['Action', 'Resource', 'Decision', 'Asked by', 'Why'],
      rows.map((one) =>
        h(
          'tr',
          { 'data-result': STATES[one.group] },
          h('td', {}, one.action),
          h('td', {}, one.resource),
          h('td', {}, one.group),
          h('td', {}, one.asked),
          h('td', {}, [one.text, one.remedy].filter(Boolean).join('\n')),
        ),
      ),
    ),
    more > 0 ? h('p', { class: 'quiet' }, `and ${more} more in permissions.jsonl`) : undefined,
  );
}

/** @param {string} label @param {string[]} columns @param {HTMLElement[]} rows */
function scrolling(label, columns, rows) {
  return h(
    'div',
    { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': label },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...columns.map((one) => h('th', { scope: 'col' }, one)))),
      h('tbody', {}, ...rows),
    ),
  );
}
