import { isMap, isScalar, LineCounter, parseDocument, type Document, type ScalarTag, type CollectionTag } from 'yaml';
import { SaiondoError, type Location } from '../../../model/errors';
import type { Template } from './template';

/** The largest template that CloudFormation takes, in bytes (CloudFormation User Guide, "Understand CloudFormation quotas"). */
const MAXIMUM_BYTES = 1_000_000;

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
    throw new SaiondoError('Template format error: the template is no map', {
      code: 'TEMPLATE_INVALID',
      where: { file },
      next: 'expected a map with Resources',
    });
  }
  return value as Template;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
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
  const lines = new LineCounter();
  const document = parseDocument(text, {
    // CloudFormation reads YAML 1.1; dates stay texts.
    version: '1.1',
    lineCounter: lines,
    customTags: (tags) => [
      ...tags.filter((tag) => typeof tag === 'string' || !/:(timestamp|bool)$/.test(tag.tag)),
      ...booleanTags,
      ...scalarTags,
      ...collectionTags,
    ],
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new SaiondoError(`Template format error: YAML not well-formed: ${problem.message.split('\n')[0]}`, {
      code: 'TEMPLATE_INVALID',
      where: { file, line, column: col },
      cause: problem,
    });
  }
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    // An alias without its anchor, or so many that the template would grow without end.
    throw new SaiondoError(`Template format error: YAML not well-formed: ${(cause as Error).message}`, {
      code: 'TEMPLATE_INVALID',
      where: { file },
      cause,
    });
  }
}

/** Finds the line of a path (`Resources.Topic.Properties.TopicName`) in a template's text: what an error then points at. */
export function locate(text: string, where: Location): Location {
  if (!where.path || where.line !== undefined) return where;
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
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
