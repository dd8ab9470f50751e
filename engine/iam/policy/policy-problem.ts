import { LineCounter, parseDocument } from 'yaml';

/** What is wrong with a policy document, and where. */
export interface PolicyProblem {
  /** The text that IAM answers with MalformedPolicyDocument. */
  readonly message: string;
  /** What was found, for a person; IAM's own texts often do not say it. */
  readonly detail: string;
  /** The keys that lead to it: `Statement[1].Condition.StringEqual`. */
  readonly path: string;
  /** Line and column, from 1, where the document was given as text. */
  readonly line?: number;
  readonly column?: number;
}

/** A place in a document as keys and indexes. */
export type Path = readonly (string | number)[];

/** `Statement[1].Action[0]`. */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`)).join('');
}

/** Where in a JSON text the value of a path begins; undefined where the text has no such path. JSON is YAML, so YAML's reader says it. */
export function placeOf(text: string, path: Path): { line: number; column: number } | undefined {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines });
    const node: unknown = path.length === 0 ? document.contents : document.getIn([...path], true);
    const offset = (node as { range?: readonly number[] } | undefined)?.range?.[0];
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  } catch {
    return undefined;
  }
}

/** Where a text stops being JSON: what JSON.parse says where it says it, else what YAML's reader does, else the end. */
export function syntaxPlace(text: string, message: string): { line: number; column: number } {
  const position = /position (\d+)/.exec(message)?.[1];
  const [error] = position === undefined ? parseDocument(text).errors : [];
  const offset = position === undefined ? (error?.pos[0] ?? text.length) : Number(position);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Keys of a JSON text that one object has twice, each with where the second one is. */
export function repeatedKeys(text: string): readonly { key: string; line: number; column: number }[] {
  const lines = new LineCounter();
  return parseDocument(text, { lineCounter: lines }).errors.flatMap(({ code, pos: [at] }) => {
    if (code !== 'DUPLICATE_KEY') return [];
    const { line, col } = lines.linePos(at);
    return [{ key: /^"(?:[^"\\]|\\.)*"/.exec(text.slice(at))?.[0] ?? 'at this place', line, column: col }];
  });
}
