import { rowsOf } from '../../views/text-width';
import { drawRows } from './print';

/**
 * Lines at the end of a terminal that are drawn over their former selves, row by row and in one write: nothing is cleared, so that what scrolls away
 * is what was said above, and nothing flickers. They never fill the whole screen: the row below them holds the cursor.
 */
export class Frame {
  private lines: readonly string[] = [];

  constructor(private readonly out: NodeJS.WriteStream) {}

  /** Columns that a line may take: a line that fills its row leaves the cursor between two rows. */
  get columns(): number {
    return Math.max(20, (this.out.columns ?? 80) - 1);
  }

  /** Rows that the lines may take. */
  get rows(): number {
    return Math.max(3, (this.out.rows ?? 24) - 2);
  }

  /**
   * Draws the lines. Each fits {@link columns}, and there are {@link rows} of them at most.
   * @param above lines that stay, above them: they scroll away with time
   */
  draw(lines: readonly string[], above: readonly string[] = []): void {
    if (above.length === 0 && lines.length === this.lines.length && lines.every((one, at) => one === this.lines[at]))
      return;
    drawRows(this.out, { up: this.height(), above, lines });
    this.lines = lines;
  }

  /** Takes the lines away: what is written next stands where they began. */
  clear(above: readonly string[] = []): void {
    if (this.lines.length > 0 || above.length > 0) drawRows(this.out, { up: this.height(), above, lines: [] });
    this.lines = [];
  }

  /** Lets the lines stand as they are: what is written next comes below them. */
  leave(): void {
    this.lines = [];
  }

  /** Rows that the lines take now: a terminal that was made narrower has wrapped them. */
  private height(): number {
    const columns = this.out.columns ?? 80;
    return this.lines.reduce((sum, line) => sum + rowsOf(line, columns), 0);
  }
}
