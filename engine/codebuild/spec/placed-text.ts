import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Location } from '../../../model/errors';
import { readYaml, type YamlText } from '../../../model/yaml-text';

/** Tags of YAML that a buildspec may write out: each but `!!binary` leaves its text as it is. CloudFormation's (`!Ref`) belong to templates. */
const TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'seq', 'map', 'binary', 'timestamp'].map(
    (name) => `tag:yaml.org,2002:${name}`,
  ),
);

/** A YAML (or JSON) text whose nodes are found by path. */
export class PlacedText {
  private readonly yaml: YamlText;
  /** What was looked at before: a path asks for the same maps and lists again and again. */
  private readonly pairs = new WeakMap<YAMLMap, Map<string, Pair>>();
  private readonly indexes = new WeakMap<object, Map<string, number>>();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.yaml = readYaml(text, { tags: TAGS, lenient: true });
  }

  get root(): Node | null {
    return this.yaml.document.contents as Node | null;
  }

  get problem(): YamlText['problem'] {
    return this.yaml.problem;
  }

  get notes(): YamlText['notes'] {
    return this.yaml.notes;
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

/** Where a node begins, in characters; 0 where there is none. */
export function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
