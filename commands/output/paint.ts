import Table from 'cli-table3';
import pc from 'picocolors';

/** How text is drawn: for a terminal with colours and a width, or plain for a file or a pipe. */
export interface Paint {
  readonly terminal: boolean;
  readonly columns: number;
  readonly colours: ReturnType<typeof pc.createColors>;
}

/** Whether lines can be drawn again on a stream: a terminal that moves its cursor. `TERM=dumb` is one that does not (terminfo: `dumb`), as in Emacs. */
export function redraws(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** How a stream is to be drawn on (no-color.org: NO_COLOR). */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const terminal = stream.isTTY === true;
  const coloured = terminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return { terminal, columns: stream.columns ?? 80, colours: pc.createColors(coloured) };
}

/** Rows with a head: a table on a terminal, else fields with tabs between them, for cut and awk. */
export function table(paint: Paint, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (!paint.terminal) return [head, ...rows].map((row) => row.join('\t')).join('\n');
  const drawn = new Table({
    head: head.map((text) => paint.colours.bold(text)),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: ' ',
    },
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [] },
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}

/** A state in its colour. */
export function state(paint: Paint, status: string): string {
  const { colours } = paint;
  if (/^succeeded$/i.test(status)) return colours.green(status);
  if (/^(failed|rejected|timed_out|fault|abandoned)$/i.test(status)) return colours.red(status);
  if (/^(inprogress|in_progress|stopping)$/i.test(status)) return colours.cyan(status);
  return colours.dim(status);
}

/** The first characters of a commit, as git shows it. */
export function short(commit: string): string {
  return /^[0-9a-f]{40}$/.test(commit) ? commit.slice(0, 7) : commit;
}
