import { Frame } from './frame';
import { redraws } from './paint';
import { print } from './print';

/** A text that is drawn over its former self on a terminal; elsewhere each is printed once, when it changed. */
export class Redrawn {
  private readonly frame: Frame;
  private last = '';

  constructor(private readonly out: NodeJS.WriteStream) {
    this.frame = new Frame(out);
  }

  /** The size that a text may have: undefined where nothing is redrawn. */
  get size(): { readonly columns: number; readonly rows: number } | undefined {
    return redraws(this.out) ? { columns: this.frame.columns, rows: this.frame.rows } : undefined;
  }

  /** @param text lines that fit {@link size} */
  show(text: string): void {
    if (redraws(this.out)) return this.frame.draw(text.split('\n').slice(0, this.frame.rows));
    if (text !== this.last) print(`${text}\n`);
    this.last = text;
  }
}
