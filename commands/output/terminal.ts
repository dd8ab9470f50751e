import pc from 'picocolors';
import type { RunEvent } from '../../model/events';
import { currentExecution, type RunState } from '../../model/run-state';
import { seconds } from '../../views/duration';
import { plainLine } from '../../views/plain';
import { stageLines } from '../../views/stage-lines';
import { draw } from './print';

/** How often the lines are drawn again, in milliseconds. */
const INTERVAL = 200;

/** Stages and actions with state and elapsed time, updated in place; what happens besides scrolls by above. */
export class Terminal {
  private drawn = 0;
  private state: RunState | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly out: NodeJS.WriteStream) {
    this.resume();
  }

  show(event: RunEvent, state: RunState): void {
    this.state = state;
    if (
      [
        'tool.checked',
        'process.started',
        'message',
        'pipeline.mutated',
        'execution.revisions',
        'endpoint.checked',
      ].includes(event.kind)
    ) {
      const line = plainLine(event, state);
      this.clear();
      if (line) draw(this.out, [pc.dim(line)]);
    }
  }

  /** A line for the person, above what is redrawn. */
  say(text: string): void {
    this.clear();
    draw(this.out, [text]);
  }

  pause(): void {
    this.draw();
    this.drawn = 0;
    clearInterval(this.timer);
  }

  resume(): void {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.draw(), INTERVAL);
    this.timer.unref();
  }

  end(): void {
    clearInterval(this.timer);
    if (this.timer) this.draw();
    this.drawn = 0;
    this.timer = undefined;
  }

  private draw(): void {
    if (!this.state) return;
    const rows = Math.max(4, (this.out.rows ?? 24) - 1);
    const columns = this.out.columns ?? 80;
    const execution = currentExecution(this.state);
    const elapsed = execution ? seconds((Date.now() - Date.parse(execution.startedAt)) / 1000) : '';
    const lines = [...stageLines(this.state, { now: Date.now(), columns }), pc.dim(elapsed)].slice(-rows);
    this.clear();
    draw(this.out, lines);
    this.drawn = lines.length;
  }

  private clear(): void {
    if (this.drawn > 0) draw(this.out, [], this.drawn);
    this.drawn = 0;
  }
}
