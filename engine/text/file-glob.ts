import { SaiondoError } from '../../model/errors';
import { automaton, type Step } from './glob-automaton';
import { code, GlobProgram, isOfName } from './glob-program';

/** Characters of a glob of files. A path has at most 4,096. */
const MOST_CHARACTERS = 1024;

const anything = (): boolean => true;

/**
 * Compiles a glob of a buildspec (CodeBuild User Guide, "artifacts" of the build specification reference): `*` and `?` stay inside a path segment,
 * `**` as a whole segment crosses them, `[ ]` takes one character (`!` and `^` negate), `{a,b}` one of several, `\` escapes. Brackets and
 * braces that are not closed are themselves. Hidden files match as others do. The test is linear in the path.
 * @throws SaiondoError `GLOB_INVALID` for one of more than 1,024 characters
 */
export function compileFileGlob(pattern: string): (path: string) => boolean {
  return automaton(new FileGlob(limited(pattern)).compile());
}

/**
 * Compiles a pattern in which `*` takes any characters and `?` one, slashes too.
 * @param brackets whether `[ ]` and `[! ]` are classes, as in the filters of `aws s3 sync` (Python's fnmatch)
 * @throws SaiondoError `GLOB_INVALID` for one of more than 1,024 characters
 */
export function compileWildcard(pattern: string, brackets = false): (text: string) => boolean {
  return automaton(new FileGlob(limited(pattern), { crosses: true, brackets }).compile());
}

function limited(pattern: string): string {
  if (pattern.length <= MOST_CHARACTERS) return pattern;
  throw new SaiondoError(
    `the glob ${pattern.slice(0, 40)}… has ${pattern.length} characters; at most ${MOST_CHARACTERS} are read`,
    { code: 'GLOB_INVALID', next: 'write several shorter ones' },
  );
}

class FileGlob {
  private readonly program = new GlobProgram();
  private readonly characters: readonly string[];
  /** Where the group that an opening brace begins ends; absent for one that is not closed. */
  private readonly closing = new Map<number, number>();
  private at = 0;

  constructor(
    pattern: string,
    private readonly like: { readonly crosses: boolean; readonly brackets: boolean } = {
      crosses: false,
      brackets: true,
    },
  ) {
    this.characters = [...pattern];
    const open: number[] = [];
    for (let i = 0; i < this.characters.length; i++) {
      if (this.characters[i] === '\\') i++;
      else if (this.characters[i] === '{') open.push(i);
      else if (this.characters[i] === '}') {
        const from = open.pop();
        if (from !== undefined) this.closing.set(from, i);
      }
    }
  }

  compile(): Step[] {
    this.until(this.characters.length);
    return this.program.steps;
  }

  private until(end: number): void {
    while (this.at < end) this.one();
  }

  private one(): void {
    const from = this.at;
    const character = this.characters[this.at++] ?? '';
    const { crosses } = this.like;
    if (character === '*') return this.stars(from);
    if (character === '?') return this.program.take(crosses ? anything : isOfName);
    if (character === '[' && this.bracket()) return;
    if (character === '{' && !crosses && this.closing.has(from)) return this.group(this.closing.get(from) ?? from);
    const itself = character === '\\' && !crosses ? (this.characters[this.at++] ?? '\\') : character;
    this.program.take((one) => one === itself);
  }

  private stars(from: number): void {
    while (this.characters[this.at] === '*') this.at++;
    if (this.like.crosses) return this.program.repeat(anything);
    const opens = [undefined, '/', '{', ','].includes(this.characters[from - 1]);
    const after = this.characters[this.at];
    if (this.at - from < 2 || !opens || ![undefined, '/', '}', ','].includes(after))
      return this.program.repeat(isOfName);
    if (after !== '/') return this.program.repeat(anything);
    // `**/`: any number of segments with their slashes, none too.
    this.at++;
    this.program.names();
  }

  /** The alternatives up to a closing brace. */
  private group(closing: number): void {
    this.program.alternatives(() => {
      const end = this.separator(closing);
      this.until(end);
      this.at = end + 1;
      return end !== closing;
    });
  }

  /** The next comma of this group, or its closing brace. */
  private separator(closing: number): number {
    for (let i = this.at; i < closing; i++) {
      if (this.characters[i] === '\\') i++;
      else if (this.characters[i] === '{') i = this.closing.get(i) ?? i;
      else if (this.characters[i] === ',') return i;
    }
    return closing;
  }

  /** @returns whether there is a class: a bracket that is not closed, or an empty one, is itself */
  private bracket(): boolean {
    if (!this.like.brackets) return false;
    const negated = ['!', '^'].includes(this.characters[this.at] ?? '');
    let i = this.at + (negated ? 1 : 0);
    const members: string[] = [];
    // A bracket that comes first is a member.
    for (; i < this.characters.length && (this.characters[i] !== ']' || members.length === 0); i++) {
      if (this.characters[i] === '\\' && !this.like.crosses) i++;
      members.push(this.characters[i] ?? '');
    }
    if (i >= this.characters.length) return false;
    this.at = i + 1;
    const ranges: (readonly [number, number])[] = [];
    for (let k = 0; k < members.length; k++) {
      const through = members[k + 1] === '-' && members[k + 2] !== undefined;
      ranges.push([code(members[k]), code(members[through ? k + 2 : k])]);
      if (through) k += 2;
    }
    const { crosses } = this.like;
    this.program.take((one) => {
      const inside = ranges.some(([low, high]) => code(one) >= low && code(one) <= high);
      return (crosses || isOfName(one)) && inside !== negated;
    });
    return true;
  }
}
