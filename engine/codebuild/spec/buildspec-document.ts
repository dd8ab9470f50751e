import { closest } from '../../../model/nearest';
import { isMap, isScalar, isSeq, YAMLMap, type Pair } from 'yaml';
import { SaiondoError, type Location } from '../../../model/errors';
import type { Limit } from '../../../model/limit';
import { offsetOf, PlacedText } from './placed-text';

/** The file that an inline buildspec was made of, with its content: what a person edits. */
export interface OriginalFile {
  readonly file: string;
  readonly content: string;
}

/** Bytes of a buildspec that is read. An inline one is a part of a template, which has at most 1 MB; AWS publishes no quota of files. */
export const MOST_BUILDSPEC_BYTES = 1024 * 1024;

/** Sections that other tools keep in a buildspec (Elastic Beanstalk Developer Guide, "Using the EB CLI with AWS CodeBuild"). */
const OF_OTHERS: Readonly<Record<string, string>> = { eb_codebuild_settings: 'the EB CLI' };

/** Keys of version 0.1, and what they are called in 0.2 (CodeBuild User Guide, "Buildspec versions"). */
const OF_THE_OLD_VERSION: Readonly<Record<string, string>> = { environment_variables: 'env.variables' };

/** A section as CodeBuild's log names it: a phase in capitals, else its key. The name of the whole file was never seen in a log. */
function sectionOf(at: string): string {
  const phase = /^phases\.(\w+)$/.exec(at)?.[1];
  return phase?.toUpperCase() ?? (at.split('.').at(-1) || 'buildspec');
}

/** The refusal of a buildspec that is too large to be read. */
export function tooLargeBuildspec(file: string, bytes: number): SaiondoError {
  return new SaiondoError(`the buildspec has ${bytes} bytes; at most ${MOST_BUILDSPEC_BYTES} are read`, {
    code: 'BUILDSPEC_INVALID',
    where: { file },
    next: 'move commands into scripts of the source',
  });
}

/**
 * A buildspec's text with typed access to its nodes; every refusal names file, line and key. Where the text was made of a file of a repository
 * ({@link OriginalFile}), places are that file's wherever both say the same.
 */
export class BuildspecDocument {
  readonly limits: Limit[] = [];
  /** Keys that CodeBuild does not know, by the section that its log names. */
  private readonly unknown = new Map<string, string[]>();
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
    if (problem) this.failAt(problem.offset, '', `invalid YAML: ${problem.message}`);
    for (const { offset, message } of this.own.notes)
      this.limits.push({ where: this.own.location(offset, ''), text: message, finding: true });
    const given = original && new PlacedText(original.file, original.content);
    // The original only tells places.
    this.original = given?.problem ? undefined : given;
  }

  get root(): unknown {
    return this.own.root;
  }

  /**
   * The node as a map; undefined where there is none. A key that is not known is not an error: CodeBuild builds without it and warns in the log
   * ({@link syntaxWarning}).
   */
  map(given: unknown, at: string, known?: readonly string[]): YAMLMap | undefined {
    const found = this.resolved(given);
    if (isNothing(found)) return undefined;
    if (!isMap(found)) return this.fail(found, at, `${at ? `\`${at}\`` : 'a buildspec'} is a map`);
    const node = this.merged(found, at);
    for (const { key } of known ? node.items : []) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!known?.includes(name)) this.unknownKey(key, name, at, known ?? []);
    }
    return node;
  }

  private unknownKey(key: unknown, name: string, at: string, known: readonly string[]): void {
    const section = sectionOf(at);
    const keys = this.unknown.get(section) ?? [];
    if (keys.includes(name)) return;
    this.unknown.set(section, [...keys, name]);
    const other = OF_OTHERS[name];
    const newer = at === '' ? OF_THE_OLD_VERSION[name] : undefined;
    const advice = newer
      ? `in version 0.2 it is \`${newer}\``
      : at === '' && other
        ? `it is read by ${other}`
        : `did you mean \`${closest(name, [...known])}\`?`;
    const path = at ? `${at}.${name}` : name;
    this.finding(key, path, `unknown key \`${name}\`, which CodeBuild ignores with a warning in the log; ${advice}`);
  }

  /** What CodeBuild writes into the log of keys that it does not know, seen in aws/aws-toolkit-vscode#4008 and aws-amplify/amplify-cli#13110. */
  syntaxWarning(): string | undefined {
    if (this.unknown.size === 0) return undefined;
    const sections = [...this.unknown].sort(([one], [other]) => (one < other ? -1 : 1));
    const lines = sections.flatMap(([section, keys]) => [
      `In the section ${section}`,
      '    The following keys cannot be identified:',
      ...keys.map((key) => `        ${key}`),
    ]);
    return ['Found possible syntax errors in buildspec: ', ...lines].join('\n');
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
    if (node.value instanceof Uint8Array) return Buffer.from(node.value).toString('utf8');
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

  /** Tells of a key that is there and holds nothing: CodeBuild takes it as if it were not there, and nobody would see it. */
  tellEmpty(map: YAMLMap | undefined, key: string, at: string, expected: string): void {
    const value = this.resolved(map?.get(key, true));
    if (map?.has(key) && (isNothing(value) || (isSeq(value) && value.items.length === 0)))
      this.finding(keyOf(map, key), at, `\`${at}\` holds nothing; expected ${expected}`);
  }

  /** Whether a scalar is a number: not a text in quotes, not one by its tag. */
  isNumber(node: unknown): boolean {
    const value = this.resolved(node);
    return isScalar(value) && typeof value.value === 'number';
  }

  /** Something that CodeBuild lets pass and nobody can have meant: said before the build, an error with `--strict`. */
  finding(node: unknown, at: string, text: string): void {
    this.limits.push({ where: this.place(node, at), text, finding: true });
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
