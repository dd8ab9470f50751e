import pc from 'picocolors';
import type { RunEvent } from '../../model/events';
import type { RunState } from '../../model/run-state';
import { liveLines } from '../../views/live-lines';
import { plainLine, type Detail } from '../../views/plain';
import { styledLine } from '../../views/spans';
import { Frame } from './frame';
import { hearKeys } from './keys';
import { logTail } from './log-tail';
import { editedLine, promptLine } from './prompt-line';

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
  /** What a key other than those of the log does now; undefined where it does nothing. It may ask ({@link Terminal.ask}). */
  command(key: string): (() => Promise<string | undefined>) | undefined;
  /** The keys that do something now, in words. */
  help(): string;
}

interface Question {
  readonly text: string;
  typed: string;
  answer(typed: string): void;
  refuse(error: Error): void;
}

/** Executions, stages and actions with state and elapsed time, updated in place; what a person has to know besides scrolls by above. */
export class Terminal {
  private readonly frame: Frame;
  private state: RunState | undefined;
  private timer: NodeJS.Timeout | undefined;
  private silence: (() => void) | undefined;
  /** The log that is open, by its place among those there are. */
  private log: number | undefined;
  /** The question at the end of the lines, with what was typed so far. */
  private question: Question | undefined;
  /** Questions are asked one after the other. */
  private asked: Promise<unknown> = Promise.resolve();

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
    if (line) this.frame.draw(this.timer ? this.lines() : [], [pc.dim(line)]);
  }

  /**
   * Asks below the lines, which continue meanwhile: what happens while somebody thinks is seen. Until it is answered every key is text.
   * @throws the signal's reason when it aborts, or when the terminal ends
   */
  ask(text: string, signal?: AbortSignal): Promise<string> {
    const turn = this.asked.then(
      () =>
        new Promise<string>((answer, refuse) => {
          if (signal?.aborted || !this.timer) return refuse(new Error('nobody can be asked any more'));
          const over = (): void => this.question?.refuse(new Error('nobody has to answer any more'));
          const end = (): void => {
            this.question = undefined;
            signal?.removeEventListener('abort', over);
            this.redraw();
          };
          signal?.addEventListener('abort', over, { once: true });
          this.question = {
            text,
            typed: '',
            answer: (typed) => {
              end();
              this.say(`${text} ${typed}`);
              answer(typed.trim());
            },
            refuse: (error) => (end(), refuse(error)),
          };
          this.log = undefined;
          this.redraw();
        }),
    );
    this.asked = turn.catch(() => undefined);
    return turn;
  }

  /** A line for the person, above what is redrawn. */
  say(text: string): void {
    this.frame.draw(this.timer ? this.lines() : [], [text]);
  }

  /** The lines go, and the keys are the terminal's own. */
  private pause(): void {
    this.question?.refuse(new Error('the terminal has ended'));
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
    if (this.options.keys) this.silence = hearKeys(this.options.input, (key, typed) => this.press(key, typed));
  }

  /**
   * The last state stays on the screen; only the keys' line goes.
   * @param resumes the lines come back below what is said next: they do not stay above it too
   */
  end(resumes = false): void {
    if (!this.timer) return;
    this.log = undefined;
    this.pause();
    if (this.state && !resumes) this.frame.draw(this.lines(''));
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
    const last = this.question ? promptLine(this.question.text, this.question.typed, columns) : keys;
    return liveLines(this.state, { now: Date.now(), columns, rows, ...(last ? { keys: last } : {}) });
  }

  private press(key: string, typed: string): void {
    const { question } = this;
    if (question) {
      if (key === 'return' || key === 'enter') return question.answer(question.typed);
      question.typed = editedLine(question.typed, key, typed);
      return this.redraw();
    }
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
    const said = await work().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (said) this.say(said);
  }
}
