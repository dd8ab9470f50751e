import * as readline from 'node:readline/promises';
import { SaiondoError } from '../../model/errors';
import { plain, plainButStyles, plainJson } from '../../model/plain-text';

// The only place of the commands that writes: what is printed may hold texts of templates, commits, logs and AWS, and none of them may draw on the terminal.

/** The exit code of a process that a closed pipe ended: 128 and the number of SIGPIPE (bash, "Exit Status"). */
const CLOSED_PIPE = 141;

/**
 * What becomes of the process when who reads its output closes it (`saiondo history | head -3`): it ends as other programs do, without a word. One that works
 * for a run continues unheard: its verdict is on disk, and its exit code is right.
 */
export function hearClosedPipes(continues: boolean): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!continues) process.exit(CLOSED_PIPE);
    });
}

/** Prints data to stdout: a text with our own colours. */
export function print(text: string): void {
  process.stdout.write(`${plainButStyles(text)}\n`);
}

/** {@link print}, and waits while the reader is slower. */
export async function printSlowly(text: string): Promise<void> {
  if (process.stdout.write(`${plain(text)}\n`)) return;
  await new Promise((done) => process.stdout.once('drain', done));
}

/** Prints a value as JSON to stdout, on one line or indented. */
export function printValue(value: unknown, indent?: number): void {
  process.stdout.write(`${plainJson(value, indent)}\n`);
}

/** Tells the person something on stderr. */
export function say(text: string): void {
  // A question that somebody is answering moves down: what they typed stays.
  if (asked) process.stderr.write('\r\u001b[K');
  process.stderr.write(`${plain(text)}\n`);
  asked?.prompt(true);
}

/** The question that stands at the end of the terminal. */
let asked: readline.Interface | undefined;

/** Where a person is told something and asked: plain lines, or the end of lines that are redrawn. */
export interface Answering {
  readonly say: (text: string) => void;
  readonly ask: (question: string, signal?: AbortSignal) => Promise<string>;
}

/**
 * Asks in the terminal. Ctrl-C there is what it is elsewhere: the process hears it as a signal.
 * @throws the signal's reason when it aborts; SaiondoError `NOT_ANSWERED` where the person ends the input or interrupts
 */
export async function ask(question: string, signal?: AbortSignal): Promise<string> {
  const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
  asked = process.stderr.isTTY && process.env.TERM !== 'dumb' ? prompt : undefined;
  // Without a listener readline closes itself at Ctrl-C, and nobody else hears of it.
  prompt.once('SIGINT', () => {
    prompt.close();
    process.stderr.write('\n');
    process.kill(process.pid, 'SIGINT');
  });
  try {
    return (await answered(prompt, `${plain(question)} `, signal)).trim();
  } finally {
    asked = undefined;
    prompt.close();
  }
}

/** What is typed. Node.js 20 leaves a question whose input has ended without an answer for ever, or rejects it with an error of its own. */
function answered(prompt: readline.Interface, question: string, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((answer, refuse) => {
    const unanswered = (): void =>
      refuse(
        new SaiondoError('Nothing was changed: the question was not answered', {
          code: 'NOT_ANSWERED',
          next: 'run the command again, and answer or add --yes',
        }),
      );
    prompt.once('close', unanswered);
    prompt.question(question, signal ? { signal } : {}).then(answer, (error: unknown) => {
      if (signal?.aborted) refuse(error);
      else unanswered();
    });
  });
}

/**
 * Writes rows over those that were written before, in one write. The screen is never cleared as a whole, which some terminals keep in their scrollback. A
 * row is emptied, then written: of a row that is only overwritten, tmux keeps the length and the wrap of before, and breaks it by them when its width changes.
 */
export function drawRows(
  out: NodeJS.WriteStream,
  rows: {
    /** How many rows to go up first. */
    readonly up: number;
    /** Rows that stay. */
    readonly above: readonly string[];
    /** Rows that are drawn over the next time. */
    readonly lines: readonly string[];
  },
): void {
  const texts = [...rows.above.flatMap((one) => one.split('\n')), ...rows.lines].map(plainButStyles);
  const left = Math.max(0, rows.up - texts.length);
  const up = rows.up > 0 ? `\r\u001b[${rows.up}A` : '\r';
  // What stays may take several rows: they are empty before it comes.
  const begin = rows.up > 0 && rows.above.length > 0 ? `${up}${'\u001b[2K\n'.repeat(rows.up)}${up}` : up;
  const end = left > 0 ? `${'\u001b[2K\n'.repeat(left)}\u001b[${left}A` : '';
  out.write(`${begin}${texts.map((one) => `\u001b[2K${one}\n`).join('')}${end}`);
}
