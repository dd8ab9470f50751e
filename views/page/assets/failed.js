// What failed, at the top: the action, why, the test and the commit, and what can be done about it.

import { short } from './difference.js';
import { h } from './dom.js';
import { get } from './requests.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageExecution} PageExecution */
/** @typedef {import('../model').PageStage} PageStage */

/** Failed cases that are named. */
const TESTS = 5;

/**
 * @param {HTMLElement} parent
 * @param {{ retry: (stage: PageStage, execution: PageExecution) => void }} requests
 * @returns {(run: PageRun, execution: PageExecution | undefined, mayChange: boolean) => void}
 */
export function failedCard(parent, requests) {
  let shown = '';
  return (run, execution, mayChange) => {
    const stage = execution?.stages.find((one) => one.actions.some((action) => action.status === 'Failed'));
    const action = stage?.actions.find((one) => one.status === 'Failed');
    const rollbacks = execution ? rollbacksAfter(run, execution) : [];
    const shape = JSON.stringify([
      execution?.executionId,
      stage?.name,
      action?.name,
      action?.attempts,
      action?.endedAt,
      mayChange,
      rollbacks,
    ]);
    if (shape === shown) return;
    shown = shape;
    parent.hidden = !action;
    if (!execution || !stage || !action) return parent.replaceChildren();
    const name = `${stage.name}/${action.name}`;
    const { failure } = action;
    const where = failure?.where && [failure.where.file, failure.where.line].filter(Boolean).join(':');
    const cases = (action.build?.reports ?? []).flatMap((report) => report.failures);
    const cause = h('p', { class: 'cause' });
    const revision = execution.revisions[0];
    const link = `#run=${encodeURIComponent(run.runId)}&execution=${encodeURIComponent(execution.executionId)}&action=${encodeURIComponent(name)}`;
    parent.replaceChildren(
      h('h2', {}, `What failed: ${name}`),
      cause,
      h('p', {}, failure?.message ?? 'It says nothing.'),
      ...(where ? [h('p', { class: 'quiet' }, `at ${where}`)] : []),
      ...cases.slice(0, TESTS).map((one) => h('p', {}, `Test: ${[one.suite, one.name].filter(Boolean).join(' › ')}`)),
      ...(cases.length > TESTS ? [h('p', {}, `and ${cases.length - TESTS} more tests`)] : []),
      ...(revision
        ? [h('p', { class: 'quiet' }, `Commit: ${short(revision.commitId)} ${revision.message?.split('\n')[0] ?? ''}`)]
        : []),
      ...rollbacks.map((one) => h('p', { class: 'rollback' }, one)),
      h(
        'p',
        { class: 'row' },
        h('a', { href: link }, action.build ? 'Open its log' : 'Show the action'),
        ...(mayChange
          ? [h('button', { type: 'button', onclick: () => requests.retry(stage, execution) }, `Retry ${stage.name}…`)]
          : []),
      ),
    );
    // The same triage as `saiondo triage`: the cause in a sentence, and a known remedy.
    get(`triage/${encodeURIComponent(run.pipeline)}/${encodeURIComponent(execution.executionId)}`)
      .then((triage) => {
        const known = triage.failure?.cause;
        if (!known || shown !== shape) return;
        cause.textContent = known.known ? `${known.summary} → ${known.known.remedy}` : known.summary;
      })
      .catch(() => undefined);
  };
}

/** What was rolled back after an execution. @param {PageRun} run @param {PageExecution} execution */
function rollbacksAfter(run, execution) {
  const at = run.executions.indexOf(execution);
  return run.executions.slice(at + 1).flatMap((one) => one.rollback ?? []);
}
