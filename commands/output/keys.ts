import * as readline from 'node:readline';

/**
 * Hears single keys of a terminal while it is open, without their echo. Node.js reads them (`readline.emitKeypressEvents`): a library would bring its
 * own screen. Ctrl-C stays what it is: the process hears it as a signal.
 * @param heard gets the key's name, or the character itself, and the text that was typed: empty for a key that types none
 * @returns stops hearing, and gives the terminal back as it was
 */
export function hearKeys(input: NodeJS.ReadStream, heard: (key: string, typed: string) => void): () => void {
  if (!input.isTTY) return () => undefined;
  const listen = (text: string | undefined, key: { name?: string; ctrl?: boolean } | undefined): void => {
    if (key?.ctrl && key.name === 'c') process.kill(process.pid, 'SIGINT');
    else if (key?.ctrl && key.name === 'z') return;
    else heard(key?.name ?? text ?? '', /^\P{Cc}+$/u.test(text ?? '') ? (text ?? '') : '');
  };
  readline.emitKeypressEvents(input);
  input.setRawMode(true);
  input.on('keypress', listen);
  input.resume();
  return () => {
    input.off('keypress', listen);
    input.setRawMode(false);
    input.pause();
  };
}
