import { stripVTControlCharacters } from 'node:util';
import { draw } from './print';

/** A text that is drawn over its former self on a terminal; elsewhere each is printed once, when it changed. */
export class Redrawn {
  private rows = 0;
  private last = '';

  constructor(private readonly out: NodeJS.WriteStream) {}

  show(text: string): void {
    if (!this.out.isTTY) {
      if (text !== this.last) draw(this.out, [text, '']);
      this.last = text;
      return;
    }
    const columns = this.out.columns ?? 80;
    const lines = text.split('\n').slice(-Math.max(4, (this.out.rows ?? 24) - 1));
    const rows = lines.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
      0,
    );
    draw(this.out, lines, this.rows);
    this.rows = rows;
  }
}
