// Questions before a change: what would happen, and the way back first.

import { h } from './dom.js';

/**
 * @typedef {{ value: string, label: string, kind?: 'main' | 'danger' }} Choice
 * @typedef {{ name: string, label: string, value?: string, hint?: string, required?: boolean, pattern?: string, maxlength?: number }} Field
 */

let count = 0;

/**
 * Opens a dialog in front of everything; the focus goes back to where it was when it closes.
 * @param {string} title
 * @param {readonly Node[]} content
 * @param {readonly HTMLButtonElement[]} buttons those that submit; the way back is added before them
 * @returns {{ answer: Promise<{ choice: string, fields: Record<string, string> } | undefined>, close: () => void }}
 */
export function openDialog(title, content, buttons) {
  const id = `dialog-${++count}`;
  // Where nothing is to be filled in, the way back has the focus: a hasty Enter changes nothing.
  const fills = content.some(
    (one) => one instanceof Element && one.querySelector('input:not([type="radio"])') !== null,
  );
  const back = h('button', { type: 'button', autofocus: !fills, onclick: () => dialog.close() }, 'Cancel');
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id }, title),
    h('div', { class: 'dialog-content' }, ...content),
    h('div', { class: 'row dialog-buttons' }, back, ...buttons),
  );
  const dialog = h('dialog', { 'aria-labelledby': id }, form);
  /** @type {{ choice: string, fields: Record<string, string> } | undefined} */
  let given;
  form.addEventListener('submit', (event) => {
    const { submitter } = event;
    if (!(submitter instanceof HTMLButtonElement)) return;
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
    given = { choice: submitter.value, fields: Object.fromEntries(fields) };
  });
  document.body.append(dialog);
  /** @type {Promise<typeof given>} */
  const answer = new Promise((done) =>
    dialog.addEventListener('close', () => {
      dialog.remove();
      done(given);
    }),
  );
  dialog.showModal();
  return { answer, close: () => dialog.close() };
}

/**
 * Asks whether to do something, perhaps in one of several ways.
 * @param {{ title: string, text: readonly (string | Node)[], fields?: readonly Field[], choices: readonly Choice[] }} question
 */
export function confirm({ title, text, fields = [], choices }) {
  return openDialog(
    title,
    [...text.map((one) => (typeof one === 'string' ? h('p', {}, one) : one)), ...fields.map(fieldView)],
    choices.map((one) => h('button', { value: one.value, class: one.kind }, one.label)),
  ).answer;
}

/** @param {Field} field */
function fieldView({ name, label, value, hint, required, pattern, maxlength }) {
  const id = `dialog-${count + 1}-${name}`;
  return h(
    'p',
    { class: 'field' },
    h('label', { for: id }, label),
    h('input', {
      id,
      name,
      value,
      required,
      pattern,
      title: hint,
      maxlength: maxlength === undefined ? undefined : String(maxlength),
      autocomplete: 'off',
      spellcheck: 'false',
    }),
    ...(hint ? [h('span', { class: 'quiet small' }, hint)] : []),
  );
}
