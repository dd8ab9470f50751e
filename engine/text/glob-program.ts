import type { Step } from './glob-automaton';

/** What a glob is compiled to, step by step. */
export class GlobProgram {
  readonly steps: Step[] = [];

  /** One character that passes a test. */
  take(test: (character: string) => boolean): void {
    this.steps.push({ kind: 'character', test });
  }

  /** Any number of them. */
  repeat(test: (character: string) => boolean): void {
    const loop = this.steps.length;
    this.steps.push({ kind: 'split', to: [loop + 1, loop + 3] });
    this.take(test);
    this.steps.push({ kind: 'split', to: [loop] });
  }

  /** `**` and its slash: any number of names with their slashes, none too. */
  names(): void {
    const split = this.steps.length;
    this.steps.push({ kind: 'split', to: [] });
    this.repeat(() => true);
    this.take((one) => one === '/');
    this.steps[split] = { kind: 'split', to: [split + 1, this.steps.length] };
  }

  /** One of several alternatives. @param next compiles the next one and says whether there are more */
  alternatives(next: () => boolean): void {
    const start = this.steps.length;
    this.steps.push({ kind: 'split', to: [] });
    const branches: number[] = [];
    const ends: number[] = [];
    for (let more = true; more;) {
      branches.push(this.steps.length);
      more = next();
      ends.push(this.steps.length);
      this.steps.push({ kind: 'split', to: [] });
    }
    this.steps[start] = { kind: 'split', to: branches };
    for (const end of ends) this.steps[end] = { kind: 'split', to: [this.steps.length] };
  }
}

/** Whether a character belongs to a name: it is not a slash. */
export function isOfName(character: string): boolean {
  return character !== '/';
}

/** The number of a character in Unicode; 0 where there is none. */
export function code(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0;
}
