import * as fs from 'node:fs';
import * as path from 'node:path';
import { closest } from '../model/nearest';
import { isMap, isScalar, isSeq, type Document, type LineCounter, type Node } from 'yaml';
import { z } from 'zod';
import { formatLocation, SaiondoError, type Location } from '../model/errors';
import { readYaml } from '../model/yaml-text';
import { saiondoSchema, type Configuration } from './saiondo.schema';

export type { Configuration } from './saiondo.schema';
export type { EnvironmentConfiguration } from './environment.schema';

/** A file that a person edits is far smaller. */
const MOST_CHARACTERS = 256 * 1024;
/** Tags of YAML that may be written out: each leaves its text as it is. */
const TAGS = new Set(['str', 'int', 'float', 'bool', 'seq', 'map'].map((name) => `tag:yaml.org,2002:${name}`));

/** One thing wrong in a file: where, what was expected and what stands there. */
export interface ConfigurationProblem {
  readonly where: Location;
  readonly message: string;
}

/** `saiondo.yaml` is wrong. Every problem is listed, each with its line. */
export class ConfigurationError extends SaiondoError {
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super(problems.map((problem) => `${formatLocation(problem.where)}: ${problem.message}`).join('\n'), {
      code: 'CONFIGURATION_INVALID',
      ...(problems[0] ? { where: problems[0].where } : {}),
      next: 'fix the lines above; all keys: docs/configuration.md',
    });
  }
}

/**
 * Reads and checks `saiondo.yaml`.
 * @throws ConfigurationError listing every problem with file, line, path, what was expected and what stands there.
 */
export function loadConfiguration(file: string): Configuration {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SaiondoError(`cannot read ${file}`, {
      code: 'CONFIGURATION_MISSING',
      where: { file },
      next: 'run from the folder that holds saiondo.yaml, or copy the one of this repository',
      cause,
    });
  }
  return parseConfiguration(text, path.basename(file));
}

/** {@link loadConfiguration} for a text that is already here. `file` is the name that errors carry. */
export function parseConfiguration(text: string, file: string): Configuration {
  if (text.length > MOST_CHARACTERS)
    throw new ConfigurationError([{ where: { file }, message: `it has more than ${MOST_CHARACTERS} characters` }]);
  const { document, lines, problem } = readYaml(text, { parser: { merge: true }, tags: TAGS });
  if (problem) {
    const at = lines.linePos(problem.offset);
    throw new ConfigurationError([
      { where: { file, line: at.line, column: at.col }, message: `invalid YAML: ${problem.message}` },
    ]);
  }
  const result = saiondoSchema.safeParse(document.toJS({ maxAliasCount: -1 }));
  if (result.success) return result.data;
  throw new ConfigurationError(
    result.error.issues.flatMap((issue) => describe(issue, document, lines, file)).sort(byLine),
  );
}

function byLine(a: ConfigurationProblem, b: ConfigurationProblem): number {
  return (a.where.line ?? 0) - (b.where.line ?? 0) || (a.where.column ?? 0) - (b.where.column ?? 0);
}

function describe(
  issue: z.core.$ZodIssue,
  document: Document,
  lines: LineCounter,
  file: string,
): readonly ConfigurationProblem[] {
  const keys = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(keys);
    return issue.keys.map((key) => ({
      where: locate(document, lines, file, [...keys, key], 'key'),
      message: `unknown key \`${key}\`${known.length > 0 ? `; did you mean \`${closest(key, known)}\`? Known here: ${known.join(', ')}` : ''}`,
    }));
  }
  const found = document.getIn(keys, true);
  const missing = found === undefined;
  const expected = issue.code === 'invalid_type' ? issue.expected : issue.message;
  const rule = /^Invalid \w+: (must .+)$/.exec(expected)?.[1] ?? (/^must /.test(expected) ? expected : undefined);
  const value = shown(found as Node | undefined);
  return [
    {
      where: locate(document, lines, file, keys, missing ? 'parent' : 'value'),
      message: missing
        ? `missing; expected ${expected}. Add it: \`${String(keys.at(-1))}: …\``
        : rule
          ? `${rule}, but is ${value}`
          : `expected ${expected}, found ${value}${unquoted(expected, found) ? `. Write it in quotes: '${value}'` : ''}`,
    },
  ];
}

/** A text that looks like a number: without quotes, YAML reads it as one (`1111`, or the octal 0111). */
function unquoted(expected: string, node: unknown): boolean {
  return expected === 'string' && isScalar(node) && typeof node.value === 'number';
}

function shown(node: unknown): string {
  if (isScalar(node)) return JSON.stringify(node.value);
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  return 'nothing';
}

/** The place of a path in the text: of the value, of the key itself, or, where nothing stands, of the nearest parent. */
function locate(
  document: Document,
  lines: LineCounter,
  file: string,
  keys: readonly (string | number)[],
  of: 'key' | 'value' | 'parent',
): Location {
  const dotted = keys.join('.');
  let offset: number | undefined;
  if (of === 'key') {
    const parent = document.getIn(keys.slice(0, -1), true) ?? document.contents;
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === keys[keys.length - 1])
      : undefined;
    if (pair && isScalar(pair.key)) offset = pair.key.range?.[0];
  }
  for (let length = keys.length; offset === undefined && length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(keys.slice(0, length), true);
    offset = (node as Node | undefined)?.range?.[0];
  }
  const at = lines.linePos(offset ?? 0);
  return { file, line: at.line, column: at.col, ...(dotted ? { path: dotted } : {}) };
}

/** The keys that the schema knows at a path, for the nearest one in an error. */
function knownKeys(keys: readonly (string | number)[]): readonly string[] {
  let schema: unknown = saiondoSchema;
  for (const key of keys) {
    const shape = shapeOf(schema);
    if (!shape) return [];
    schema = shape[String(key)];
  }
  return Object.keys(shapeOf(schema) ?? {});
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape as Record<string, unknown>;
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) {
    return shapeOf(schema.unwrap());
  }
  return undefined;
}
