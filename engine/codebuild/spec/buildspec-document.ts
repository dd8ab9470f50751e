import { closest } from 'fastest-levenshtein';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { SaiondoError, type Location } from '../../../model/errors';
import type { Limit } from '../../../model/limit';

/** The file that an inline buildspec was made of, with its content: what a person edits. */
export interface OriginalFile {
  readonly file: string;
  readonly content: string;
}

/** A YAML (or JSON) text whose nodes are found by path. */
class YamlText {
  readonly document: Document.Parsed;
  private readonly lines = new LineCounter();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true });
  }

  /** The node at a path like `phases.build.commands[2]`, and its key where it is a map's entry. */
  find(path: string): { key?: Node; value: Node } | undefined {
    let at: { key?: Node; value: Node } | undefined = this.document.contents
      ? { value: this.document.contents as Node }
      : undefined;
    for (const segment of path.match(/[^.[\]]+/g) ?? []) {
      const parent = at?.value;
      if (isMap(parent)) {
        const pair = parent.items.find((one) => isScalar(one.key) && String(one.key.value) === segment);
        at = pair && { key: pair.key as Node, value: pair.value as Node };
      } else if (isSeq(parent)) {
        const value = parent.items[Number(segment)] as Node | undefined;
        at = value && { value };
      } else at = undefined;
      if (!at) return undefined;
    }
    return at;
  }

  /** The node at a path if it is the given one; of a list's item also where the list has it at another place, for entries may have been added. */
  findSame(path: string, value: Node): { key?: Node; value: Node; path: string } | undefined {
    const same = (one: unknown): boolean => JSON.stringify(one) === JSON.stringify(value);
    const at = this.find(path);
    if (at && same(at.value)) return { ...at, path };
    const parent = path.replace(/\[\d+\]$/, '');
    const list = parent === path ? undefined : this.find(parent)?.value;
    const index = isSeq(list) ? list.items.findIndex(same) : -1;
    return isSeq(list) && index >= 0 ? { value: list.items[index] as Node, path: `${parent}[${index}]` } : undefined;
  }

  location(offset: number, path: string): Location {
    const at = this.lines.linePos(offset);
    return { file: this.file, line: at.line, column: at.col, ...(path ? { path } : {}) };
  }
}

/**
 * A buildspec's text with typed access to its nodes; every refusal names file, line and key. Where the text was made of a file of a repository
 * ({@link OriginalFile}), places are that file's wherever both say the same.
 */
export class BuildspecDocument {
  readonly limits: Limit[] = [];
  readonly unsupported: Limit[] = [];
  private readonly own: YamlText;
  private readonly original: YamlText | undefined;

  /** @throws SaiondoError `BUILDSPEC_INVALID` */
  constructor(text: string, file: string, original?: OriginalFile) {
    this.own = new YamlText(file, text);
    this.original = original && new YamlText(original.file, original.content);
    const [error] = this.own.document.errors;
    if (error) this.failAt(error.pos[0], '', `not YAML: ${error.message.split('\n')[0] ?? ''}`);
  }

  get root(): unknown {
    return this.own.document.contents;
  }

  /** The node as a map with known keys only; undefined where there is none. */
  map(given: unknown, at: string, known?: readonly string[]): YAMLMap | undefined {
    const node = this.resolved(given);
    if (isNothing(node)) return undefined;
    if (!isMap(node)) return this.fail(node, at, `${at ? `\`${at}\`` : 'a buildspec'} is a map`);
    for (const { key } of known ? node.items : []) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!known?.includes(name)) {
        const nearest = closest(name, [...(known ?? [])]);
        this.fail(key, at ? `${at}.${name}` : name, `unknown key \`${name}\`; did you mean \`${nearest}\`?`);
      }
    }
    return node;
  }

  entries(map: YAMLMap | undefined): [string, unknown][] {
    return (map?.items ?? []).map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair.value]);
  }

  /** A map of texts. */
  texts(node: unknown, at: string): Record<string, string> {
    return Object.fromEntries(
      this.entries(this.map(node, at)).map(([name, value]) => [name, this.text(value, `${at}.${name}`) ?? '']),
    );
  }

  /** A list of texts; one text is a list of one: CDK writes `files` so. */
  list(node: unknown, at: string): string[] {
    return this.items(node, at).map(({ item, path }) => this.text(item, path) ?? '');
  }

  /** The entries of a list, or the one that stands instead of a list. */
  items(given: unknown, at: string): { item: unknown; path: string }[] {
    const node = this.resolved(given);
    if (isNothing(node)) return [];
    if (isScalar(node)) return [{ item: node, path: at }];
    if (!isSeq(node)) return this.fail(node, at, `\`${at}\` is a list of texts`);
    return node.items.map((item, i) => ({ item: this.resolved(item), path: `${at}[${i}]` }));
  }

  /** yes, no, true or false; no where there is none. */
  flag(node: unknown, at: string): boolean {
    const value = this.text(node, at);
    if (value === undefined || /^(no|false)$/i.test(value)) return false;
    if (/^(yes|true)$/i.test(value)) return true;
    return this.fail(node, at, `\`${at}\` is ${JSON.stringify(value)}; expected yes or no`);
  }

  /** A scalar as it was written: `3.10` stays `3.10`, `True` stays `True`. */
  text(given: unknown, at: string): string | undefined {
    const node = this.resolved(given);
    if (isNothing(node)) return undefined;
    if (!isScalar(node))
      return this.fail(node, at, `\`${at}\` is ${isMap(node) ? 'a map' : 'a list'}; expected a text`);
    return typeof node.value !== 'string' && typeof node.source === 'string' ? node.source : String(node.value);
  }

  /** What an alias (`*name`) stands for. */
  private resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.own.document) : node;
  }

  limit(node: unknown, at: string, text: string): void {
    this.limits.push({ where: this.place(node, at), text });
  }

  notSupported(node: unknown, at: string, text: string): void {
    this.unsupported.push({ where: this.place(node, at), text });
  }

  place(node: unknown, path: string): Location {
    return this.placeAt(offsetOf(node), path);
  }

  fail(node: unknown, path: string, message: string): never {
    return this.failAt(offsetOf(node), path, message);
  }

  private failAt(offset: number, path: string, message: string): never {
    throw new SaiondoError(message, {
      code: 'BUILDSPEC_INVALID',
      where: this.placeAt(offset, path),
      next: 'see "Build specification reference for CodeBuild"',
    });
  }

  private placeAt(offset: number, path: string): Location {
    const here = this.own.find(path);
    const there = here && this.original?.findSame(path, here.value);
    if (this.original && there) {
      const node = offsetOf(here.key) === offset ? (there.key ?? there.value) : there.value;
      return this.original.location(offsetOf(node), there.path);
    }
    return this.own.location(offset, path);
  }
}

function isNothing(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null);
}

function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
