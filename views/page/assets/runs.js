// The runs before this one: how long each took, as a chart, and what differs between this one and another.

import { h, setText } from './dom.js';
import { get } from './requests.js';
import { dateTime, seconds, stateWord } from './words.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageListedRun} PageListedRun */

const SVG = 'http://www.w3.org/2000/svg';
/** So many runs are in the chart. */
const MOST = 30;
const HEIGHT = 80;
const WIDTH = 12;

/** @param {{ startedAt?: string, endedAt?: string }} one @returns {number | undefined} seconds */
const durationOf = ({ startedAt, endedAt }) =>
  startedAt && endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : undefined;

/**
 * A bar a run, the oldest first. Ten rectangles are no reason for a library: the same drawing would be configured there.
 * @param {Element} parent
 * @returns {(runs: PageListedRun[], shown: string) => boolean} whether there is anything to compare
 */
export function durationChart(parent) {
  let drawn = '';
  return (runs, shown) => {
    const pipeline = runs.find((one) => one.runId === shown)?.pipeline;
    const ended = runs
      .filter((one) => one.pipeline === pipeline && durationOf(one) !== undefined)
      .slice(0, MOST)
      .reverse();
    const shape = JSON.stringify([ended.map((one) => [one.runId, one.verdict]), shown]);
    if (ended.length < 2) return false;
    if (shape === drawn) return true;
    drawn = shape;
    const most = Math.max(...ended.map((one) => durationOf(one) ?? 0), 0.001);
    const chart = document.createElementNS(SVG, 'svg');
    chart.setAttribute('viewBox', `0 0 ${ended.length * WIDTH} ${HEIGHT}`);
    chart.setAttribute('class', 'chart');
    chart.setAttribute('preserveAspectRatio', 'xMinYMax meet');
    chart.setAttribute('role', 'img');
    chart.setAttribute(
      'aria-label',
      `Durations of the last ${ended.length} runs, up to ${seconds(most)}: ${ended.map((one) => `${stateWord(one.verdict ?? '')} ${seconds(durationOf(one) ?? 0)}`).join(', ')}`,
    );
    ended.forEach((one, at) => {
      const height = Math.max(((durationOf(one) ?? 0) / most) * (HEIGHT - 4), 2);
      const bar = document.createElementNS(SVG, 'rect');
      for (const [name, value] of Object.entries({
        x: at * WIDTH + 1,
        y: HEIGHT - height,
        width: WIDTH - 2,
        height,
        class: one.runId === shown ? 'here' : '',
        'data-verdict': one.verdict ?? '',
      }))
        bar.setAttribute(name, String(value));
      const title = document.createElementNS(SVG, 'title');
      title.textContent = `${dateTime(one.startedAt)}: ${one.verdict ?? ''}, ${seconds(durationOf(one) ?? 0)}`;
      bar.append(title);
      chart.append(bar);
    });
    parent.replaceChildren(
      chart,
      h('p', { class: 'quiet small' }, `Longest: ${seconds(most)}. The oldest run is left.`),
    );
    return true;
  };
}

/**
 * Two runs next to each other: verdict, time of each stage, what changed.
 * @param {Element} parent
 * @returns {(run: PageRun, runs: PageListedRun[]) => void}
 */
export function comparison(parent) {
  const choice = h('select', { onchange: () => void compare() });
  const result = h('div', {});
  parent.append(h('label', {}, 'Compare with ', choice), result);
  /** @type {PageRun | undefined} */
  let run;
  let options = '';

  async function compare() {
    if (!choice.value || !run) return result.replaceChildren();
    try {
      result.replaceChildren(table(await get(`runs/${encodeURIComponent(choice.value)}/state`), run));
    } catch (error) {
      setText(result, `That run cannot be read: ${/** @type {Error} */ (error).message}`);
    }
  }

  return (shown, runs) => {
    const others = runs.filter((one) => one.pipeline === shown.pipeline && one.runId !== shown.runId);
    const shape = JSON.stringify([shown.runId, others.map((one) => one.runId)]);
    run = shown;
    if (shape === options) return;
    options = shape;
    const chosen = choice.value;
    choice.replaceChildren(
      h('option', { value: '' }, 'no other run'),
      ...others.map((one) =>
        h('option', { value: one.runId }, `${dateTime(one.startedAt)} ${one.verdict ?? ''} ${one.commit ?? ''}`),
      ),
    );
    choice.value = others.some((one) => one.runId === chosen) ? chosen : '';
    void compare();
  };
}

/** @param {PageRun} one */
const judgedOf = (one) => one.executions.find((each) => each.executionId === one.judged) ?? one.executions.at(-1);

/** @param {PageRun} other @param {PageRun} run */
function table(other, run) {
  const [before, now] = [judgedOf(other), judgedOf(run)];
  const names = [...new Set([...(before?.stages ?? []), ...(now?.stages ?? [])].map((one) => one.name))];
  const stage = (/** @type {typeof now} */ of, /** @type {string} */ name) =>
    of?.stages.find((one) => one.name === name);
  /** @param {{ status: string, startedAt?: string, endedAt?: string } | undefined} one */
  const cell = (one) => {
    const took = one && durationOf(one);
    return one ? `${stateWord(one.status)}${took === undefined ? '' : `, ${seconds(took)}`}` : 'not there';
  };
  /** @param {string} name @param {string} left @param {string} right */
  const row = (name, left, right) =>
    h(
      'tr',
      left === right ? {} : { class: 'differs' },
      h('th', { scope: 'row' }, name),
      h('td', {}, left),
      h('td', {}, right),
    );
  /** @param {typeof now} of */
  const commits = (of) =>
    (of?.revisions ?? []).map((one) => `${one.commitId.slice(0, 8)} ${one.message?.split('\n')[0] ?? ''}`).join('\n');
  /** @param {PageRun} of */
  const changes = (of) =>
    `${of.changeSets.reduce((sum, one) => sum + one.changes.length, 0)} changes of ${of.changeSets.length} stacks`;
  return h(
    'div',
    { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': 'Comparison of two runs' },
    h(
      'table',
      { class: 'compare' },
      h(
        'thead',
        {},
        h('tr', {}, h('td', {}), h('th', { scope: 'col' }, 'The other run'), h('th', { scope: 'col' }, 'This run')),
      ),
      h(
        'tbody',
        {},
        row('Verdict', other.verdict ?? '', run.verdict ?? (run.live ? 'running' : '')),
        row('Time', seconds(durationOf(other) ?? 0), seconds(durationOf(run) ?? 0)),
        row('Commits', commits(before), commits(now)),
        row('Resources', changes(other), changes(run)),
        ...names.map((name) => row(name, cell(stage(before, name)), cell(stage(now, name)))),
      ),
    ),
  );
}
