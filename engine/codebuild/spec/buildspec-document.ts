import { closest } from '../../../model/nearest';
import { isAlias, isMap, isScalar, isSeq, YAMLMap, type Node, type Pair } from 'yaml';
import { SaiondoError, type Location } from '../../../model/errors';
import { readYaml, type YamlText } from '../../../model/yaml-text';
import type { Limit } from '../../../model/limit';

/** The file that an inline buildspec was made of, with its content: what a person edits. */
export interface OriginalFile {
  readonly file: string;
  readonly content: string;
}

/** Bytes of a buildspec that is read. An inline one is a part of a template, which has at most 1 MB; AWS publishes no quota of files. */
export const MOST_BUILDSPEC_BYTES = 1024 * 1024;

/** Tags of YAML that a buildspec may write out: each leaves its text as it is. CloudFormation's (`!Ref`) belong to templates. */
const TAGS = new Set(['str', 'int', 'float', 'bool', 'seq', 'map'].map((name) => `tag:yaml.org,2002:${name}`));

/** The refusal of a buildspec that is too large to be read. */
export function tooLargeBuildspec(file: string, bytes: number): SaiondoError {
  return new SaiondoError(`the buildspec has ${bytes} bytes; at most ${MOST_BUILDSPEC_BYTES} are read`, {
    code: 'BUILDSPEC_INVALID',
    where: { file },
    next: 'move commands into scripts of the source',
  });
}

/** A YAML (or JSON) text whose nodes are found by path. */
class PlacedText {
  private readonly yaml: YamlText;
  /** What was looked at before: a path asks for the same maps and lists again and again. */
  private readonly pairs = new WeakMap<YAMLMap, Map<string, Pair>>();
  private readonly indexes = new WeakMap<object, Map<string, number>>();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.yaml = readYaml(text, { tags: TAGS });
  }

  get root(): Node | null {
    return this.yaml.document.contents as Node | null;
  }

  get problem(): YamlText['problem'] {
    return this.yaml.problem;
  }

  /** What an alias (`*name`) is of: the parser has found its anchor. */
  resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.yaml.document) : node;
  }

  /** The node at a path like `phases.build.commands[2]`, and its key where it is a map's entry. */
  find(path: string): { key?: Node; value: Node } | undefined {
    let at: { key?: Node; value: Node } | undefined = this.root ? { value: this.root } : undefined;
    for (const segment of path.match(/[^.[\]]+/g) ?? []) {
      const parent = at?.value;
      if (isMap(parent)) {
        const pair = this.pairsOf(parent).get(segment);
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
    const given = JSON.stringify(value);
    const at = this.find(path);
    if (at && JSON.stringify(at.value) === given) return { ...at, path };
    const parent = path.replace(/\[\d+\]$/, '');
    const list = parent === path ? undefined : this.find(parent)?.value;
    if (!isSeq(list)) return undefined;
    const index = this.indexesOf(list.items).get(given);
    return index === undefined ? undefined : { value: list.items[index] as Node, path: `${parent}[${index}]` };
  }

  location(offset: number, path: string): Location {
    const at = this.yaml.lines.linePos(offset);
    return { file: this.file, line: at.line, column: at.col, ...(path ? { path } : {}) };
  }

  private pairsOf(map: YAMLMap): Map<string, Pair> {
    const known = this.pairs.get(map);
    if (known) return known;
    const pairs = new Map(
      map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair as Pair] as const] : [])),
    );
    this.pairs.set(map, pairs);
    return pairs;
  }

  /** The first index of each item, by what it is as JSON. */
  private indexesOf(items: readonly unknown[]): Map<string, number> {
    const known = this.indexes.get(items);
    if (known) return known;
    const indexes = new Map<string, number>();
    for (const [i, item] of items.entries()) {
      const text = JSON.stringify(item);
      if (!indexes.has(text)) indexes.set(text, i);
    }
    this.indexes.set(items, indexes);
    return indexes;
  }
}

/**
 * A buildspec's text with typed access to its nodes; every refusal names file, line and key. Where the text was made of a file of a repository
 * ({@link OriginalFile}), places are that file's wherever both say the same.
 */
export class BuildspecDocument {
  readonly limits: Limit[] = [];
  readonly unsupported: Limit[] = [];
  private readonly own: PlacedText;
  private readonly original: PlacedText | undefined;

  /** @throws SaiondoError `BUILDSPEC_INVALID` */
  constructor(text: string, file: string, original?: OriginalFile) {
    for (const [name, content] of [
      [file, text] as const,
      ...(original ? [[original.file, original.content] as const] : []),
    ]) {
      const bytes = Buffer.byteLength(content);
      if (bytes > MOST_BUILDSPEC_BYTES) throw tooLargeBuildspec(name, bytes);
    }
    this.own = new PlacedText(file, text);
    const { problem } = this.own;
    if (problem) this.failAt(problem.offset, '', `not YAML: ${problem.message}`);
    const given = original && new PlacedText(original.file, original.content);
    // The original only tells places.
    this.original = given?.problem ? undefined : given;
  }

  get root(): unknown {
    return this.own.root;
  }

  /** The node as a map with known keys only; undefined where there is none. */
  map(given: unknown, at: string, known?: readonly string[]): YAMLMap | undefined {
    const found = this.resolved(given);
    if (isNothing(found)) return undefined;
    if (!isMap(found)) return this.fail(found, at, `${at ? `\`${at}\`` : 'a buildspec'} is a map`);
    const node = this.merged(found, at);
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

  /** What an alias (`*name`) is of. */
  private resolved(node: unknown): unknown {
    return this.own.resolved(node);
  }

  /** A map with the entries of its merge key `<<` in it, which its own go over (YAML, "Merge Key Language-Independent Type"). */
  private merged(map: YAMLMap, at: string): YAMLMap {
    const merges = map.items.filter(({ key }) => isScalar(key) && key.value === '<<');
    if (merges.length === 0) return map;
    const whole = new YAMLMap(map.schema);
    whole.range = map.range;
    const entries = new Map<string, Pair>();
    for (const { value } of merges) {
      const given = this.resolved(value);
      for (const item of isSeq(given) ? [...given.items].reverse() : [given]) {
        const from = this.resolved(item);
        if (!isMap(from)) return this.fail(value, at, 'map merge requires map or sequence of maps as the value');
        for (const pair of this.merged(from, at).items) entries.set(nameOf(pair), pair as Pair);
      }
    }
    for (const pair of map.items) if (!merges.includes(pair)) entries.set(nameOf(pair), pair as Pair);
    whole.items = [...entries.values()];
    return whole;
  }

  /** Refuses a key that is there and holds nothing: what it was written for would not happen, and nobody would see it. */
  refuseEmpty(map: YAMLMap | undefined, key: string, at: string, expected: string): void {
    if (map?.has(key) && isNothing(this.resolved(map.get(key, true))))
      this.fail(keyOf(map, key), at, `\`${at}\` holds nothing; expected ${expected}`);
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

function keyOf(map: YAMLMap, key: string): unknown {
  return map.items.find((pair) => nameOf(pair) === key)?.key;
}

function nameOf({ key }: Pair<unknown, unknown>): string {
  return isScalar(key) ? String(key.value) : '';
}

function isNothing(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null);
}

function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
