import { Terminal as Xterm } from '@xterm/headless';

/** A real terminal's screen and scrollback without a window, as a stream that a program draws on. */
export class Screen {
  private readonly xterm: Xterm;
  readonly out: NodeJS.WriteStream;

  constructor(columns: number, rows: number) {
    this.xterm = new Xterm({ cols: columns, rows, scrollback: 100_000, allowProposedApi: true, convertEol: true });
    const { xterm } = this;
    this.out = {
      isTTY: true,
      get columns() {
        return xterm.cols;
      },
      get rows() {
        return xterm.rows;
      },
      write: (text: string) => {
        xterm.write(text);
        return true;
      },
    } as unknown as NodeJS.WriteStream;
  }

  resize(columns: number, rows: number): void {
    this.xterm.resize(columns, rows);
  }

  /** Everything that was drawn and is still there, scrollback first, without the empty lines at the end. */
  async text(): Promise<string[]> {
    await new Promise<void>((done) => this.xterm.write('', done));
    const buffer = this.xterm.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, at) => buffer.getLine(at)?.translateToString(true) ?? '');
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** How many lines have scrolled away. */
  get scrolled(): number {
    return this.xterm.buffer.active.baseY;
  }
}
