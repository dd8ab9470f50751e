import pc from 'picocolors';
import type { RunEvent } from '../../model/events';
import type { RunState } from '../../model/run-state';
import { liveLines } from '../../views/live-lines';
import { plainLine, type Detail } from '../../views/plain';
import { styledLine } from '../../views/spans';
import { Frame } from './frame';
import { hearKeys } from './keys';
import { logTail } from './log-tail';

/** How often the lines are drawn again, in milliseconds. What has not changed is not written. */
const INTERVAL = 250;

/** A build whose log a person can open. */
export interface OpenLog {
  /** `Stage/Action`. */
  readonly label: string;
  readonly file: string;
}

/** What keys do while a run continues. */
export interface LiveKeys {
  /** The builds that run, or the last that ran: the first one is opened first. */
  logs(): readonly OpenLog[];
  /** What a key other than those of the log does now; undefined where it does nothing. It may ask: the lines stand still meanwhile. */
  command(key: string): (() => Promise<string | undefined>) | undefined;
  /** The keys that do something now, in words. */
  help(): string;
}

/** Executions, stages and actions with state and elapsed time, updated in place; what a person has to know besides scrolls by above. */
export class Terminal {
  private readonly frame: Frame;
  private state: RunState | undefined;
  private timer: NodeJS.Timeout | undefined;
  private silence: (() => void) | undefined;
  /** The log that is open, by its place among those there are. */
  private log: number | undefined;

  constructor(
    out: NodeJS.WriteStream,
    private readonly options: { readonly detail: Detail; readonly input: NodeJS.ReadStream; readonly keys?: LiveKeys },
  ) {
    this.frame = new Frame(out);
    this.resume();
  }

  show(event: RunEvent, state: RunState): void {
    this.state = state;
    const line = plainLine(event, state, this.options.detail);
    if (line) this.frame.draw(this.lines(), [pc.dim(line)]);
  }

  /** A line for the person, above what is redrawn. */
  say(text: string): void {
    this.frame.draw(this.timer ? this.lines() : [], [text]);
  }

  /** The lines go, and the keys are the terminal's own: for a question. */
  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.silence?.();
    this.silence = undefined;
    this.frame.clear();
  }

  resume(): void {
    if (this.timer) return;
    this.timer = setInterval(() => this.redraw(), INTERVAL);
    this.timer.unref();
    if (this.options.keys) this.silence = hearKeys(this.options.input, (key) => this.press(key));
  }

  /** The last state stays on the screen; only the keys' line goes. */
  end(): void {
    if (!this.timer) return;
    this.log = undefined;
    this.pause();
    if (this.state) this.frame.draw(this.lines(''));
    this.frame.leave();
  }

  /** Draws the lines as they are now. */
  redraw(): void {
    if (this.state) this.frame.draw(this.lines());
  }

  private lines(keys = this.options.keys?.help()): string[] {
    if (!this.state) return [];
    const { columns, rows } = this.frame;
    const open = this.log === undefined ? undefined : this.options.keys?.logs()[this.log];
    if (open) {
      const head = styledLine(
        [
          [open.label, 'bold'],
          ['  (tab: the next log, q: back)', 'dim'],
        ],
        columns,
      );
      return [head, ...logTail(open.file, { columns, rows: rows - 1 })];
    }
    return liveLines(this.state, { now: Date.now(), columns, rows, ...(keys ? { keys } : {}) });
  }

  private press(key: string): void {
    const count = this.options.keys?.logs().length ?? 0;
    if (this.log !== undefined && ['q', 'escape', 'l'].includes(key)) this.log = undefined;
    else if (this.log !== undefined && key === 'tab') this.log = (this.log + 1) % Math.max(1, count);
    else if (key === 'l' && count > 0) this.log = 0;
    else {
      const work = this.options.keys?.command(key);
      if (work) void this.carryOut(work);
      return;
    }
    this.redraw();
  }

  private async carryOut(work: () => Promise<string | undefined>): Promise<void> {
    this.pause();
    const said = await work().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    this.resume();
    if (said) this.say(said);
  }
}
