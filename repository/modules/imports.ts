/** One import of a source file of JavaScript or TypeScript. */
export interface Import {
  /** What it names: `./user`, `@nestjs/core`, `lodash/merge`. */
  readonly specifier: string;
  readonly line: number;
  /** `type`: gone once it is compiled; `dynamic`: a call, which may stand in a branch that never runs. */
  readonly kind: 'static' | 'type' | 'dynamic';
}

/** A line that is longer is generated, not written. */
const LONGEST_LINE = 2_000;
const FROM = /\bfrom\s*(['"])([^'"\s]+)\1/;
const BARE = /^import\s*(['"])([^'"\s]+)\1/;
const CALL = /\b(?:require|import)\(\s*(['"])([^'"\s]+)\1\s*\)/g;
/** What may stand ahead of `from` on its line: the statement, or the last line of its braces. */
const HEAD = /^(?:import\b|export\b|[\w$*{},\s]*\}|[\w$]+\s*$)/;

/**
 * The imports of a text, a line at a time: lines of comments are left out. One pass, in time linear in the text. What is put together while the
 * program runs is not seen.
 */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  let inComment = false;
  let typeOnly = false;
  for (const [at, raw] of text.split('\n').entries()) {
    if (raw.length > LONGEST_LINE) continue;
    const line = raw.trim();
    if (inComment || line.startsWith('/*')) {
      inComment = !line.includes('*/');
      continue;
    }
    if (line.startsWith('//') || line.startsWith('*')) continue;
    if (/^(?:import|export)\b/.test(line)) typeOnly = /^(?:import|export)\s+type\b/.test(line);
    const add = (specifier: string | undefined, kind: Import['kind']): void => {
      if (specifier !== undefined) found.push({ specifier, line: at + 1, kind });
    };
    const from = FROM.exec(line);
    const bare = BARE.exec(line);
    if (from && HEAD.test(line.slice(0, from.index))) add(from[2], typeOnly ? 'type' : 'static');
    else if (bare) add(bare[2], 'static');
    else for (const call of line.matchAll(CALL)) add(call[2], 'dynamic');
  }
  return found;
}

/** The package of a specifier: `lodash` of `lodash/merge`, `@nestjs/core` of `@nestjs/core/x`; undefined where it is no package’s name. */
export function packageOf(specifier: string): string | undefined {
  return /^(@[a-z0-9~-][\w.~-]*\/[a-z0-9~-][\w.~-]*|[a-z0-9~-][\w.~-]*)(?:\/|$)/i.exec(specifier)?.[1];
}
