// What a person asks of the pipeline, each with its confirmation.

import { confirm } from './dialog.js';
import { h } from './dom.js';
import { ask } from './requests.js';

/** @typedef {import('../model').PageRun} PageRun */
/** @typedef {import('../model').PageExecution} PageExecution */

/**
 * @param {PageRun} run
 * @param {PageExecution | undefined} execution
 */
export async function askStop({ pipeline }, execution) {
  if (!execution) return;
  const answer = await confirm({
    title: `Stop the execution ${execution.executionId.slice(0, 8)}?`,
    text: ['Actions in progress can be waited for, or abandoned: then what they have begun is left as it is.'],
    fields: [{ name: 'reason', label: 'Reason', maxlength: 200 }],
    choices: [
      { value: 'wait', label: 'Stop and wait' },
      { value: 'abandon', label: 'Stop and abandon', kind: 'danger' },
    ],
  });
  if (!answer) return;
  const reason = answer.fields.reason || 'stopped on the page';
  await ask('stop', { pipeline, execution: execution.executionId, abandon: answer.choice === 'abandon', reason });
}

/**
 * @param {PageRun} run
 * @param {PageExecution | undefined} latest its sources are those that a commit can be given for
 */
export async function askStart({ pipeline }, latest) {
  const sources = latest?.revisions ?? [];
  const answer = await confirm({
    title: 'Start a new execution?',
    text: ['It takes the newest commit of each source, or the one that is given.'],
    fields: sources.map((one) => ({
      name: one.actionName,
      label: `Commit of ${one.actionName}${one.repository ? ` (${one.repository})` : ''}`,
      hint: 'empty for the newest',
      maxlength: 1500,
    })),
    choices: [{ value: 'start', label: 'Start', kind: 'main' }],
  });
  if (!answer) return;
  const revisions = Object.entries(answer.fields)
    .filter(([, commit]) => commit !== '')
    .map(([actionName, revisionValue]) => ({ actionName, revisionValue }));
  await ask('start', { pipeline, revisions });
}

/**
 * @param {PageRun} run
 * @param {PageExecution} execution
 * @param {string} stage
 */
export async function askRetry({ pipeline }, execution, stage) {
  const answer = await confirm({
    title: `Retry ${stage}?`,
    text: [`The execution ${execution.executionId.slice(0, 8)} continues there, with the same commits.`],
    choices: [
      { value: 'FAILED_ACTIONS', label: 'Retry failed actions', kind: 'main' },
      { value: 'ALL_ACTIONS', label: 'Retry all actions' },
    ],
  });
  if (answer) await ask('retry', { pipeline, stage, execution: execution.executionId, mode: answer.choice });
}

/**
 * @param {string} pipeline
 * @param {import('../model').PageStage} stage
 */
export async function askTransition(pipeline, { name: stage, transition }) {
  const enabled = transition?.enabled !== false;
  const answer = await confirm(
    enabled
      ? {
          title: `Disable the transition into ${stage}?`,
          text: [`Executions that come to ${stage} wait before it until it is enabled again.`],
          fields: [
            {
              name: 'reason',
              label: 'Reason',
              required: true,
              maxlength: 300,
              pattern: '[a-zA-Z0-9!@ \\(\\).*?\\-]+',
              hint: 'letters, digits, spaces and ! @ ( ) . * ? -',
            },
          ],
          choices: [{ value: 'disable', label: 'Disable', kind: 'danger' }],
        }
      : {
          title: `Enable the transition into ${stage}?`,
          text: [
            ...(transition?.reason ? [h('p', {}, `It is disabled: ${transition.reason}`)] : []),
            `The execution that waits before ${stage} enters it at once.`,
          ],
          choices: [{ value: 'enable', label: 'Enable', kind: 'main' }],
        },
  );
  if (!answer) return;
  const { reason } = answer.fields;
  await ask('transition', { pipeline, stage, enabled: !enabled, ...(reason ? { reason } : {}) });
}
