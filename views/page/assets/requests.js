// What the page asks its server.

const KEY = 'saiondo-token';

/** Takes the token out of the address, so that it is in no history and on no screen that is shared. */
export function takeToken() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const token = hash.get('token');
  if (!token) return;
  sessionStorage.setItem(KEY, token);
  hash.delete('token');
  history.replaceState(null, '', hash.size > 0 ? `#${hash}` : location.pathname);
}

/** Whether this page may ask for changes; the server decides, this only says what to show. */
export function hasToken() {
  return sessionStorage.getItem(KEY) !== null;
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function get(path) {
  return answerOf(await fetch(`/_saiondo/${path}`, { credentials: 'omit' }));
}

/**
 * Asks for a change.
 * @param {'approval' | 'retry' | 'stop' | 'start' | 'rollback' | 'transition'} name
 * @param {object} body
 */
export async function ask(name, body) {
  return answerOf(
    await fetch(`/_saiondo/${name}`, {
      method: 'POST',
      credentials: 'omit',
      headers: { 'content-type': 'application/json', 'x-saiondo-token': sessionStorage.getItem(KEY) ?? '' },
      body: JSON.stringify(body),
    }),
  );
}

/** @param {Response} response */
async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error([answer.message, answer.next].filter(Boolean).join(' → '));
  return answer;
}
