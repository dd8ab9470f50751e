// A build's log: its end first, what is before on demand, what comes as it comes.

import { h } from './dom.js';
import { get } from './requests.js';

/** How often a running build's log is asked for more, in milliseconds. */
const INTERVAL = 500;
/** So many characters stay on the page; earlier ones can be had again. */
const MOST = 2_000_000;

/**
 * @param {string} runId
 * @param {string} buildId
 * @param {string} label
 * @returns {{ element: HTMLElement, stop: () => void }}
 */
export function logView(runId, buildId, label) {
  const path = `runs/${encodeURIComponent(runId)}/log/${encodeURIComponent(buildId)}`;
  const text = h('pre', { tabindex: '0', role: 'log', 'aria-live': 'off', 'aria-label': `Log of ${label}` });
  const earlier = h('button', { type: 'button', hidden: true, onclick: () => void before() }, 'Earlier lines');
  const element = h('div', {}, earlier, text);
  let first = 0;
  let next = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let stopped = false;

  async function begin() {
    const piece = await get(path);
    first = piece.from;
    show(piece, true);
  }

  /** @param {any} piece */
  function show(piece, end = atEnd()) {
    text.append(piece.text);
    while ((text.textContent?.length ?? 0) > MOST && text.firstChild && text.childNodes.length > 1) {
      first += new TextEncoder().encode(text.firstChild.textContent ?? '').length;
      text.firstChild.remove();
    }
    if (end) text.scrollTop = text.scrollHeight;
    earlier.hidden = first === 0;
    next = piece.next;
    if (!piece.ended && !stopped) timer = setTimeout(() => void more(), next < piece.size ? 0 : INTERVAL);
  }

  function atEnd() {
    return text.scrollHeight - text.scrollTop - text.clientHeight < 40;
  }

  async function more() {
    try {
      show(await get(`${path}?from=${next}`));
    } catch {
      // The server is gone: the connection's line says so.
    }
  }

  async function before() {
    const piece = await get(`${path}?from=${-1 - first}`);
    const height = text.scrollHeight;
    text.prepend(piece.text);
    text.scrollTop += text.scrollHeight - height;
    first = piece.from;
    earlier.hidden = first === 0;
    text.focus();
  }

  begin().catch((error) => text.append(String(error.message)));
  return {
    element,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
