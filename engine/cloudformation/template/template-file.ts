import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { CollectionTag, Document, ScalarTag, Tags } from 'yaml';
import { readYaml } from '../../../model/yaml-text';
import { bounded } from '../../bounded/bounded-work';
import { SaiondoError, type Location } from '../../../model/errors';
import type { Template } from './template';

/** The largest template that CloudFormation takes, in bytes (CloudFormation User Guide, "Understand CloudFormation quotas"). */
export const MAXIMUM_BYTES = 1_000_000;

/** Short forms whose argument is a text, a list or a map: `!Sub`, `!Join`, … (CloudFormation User Guide, "Intrinsic function reference"). */
const FUNCTIONS = [
  'Base64',
  'Cidr',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'Equals',
  'And',
  'Or',
  'Not',
  'ImportValue',
  'Join',
  'Length',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'RefAll',
  'ValueOf',
  'ValueOfAll',
  'GetStackOutput',
  'ForEach',
];

function nameOf(short: string): string {
  return short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`;
}

const scalarTags = ['Ref', 'Condition', ...FUNCTIONS].map((short): ScalarTag => ({
  tag: `!${short}`,
  resolve: (text) => {
    const argument = short === 'GetAtt' ? text.split(/\.(.*)/s).slice(0, 2) : text;
    return { [nameOf(short)]: argument };
  },
}));
const collectionTags = FUNCTIONS.flatMap((short): CollectionTag[] =>
  (['seq', 'map'] as const).map((collection) => ({
    tag: `!${short}`,
    collection,
    resolve: (node) => ({ [nameOf(short)]: (node as unknown as { toJSON: () => unknown }).toJSON() }),
  })),
);

/** YAML 1.1's booleans as CloudFormation has them: yes and on, but a lone `y` is a text. */
const booleanTags = [true, false].map((value): ScalarTag => ({
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: (given) => given === value,
  test: value ? /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/ : /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
  resolve: () => value,
  stringify: () => String(value),
}));

/**
 * YAML 1.1's decimal number begins with 1 to 9, or is 0 ("Integer Language-Independent Type"): an account's id `012345678901` is octal while its digits
 * are, and else a text. The library's own pattern takes the zero away.
 */
function withoutLeadingZero(tag: Exclude<Tags[number], string>): Exclude<Tags[number], string> {
  const decimal = tag.tag === 'tag:yaml.org,2002:int' && 'test' in tag && !('format' in tag);
  return decimal ? { ...(tag as ScalarTag), test: /^[-+]?(?:0|[1-9][0-9_]*)$/ } : tag;
}

/** Bytes of YAML that are read at once, in some tens of milliseconds; more takes a thread of its own. JSON is read a hundred times as fast. */
const AT_ONCE = 16 * 1024;
/** Milliseconds that a template of 1 MB may take: a machine that does nothing else takes three seconds. */
const MOST_MILLISECONDS = 60_000;
/** Levels of lists and maps in JSON; CloudFormation's own quota is far lower. */
const MOST_DEPTH = 200;

/** {@link parseTemplate} where a large template holds nothing up. @throws SaiondoError `TEMPLATE_INVALID` with file and line, `WORK_TOO_LONG` */
export async function readTemplateText(text: string, file: string): Promise<Template> {
  if (text.length <= AT_ONCE || text.length > MAXIMUM_BYTES) return parseTemplate(text, file);
  if (text.trimStart().startsWith('{')) {
    const value = readJson(text);
    if (value !== undefined && !(value instanceof Error)) return value as Template;
  }
  return bounded<typeof parseTemplate>({ module: __filename, name: 'parseTemplate' }, [text, file], {
    milliseconds: MOST_MILLISECONDS,
  });
}

/**
 * Reads a template, in JSON or in YAML with CloudFormation's short forms (`!Ref`, `!Sub` …).
 * @throws SaiondoError `TEMPLATE_INVALID` with file and line
 */
export function parseTemplate(text: string, file: string): Template {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAXIMUM_BYTES) {
    throw new SaiondoError(`Template may not exceed ${MAXIMUM_BYTES} bytes in size: ${file} has ${bytes}`, {
      code: 'TEMPLATE_INVALID',
      where: { file },
      next: 'split the stack, or nest a part of it',
    });
  }
  const value = text.trimStart().startsWith('{') ? parseJson(text, file) : parseYaml(text, file);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new SaiondoError('Template format error: the template is not a map', {
      code: 'TEMPLATE_INVALID',
      where: { file },
      next: 'expected a map with Resources',
    });
  }
  return value as Template;
}

/** @returns the value, or what is wrong */
function readJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return deeperThan(value, MOST_DEPTH) ? new Error(`it is nested more than ${MOST_DEPTH} deep`) : value;
  } catch (error) {
    return error as Error;
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    const value = readJson(text);
    if (value instanceof Error) throw value;
    return value;
  } catch (cause) {
    // A flow map may be YAML too: `{Resources: {…}}`. YAML's reader also knows the line.
    try {
      return parseYaml(text, file);
    } catch {
      const offset = Number(/position (\d+)/.exec(String(cause))?.[1] ?? 0);
      const before = text.slice(0, offset).split('\n');
      throw new SaiondoError(`Template format error: JSON not well-formed: ${(cause as Error).message}`, {
        code: 'TEMPLATE_INVALID',
        where: { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
        cause,
      });
    }
  }
}

function parseYaml(text: string, file: string): unknown {
  const { document, lines, problem } = readYaml(text, {
    // CloudFormation's own words; `aws cloudformation package` and SAM write aliases out before they send a template.
    aliases: 'YAML aliases are not allowed in CloudFormation templates',
    parser: {
      // CloudFormation reads YAML 1.1; dates stay texts.
      version: '1.1',
      customTags: (tags) => [
        ...tags
          .filter((tag) => typeof tag === 'string' || !/:(timestamp|bool|binary|omap|pairs|set)$/.test(tag.tag))
          .map((tag) => (typeof tag === 'string' ? tag : withoutLeadingZero(tag))),
        ...booleanTags,
        ...scalarTags,
        ...collectionTags,
      ],
    },
  });
  if (problem) {
    const { line, col } = lines.linePos(problem.offset);
    const words = problem.message.startsWith('YAML aliases')
      ? `Template error: ${problem.message}`
      : `Template format error: YAML not well-formed: ${problem.message}`;
    throw new SaiondoError(words, { code: 'TEMPLATE_INVALID', where: { file, line, column: col } });
  }
  return document.toJS({ maxAliasCount: 0 }) as unknown;
}

/** Whether lists and maps are nested deeper than that; without a level of the stack for each. */
function deeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one) => (one !== null && typeof one === 'object' ? Object.values(one as object) : []));
  }
  return false;
}

/** {@link locate} where a large template holds nothing up. */
export async function placeIn(text: string, where: Location): Promise<Location> {
  if (text.length <= AT_ONCE || !where.path || where.line !== undefined) return locate(text, where);
  return bounded<typeof locate>({ module: __filename, name: 'locate' }, [text, where], {
    milliseconds: MOST_MILLISECONDS,
  }).catch(() => where);
}

/** Finds the line of a path (`Resources.Topic.Properties.TopicName`) in a template's text: what an error then points at. */
export function locate(text: string, where: Location): Location {
  if (!where.path || where.line !== undefined) return where;
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false });
  } catch {
    return where;
  }
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of where.path.split(/\.(?!:)|\[(\d+)\]/).filter(Boolean)) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!pair) break;
      offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
      node = pair.value;
    } else if (node && typeof node === 'object' && 'items' in node && /^\d+$/.test(key)) {
      node = (node as { items: unknown[] }).items[Number(key)];
      offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  if (offset === undefined) return where;
  const { line, col } = lines.linePos(offset);
  return { ...where, line, column: col };
}
