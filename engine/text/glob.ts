import { SaiondoError } from '../../model/errors';
import { automaton, type Step } from './glob-automaton';
import { code, GlobProgram, isOfName } from './glob-program';

/** A compiled glob. */
export interface Glob {
  readonly pattern: string;
  matches(text: string): boolean;
}

// Where `**` matches whole names it matches none of them too: the guide's example 1 of "Automate starting pipelines using triggers
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
  private readonly program = new GlobProgram();
  private at = 0;

  constructor(private readonly pattern: string) {}

  compile(): Step[] {
    while (this.at < this.pattern.length) {
      if (this.pattern[this.at] === '{') this.group();
      else this.one(false);
    }
    return this.program.steps;
  }

  /** One element outside, or (in a group) inside, of braces. */
  private one(inGroup: boolean): void {
    const character = this.next();
    switch (character) {
      case '*':
        return this.stars();
      case '?':
        return this.program.take(isOfName);
      case '[':
        return this.bracket();
      case '{':
        return this.fail('groups cannot be nested');
      case '\\': {
        if (this.at >= this.pattern.length) this.fail('nothing follows the last backslash');
        const escaped = this.next();
        return this.program.take((one) => one === escaped);
      }
      default:
        if (character === '}' && !inGroup) return this.program.take((one) => one === '}');
        return this.program.take((one) => one === character);
    }
  }

  private stars(): void {
    if (this.pattern[this.at] !== '*') return this.program.repeat(isOfName);
    const before = this.pattern[this.at - 2];
    while (this.pattern[this.at] === '*') this.at++;
    const wholeNames = (before === undefined || before === '/') && this.pattern[this.at] === '/';
    if (!wholeNames) return this.program.repeat(() => true);
    // `**/`: any number of names with their slashes, none too.
    this.at++;
    this.program.names();
  }

  private group(): void {
    this.at++;
    this.program.alternatives(() => {
      for (;;) {
        if (this.at >= this.pattern.length) this.fail('a group { is not closed');
        const character = this.pattern[this.at];
        if (character === ',' || character === '}') {
          this.at++;
          return character === ',';
        }
        this.one(true);
      }
    });
  }

  /** Inside brackets `*`, `?` and `\` are themselves, and so is `-` where it is first. A slash never matches. */
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
    this.program.take((one) => {
      const inside = ranges.some(([from, to]) => code(one) >= from && code(one) <= to);
      return isOfName(one) && inside !== negated;
    });
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
