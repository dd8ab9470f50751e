// The test cases of a run: what failed first, then the slowest; how each came out in the runs before.

import { h } from './dom.js';
import { get } from './requests.js';
import { seconds, stateWord } from './words.js';

/** @typedef {import('../tests').PageTests} PageTests */

const AGAIN = 3000;
/** @type {Record<string, string>} */
const MARKS = { SUCCEEDED: '✔', FAILED: '✘', ERROR: '✘', SKIPPED: '–', '': '·' };

/**
 * @param {HTMLElement} section hidden where the run has no test cases
 * @param {Element} parent
 * @returns {(runId: string, reports: number) => void} asks again when the run has another number of reports
 */
export function testList(section, parent) {
  let known = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (runId, reports) => {
    const key = `${runId}/${reports}`;
    if (key === known) return;
    known = key;
    clearTimeout(timer);
    section.hidden = reports === 0;
    if (reports > 0) void load(key, runId);
  };

  /** @param {string} key @param {string} runId */
  async function load(key, runId) {
    try {
      const tests = await get(`runs/${encodeURIComponent(runId)}/tests`);
      if (key === known) parent.replaceChildren(...view(tests));
    } catch {
      timer = setTimeout(() => key === known && void load(key, runId), AGAIN);
    }
  }
}

/** @param {PageTests} tests */
function view({ total, failed, cases }) {
  const more = total > cases.length ? `; the first ${cases.length} are shown` : '';
  return [
    h(
      'p',
      { class: 'quiet' },
      `${total} test cases, ${failed} failed${more}. Marks: the runs before, the oldest left.`,
    ),
    h(
      'div',
      { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': 'Test cases' },
      h(
        'table',
        { class: 'tests' },
        h(
          'thead',
          {},
          h('tr', {}, ...['Test', 'Action', 'Result', 'Time', 'Runs'].map((one) => h('th', { scope: 'col' }, one))),
        ),
        h(
          'tbody',
          {},
          ...cases.map((one) =>
            h(
              'tr',
              { 'data-result': one.status },
              h('td', {}, [one.suite, one.name].filter(Boolean).join(' › ')),
              h('td', {}, one.action),
              h(
                'td',
                {},
                `${MARKS[one.status] ?? ''} ${stateWord(one.status)}`,
                one.mark ? h('b', {}, ` ${one.mark}`) : undefined,
              ),
              h('td', { class: 'time' }, seconds(one.seconds)),
              h(
                'td',
                { 'aria-label': one.history.map((each) => stateWord(each) || 'not there').join(', ') },
                one.history.map((each) => MARKS[each] ?? '·').join(''),
              ),
            ),
          ),
        ),
      ),
    ),
  ];
}
