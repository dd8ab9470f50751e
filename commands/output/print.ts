import * as readline from 'node:readline/promises';
import { plain, plainButStyles, plainJson } from '../../model/plain-text';

// The only place of the commands that writes: what is printed may hold texts of templates, commits, logs and AWS, and none of them may draw on the terminal.

/** Prints data to stdout: a text with our own colours. */
export function print(text: string): void {
  process.stdout.write(`${plainButStyles(text)}\n`);
}

/** {@link print}, and waits while whoever reads is slower. */
export async function printSlowly(text: string): Promise<void> {
  if (!process.stdout.write(`${plain(text)}\n`)) await new Promise((done) => process.stdout.once('drain', done));
}

/** Prints a value as JSON to stdout, on one line or indented. */
export function printValue(value: unknown, indent?: number): void {
  process.stdout.write(`${plainJson(value, indent)}\n`);
}

/** Tells the person something on stderr. */
export function say(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}

/** Asks in the terminal. @throws the signal's reason when it aborts */
export async function ask(question: string, signal?: AbortSignal): Promise<string> {
  const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await prompt.question(`${plain(question)} `, signal ? { signal } : {})).trim();
  } finally {
    prompt.close();
  }
}

/** Draws on a terminal: lines of ours, over those that were drawn before. @param up how many rows to go up and clear first */
export function draw(out: NodeJS.WriteStream, lines: readonly string[], up = 0): void {
  const clear = up > 0 ? `\u001b[${up}A\u001b[0J` : '';
  out.write(lines.length > 0 ? `${clear}${lines.map(plainButStyles).join('\n')}\n` : clear);
}
