// What the page asks its server, and as whom.

/** Kept by the browser for this address and port alone, so that all windows of it are open together. No cookie: those go to every port. */
const KEY = 'saiondo-session';
/** Milliseconds until a broken stream is asked for again. */
const AGAIN = 2000;

/** Changes the ticket of the address for a session, and takes it out of the address: it is in no history and on no screen that is shared. */
export async function openSession() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const ticket = hash.get('ticket');
  if (!ticket) return;
  hash.delete('ticket');
  history.replaceState(null, '', hash.size > 0 ? `#${hash}` : location.pathname);
  const answer = await fetch('/_saiondo/session', {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket }),
  });
  // A ticket that was used opens nothing; this browser may be open already.
  if (answer.ok) localStorage.setItem(KEY, (await answer.json()).session);
}

/** What every request brings. @returns {RequestInit} */
function asMe() {
  return { credentials: 'omit', headers: { 'x-saiondo-session': localStorage.getItem(KEY) ?? '' } };
}

/** The page is not open for this browser, or no longer: the server says what to type. */
export class NotOpen extends Error {}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function get(path) {
  return answerOf(await fetch(`/_saiondo/${path}`, asMe()));
}

/** A file that the server gives, to be saved. @param {string} path @returns {Promise<Blob>} */
export async function getFile(path) {
  const answer = await fetch(`/_saiondo/${path}`, asMe());
  return answer.ok ? answer.blob() : answerOf(answer);
}

/**
 * Asks for a change.
 * @param {'approval' | 'retry' | 'stop' | 'start' | 'rollback' | 'transition'} name
 * @param {object} body
 */
export async function ask(name, body) {
  const me = asMe();
  return answerOf(
    await fetch(`/_saiondo/${name}`, {
      ...me,
      method: 'POST',
      headers: { ...me.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

/**
 * Follows a stream of server-sent events, and asks again when it breaks off. EventSource can send no header.
 * @param {string} path
 * @param {(data: any) => void} heard
 * @param {() => void} lost
 * @returns {() => void} ends it
 */
export function follow(path, heard, lost) {
  const end = new AbortController();
  const run = async () => {
    while (!end.signal.aborted) {
      try {
        const answer = await fetch(`/_saiondo/${path}`, { ...asMe(), signal: end.signal });
        if (!answer.ok || !answer.body) throw new Error(String(answer.status));
        for await (const data of eventsOf(answer.body)) heard(data);
      } catch {
        // Said below; what was meant to end is over.
      }
      if (end.signal.aborted) return;
      lost();
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  };
  void run();
  return () => end.abort();
}

/**
 * The data of a stream's events (HTML Standard, "Server-sent events"): one line each here, with an empty line behind.
 * @param {ReadableStream<Uint8Array>} body
 */
async function* eventsOf(body) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text
        .slice(0, end)
        .split('\n')
        .find((line) => line.startsWith('data: '));
      text = text.slice(end + 2);
      if (data) yield JSON.parse(data.slice('data: '.length));
    }
  }
}

/** @param {Response} response */
async function answerOf(response) {
  const answer = await response.json();
  if (response.ok) return answer;
  const said = [answer.message, answer.next].filter(Boolean).join(' → ');
  throw response.status === 401 ? new NotOpen(said) : new Error(said);
}
