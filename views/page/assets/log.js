// A build's log: its end first, what is before on demand, what comes as it comes. Lines have numbers once the log's beginning is here, commands
// can be folded, and a text can be searched for. A server that does not answer is asked again.

import { h, setText } from './dom.js';
import { get, getFile } from './requests.js';

/** How often a running build's log is asked for more, and how soon after a request that failed, in milliseconds. */
const INTERVAL = 500;
const AGAIN = 2000;
/** So many lines stay on the page; earlier ones can be had again. */
const MOST = 20_000;
/** The line before a command's output, as CodeBuild writes it. */
const COMMANDS = [' Running command ', ' Entering phase '];

/**
 * @param {string} runId
 * @param {string} buildId
 * @param {string} label
 * @returns {{ element: HTMLElement, stop: () => void }}
 */
export function logView(runId, buildId, label) {
  const path = `runs/${encodeURIComponent(runId)}/log/${encodeURIComponent(buildId)}`;
  const text = h('div', {
    class: 'log',
    tabindex: '0',
    role: 'log',
    'aria-live': 'off',
    'aria-label': `Log of ${label}`,
  });
  const earlier = h('button', { type: 'button', hidden: true, onclick: () => void before() }, 'Earlier lines');
  const problem = h('p', { class: 'quiet', role: 'status' });
  const find = h('input', {
    type: 'search',
    'aria-label': `Search in the log of ${label}`,
    placeholder: 'Search',
    oninput: () => search(0),
    onkeydown: (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      search(event.shiftKey ? -1 : 1);
    },
  });
  const found = h('span', { class: 'quiet', role: 'status' });
  const fold = h('button', { type: 'button', class: 'small', onclick: () => foldAll() }, 'Fold commands');
  const tall = h(
    'button',
    { type: 'button', class: 'small', 'aria-pressed': 'false', onclick: () => grow() },
    'Full height',
  );
  const download = h('button', { type: 'button', class: 'small', onclick: () => void save() }, 'Download');
  const tools = h('div', { class: 'row log-tools' }, find, found, fold, tall, download);
  const element = h('div', {}, tools, earlier, text, problem);
  /** The pieces that are shown, the earliest first: where each begins in the log, in bytes, and how many lines it has here. @type {{ from: number, lines: number }[]} */
  const pieces = [];
  let next = 0;
  let at = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let stopped = false;

  async function begin() {
    try {
      show(await get(path), true);
    } catch (error) {
      retry(begin, /** @type {Error} */ (error));
    }
  }

  /**
   * Tries again what failed: following continues when the server is there again.
   * @param {() => Promise<void>} work
   * @param {Error} error
   */
  function retry(work, error) {
    setText(problem, `The log cannot be read now (${error.message}). Trying again…`);
    if (!stopped) timer = setTimeout(() => void work(), AGAIN);
  }

  /** @param {any} piece */
  function show(piece, end = atEnd()) {
    setText(problem, '');
    const lines = append(text, piece, text.lastElementChild);
    if (lines > 0 || pieces.length === 0) pieces.push({ from: piece.from, lines });
    trim();
    if (end) text.scrollTop = text.scrollHeight;
    markBeginning();
    next = piece.next;
    if (find.value) search(0);
    if (!piece.ended && !stopped) timer = setTimeout(() => void more(), next < piece.size ? 0 : INTERVAL);
  }

  /** Lines have numbers, and nothing earlier can be had, once the log's beginning is here. */
  function markBeginning() {
    const whole = (pieces[0]?.from ?? 0) === 0;
    earlier.hidden = whole;
    text.classList.toggle('numbered', whole);
  }

  /** Takes the earliest pieces away while there are too many lines. The bytes are the server's: the text here has lost its escapes. */
  function trim() {
    let lines = pieces.reduce((sum, piece) => sum + piece.lines, 0);
    while (lines > MOST && pieces.length > 1) {
      const gone = pieces.shift()?.lines ?? 0;
      lines -= gone;
      for (const line of [...text.querySelectorAll('.line')].slice(0, gone)) line.remove();
    }
    for (const group of [...text.children]) {
      const command = group.querySelector('summary');
      if (group.querySelector('.line') === null) group.remove();
      // What a command printed stays, also where its own line is gone.
      else if (command && command.childElementCount === 0)
        group.replaceWith(h('div', {}, ...group.querySelectorAll('.line')));
    }
  }

  function atEnd() {
    return text.scrollHeight - text.scrollTop - text.clientHeight < 40;
  }

  async function more() {
    try {
      show(await get(`${path}?from=${next}`));
    } catch (error) {
      retry(more, /** @type {Error} */ (error));
    }
  }

  async function before() {
    try {
      const piece = await get(`${path}?from=${-1 - (pieces[0]?.from ?? 0)}`);
      setText(problem, '');
      const height = text.scrollHeight;
      const holder = h('div', {});
      const lines = append(holder, piece, null);
      pieces.unshift({ from: piece.from, lines });
      // Lines without a command's line above them go on what the last command before them printed.
      const rest = text.firstElementChild;
      if (rest?.tagName === 'DIV' && holder.lastElementChild) {
        holder.lastElementChild.append(...rest.children);
        rest.remove();
      }
      text.prepend(...holder.childNodes);
      text.scrollTop += text.scrollHeight - height;
      markBeginning();
      text.focus();
    } catch (error) {
      setText(problem, `Earlier lines cannot be read now: ${/** @type {Error} */ (error).message}`);
    }
  }

  /** Marks the lines that have the text, and goes to one of them. @param {number} step to the next, to the one before, or to the last at first */
  function search(step) {
    const wanted = find.value.toLowerCase();
    const all = [...text.querySelectorAll('.line')];
    const hits = wanted ? all.filter((one) => one.textContent?.toLowerCase().includes(wanted)) : [];
    for (const one of text.querySelectorAll('.hit, .here')) one.classList.remove('hit', 'here');
    for (const one of hits) one.classList.add('hit');
    if (hits.length === 0) return setText(found, wanted ? 'not found' : '');
    at = step === 0 ? Math.min(at, hits.length - 1) : (at + step + hits.length) % hits.length;
    const here = hits[at];
    here.closest('details')?.setAttribute('open', '');
    here.classList.add('here');
    here.scrollIntoView({ block: 'nearest' });
    setText(found, `${at + 1} of ${hits.length}`);
  }

  function foldAll() {
    const groups = [...text.querySelectorAll('details')];
    const open = groups.some((one) => one.open);
    for (const one of groups) one.open = !open;
    setText(fold, open ? 'Unfold commands' : 'Fold commands');
  }

  function grow() {
    const all = text.classList.toggle('tall');
    tall.setAttribute('aria-pressed', String(all));
  }

  /** The whole log as a file: a request that brings this browser's session, so not a plain link. */
  async function save() {
    try {
      const address = URL.createObjectURL(await getFile(`${path}?download=1`));
      h('a', { href: address, download: `${label.replaceAll('/', '-')}.log` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      setText(problem, `The log cannot be saved: ${/** @type {Error} */ (error).message}`);
    }
  }

  void begin();
  return {
    element,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Puts lines behind what is there: a command's line opens a group of its own.
 * @param {Element} parent
 * @param {{ text: string, colours?: [number, number, number, string][] }} piece whole lines, and what is coloured in them
 * @param {Element | null} last the group that the first line continues
 * @returns {number} how many lines
 */
function append(parent, piece, last) {
  let group = last;
  const all = piece.text.replace(/\n$/, '').split('\n');
  if (piece.text === '') return 0;
  /** @type {Map<number, [number, number, number, string][]>} */
  const colours = new Map();
  for (const one of piece.colours ?? []) colours.set(one[0], [...(colours.get(one[0]) ?? []), one]);
  for (const [at, one] of all.entries()) {
    const line = h('span', { class: 'line' }, ...coloured(one, colours.get(at) ?? []));
    if (one.startsWith('[Container] ') && COMMANDS.some((command) => one.includes(command))) {
      group = h('details', { open: true }, h('summary', {}, line));
      parent.append(group);
    } else {
      if (!group) {
        group = h('div', {});
        parent.append(group);
      }
      group.append(line);
    }
  }
  return all.length;
}

/**
 * A line as text, with the stretches that its colours ask for.
 * @param {string} text
 * @param {[number, number, number, string][]} stretches
 * @returns {(Node | string)[]}
 */
function coloured(text, stretches) {
  const parts = [];
  let done = 0;
  for (const [, from, to, colour] of stretches) {
    parts.push(text.slice(done, from), h('span', { class: `ansi-${colour}` }, text.slice(from, to)));
    done = to;
  }
  return [...parts, text.slice(done)];
}
