import { SaiondoError } from '../../model/errors';
import { automaton, type Step } from './glob-automaton';

/** A compiled glob. */
export interface Glob {
  readonly pattern: string;
  matches(text: string): boolean;
}

const isSegment = (character: string): boolean => character !== '/';

// Where `**` stands for whole names it stands for none of them too: the guide's example 1 of "Automate starting pipelines using triggers
// and filtering" takes common/app.js by the include common/**/*.js. Java's own matcher would not.

/**
 * Compiles a glob of a trigger filter (CodePipeline User Guide, "Working with glob patterns in syntax"): `*` and `?` stay inside a name,
 * `**` crosses directories, `[ ]` takes one character (`!` negates), `{a,b}` one of several, unnested, and `\` escapes. A text is walked
 * once with all positions at a time, so no pattern can make it slow.
 * @throws SaiondoError `GLOB_INVALID`
 */
export function compileGlob(pattern: string): Glob {
  return { pattern, matches: automaton(new Compiler(pattern).compile()) };
}

class Compiler {
  private readonly program: Step[] = [];
  private at = 0;

  constructor(private readonly pattern: string) {}

  compile(): Step[] {
    while (this.at < this.pattern.length) {
      if (this.pattern[this.at] === '{') this.group();
      else this.one(false);
    }
    return this.program;
  }

  /** One element outside, or (in a group) inside, of braces. */
  private one(inGroup: boolean): void {
    const character = this.next();
    switch (character) {
      case '*':
        return this.stars();
      case '?':
        return this.take(isSegment);
      case '[':
        return this.bracket();
      case '{':
        return this.fail('groups cannot be nested');
      case '\\': {
        if (this.at >= this.pattern.length) this.fail('nothing follows the last backslash');
        const escaped = this.next();
        return this.take((one) => one === escaped);
      }
      default:
        if (character === '}' && !inGroup) return this.take((one) => one === '}');
        return this.take((one) => one === character);
    }
  }

  private stars(): void {
    if (this.pattern[this.at] !== '*') return this.repeat(isSegment);
    const before = this.pattern[this.at - 2];
    while (this.pattern[this.at] === '*') this.at++;
    const wholeNames = (before === undefined || before === '/') && this.pattern[this.at] === '/';
    if (!wholeNames) return this.repeat(() => true);
    // `**/`: any number of names with their slashes, none too.
    this.at++;
    const split = this.program.length;
    this.program.push({ kind: 'split', to: [] });
    this.repeat(() => true);
    this.take((one) => one === '/');
    this.program[split] = { kind: 'split', to: [split + 1, this.program.length] };
  }

  private repeat(test: (character: string) => boolean): void {
    const loop = this.program.length;
    this.program.push({ kind: 'split', to: [loop + 1, loop + 3] });
    this.take(test);
    this.program.push({ kind: 'split', to: [loop] });
  }

  private group(): void {
    this.at++;
    const start = this.program.length;
    this.program.push({ kind: 'split', to: [] });
    const branches: number[] = [this.program.length];
    const ends: number[] = [];
    for (;;) {
      if (this.at >= this.pattern.length) this.fail('a group { is not closed');
      const character = this.pattern[this.at];
      if (character !== ',' && character !== '}') {
        this.one(true);
        continue;
      }
      this.at++;
      ends.push(this.program.length);
      this.program.push({ kind: 'split', to: [] });
      if (character === '}') break;
      branches.push(this.program.length);
    }
    const after = this.program.length;
    this.program[start] = { kind: 'split', to: branches };
    for (const end of ends) this.program[end] = { kind: 'split', to: [after] };
  }

  /** Inside brackets `*`, `?` and `\` stand for themselves, and `-` does where it is first. A slash never matches. */
  private bracket(): void {
    const negated = this.pattern[this.at] === '!';
    if (negated) this.at++;
    const ranges: [number, number][] = [];
    for (;;) {
      if (this.at >= this.pattern.length) this.fail('a bracket [ is not closed');
      const from = this.next();
      if (from === ']') break;
      const through = this.pattern[this.at] === '-' && (this.pattern[this.at + 1] ?? ']') !== ']';
      if (through) this.at++;
      const to = through ? this.next() : from;
      if (code(from) > code(to)) this.fail(`the range ${from}-${to} runs backwards`);
      ranges.push([code(from), code(to)]);
    }
    if (ranges.length === 0) this.fail('a bracket [] is empty');
    this.take((one) => {
      const inside = ranges.some(([from, to]) => code(one) >= from && code(one) <= to);
      return isSegment(one) && inside !== negated;
    });
  }

  private take(test: (character: string) => boolean): void {
    this.program.push({ kind: 'character', test });
  }

  private next(): string {
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += character.length;
    return character;
  }

  private fail(why: string): never {
    throw new SaiondoError(`the glob ${this.pattern} cannot be read: ${why}`, {
      code: 'GLOB_INVALID',
      next: 'see "Working with glob patterns in syntax" in the CodePipeline User Guide',
    });
  }
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}
