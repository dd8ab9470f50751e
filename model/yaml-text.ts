import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type DocumentOptions,
  type Node,
  type Pair,
  type ParseOptions,
  type SchemaOptions,
  type YAMLMap,
} from 'yaml';

/** What is wrong in a YAML text, and at which character of it. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
}

/** A YAML text that was read. Where there is a problem, the document must not be used. */
export interface YamlText {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly problem?: YamlProblem;
  /** What {@link YamlRules.lenient} let pass. */
  readonly notes: readonly YamlProblem[];
}

/** What a kind of file takes of YAML. */
export interface YamlRules {
  /** Options of the parser. */
  readonly parser?: ParseOptions & DocumentOptions & SchemaOptions;
  /** Tags that may be written out; absent: every tag that the parser knows. */
  readonly tags?: ReadonlySet<string>;
  /**
   * Takes what Go's parser takes without a word (gopkg.in/yaml.v2, `Unmarshal`): of a repeated key the last value, after a tag that it does not
   * know the text as it stands, of several documents the first. Each is told in {@link YamlText.notes}.
   */
  readonly lenient?: boolean;
  /** What is said of any alias; absent: aliases are taken. */
  readonly aliases?: string;
}

/** A person writes a dozen levels; each costs the readers a level of their stack. */
const MOST_DEPTH = 200;
/** Nodes that all aliases of a text bring, written out: far above files in use. */
const MOST_EXPANDED = 100_000;

/**
 * Reads a YAML text and checks what would pass unseen: a key that is twice in its map, an alias without an anchor or inside its own, aliases
 * that make the text grow without end, a further document, a tag that nobody knows. The words are those of Go's parser, which CodeBuild uses.
 * The time is linear in the text: the parser's own check of keys is not, and is off.
 */
export function readYaml(text: string, rules: YamlRules = {}): YamlText {
  const { parser } = rules;
  const lines = new LineCounter();
  const read = (given: string): Document.Parsed =>
    parseDocument(given, { ...parser, lineCounter: lines, uniqueKeys: false, logLevel: 'error' });
  let document: Document.Parsed;
  try {
    document = read(text);
  } catch (error) {
    // So many levels that the parser's stack ends.
    if (!(error instanceof RangeError)) throw error;
    return { document: read(''), lines, problem: { offset: 0, message: tooDeep() }, notes: [] };
  }
  const said = [...document.errors, ...document.warnings];
  const passes = said.filter(
    ({ code }) => rules.lenient && (code === 'MULTIPLE_DOCS' || code === 'TAG_RESOLVE_FAILED'),
  );
  const error = said.find((one) => !passes.includes(one));
  if (error) return { document, lines, problem: { offset: error.pos[0], message: firstLine(error) }, notes: [] };
  const check = new Check(lines, rules);
  const problem = check.problemIn(document.contents);
  const further = passes.find(({ code }) => code === 'MULTIPLE_DOCS');
  const notes = [
    ...check.notes,
    ...(further
      ? [{ offset: further.pos[0], message: 'a second document begins here; only the first one is read' }]
      : []),
  ];
  return problem ? { document, lines, problem, notes } : { document, lines, notes };
}

function firstLine({ code, message }: { readonly code: string; readonly message: string }): string {
  return code === 'MULTIPLE_DOCS' ? 'a second document begins here; expected one' : (message.split('\n')[0] ?? message);
}

function tooDeep(): string {
  return `its lists and maps are nested more than ${MOST_DEPTH} deep`;
}

/** One walk over all nodes, in the order of the text. */
class Check {
  /** What each anchor comes to: its nodes with aliases written out. An anchor that is still open has none. */
  private readonly anchors = new Map<string, number | undefined>();
  private problem: YamlProblem | undefined;
  readonly notes: YamlProblem[] = [];
  /** Nodes that aliases bring. */
  private expanded = 0;

  constructor(
    private readonly lines: LineCounter,
    private readonly rules: YamlRules,
  ) {}

  problemIn(root: unknown): YamlProblem | undefined {
    this.visit(root, 0);
    return this.problem;
  }

  /** @returns the number of nodes with aliases written out */
  private visit(node: unknown, depth: number): number {
    if (this.problem || !isNode(node)) return 0;
    if (isAlias(node)) return this.alias(node);
    const { anchor } = node as { anchor?: string };
    if (anchor) this.anchors.set(anchor, undefined);
    if (depth > MOST_DEPTH) return this.fail(node, tooDeep());
    const { tags, lenient } = this.rules;
    if (tags && node.tag && node.tag !== '!' && !tags.has(node.tag)) {
      if (!lenient) return this.fail(node, `the tag ${shortTag(node.tag)} has no meaning here`);
      this.note(node, `the tag ${shortTag(node.tag)} has no meaning here; what follows it is taken as it stands`);
    }
    let size = 1;
    if (isMap(node)) this.keys(node);
    if (isCollection(node))
      for (const item of node.items) {
        const { key, value } = isNode(item)
          ? { key: undefined, value: item }
          : (item as { key: unknown; value: unknown });
        size += this.visit(key, depth + 1) + this.visit(value, depth + 1);
      }
    if (anchor) this.anchors.set(anchor, size);
    return size;
  }

  private alias(node: Node & { source: string }): number {
    if (this.rules.aliases !== undefined) return this.fail(node, this.rules.aliases);
    if (!this.anchors.has(node.source)) return this.fail(node, `unknown anchor '${node.source}' referenced`);
    const size = this.anchors.get(node.source);
    if (size === undefined) return this.fail(node, `anchor '${node.source}' value contains itself`);
    this.expanded += size;
    return this.expanded > MOST_EXPANDED ? this.fail(node, 'document contains excessive aliasing') : size;
  }

  private keys(map: YAMLMap): void {
    const seen = new Map<string, Pair>();
    const over = new Set<Pair>();
    for (const pair of map.items as Pair[]) {
      const { key } = pair;
      if (!isScalar(key)) continue;
      const same = `${typeof key.value} ${String(key.value)}`;
      const first = seen.get(same);
      if (first) {
        const { line } = this.lines.linePos((first.key as Node).range?.[0] ?? 0);
        const message = `mapping key ${JSON.stringify(key.value)} already defined at line ${line}`;
        if (!this.rules.lenient || key.value === '<<') {
          this.fail(key, message);
          return;
        }
        this.note(key, `${message}; this value is taken, the one before it is not`);
        over.add(first);
      }
      seen.set(same, pair);
    }
    if (over.size > 0) map.items = map.items.filter((pair) => !over.has(pair as Pair));
  }

  private note(node: Node, message: string): void {
    this.notes.push({ offset: node.range?.[0] ?? 0, message });
  }

  private fail(node: Node, message: string): number {
    this.problem ??= { offset: node.range?.[0] ?? 0, message };
    return 0;
  }
}

function shortTag(tag: string): string {
  return tag.replace('tag:yaml.org,2002:', '!!');
}
