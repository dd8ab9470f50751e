import { SaiondoError } from '../../../model/errors';
import type { Template } from './template';

/** The transform whose functions the rehearsal follows itself (CloudFormation User Guide, "AWS::LanguageExtensions transform"). */
export const LANGUAGE_EXTENSIONS = 'AWS::LanguageExtensions';

/** The functions that a template has only with that transform. */
export const EXTENSION_FUNCTIONS: ReadonlySet<string> = new Set(['Fn::Length', 'Fn::ToJsonString', 'Fn::ForEach']);

/** A template's transforms by name; a transform with parameters has one too. */
export function transformsOf(template: Template): readonly string[] {
  const given = template.Transform === undefined ? [] : [template.Transform].flat();
  return given.map((one) => (typeof one === 'string' ? one : String((one as { Name?: unknown } | null)?.Name)));
}

/** Whether the template may use {@link EXTENSION_FUNCTIONS}. */
export function hasLanguageExtensions(template: Template): boolean {
  return transformsOf(template).includes(LANGUAGE_EXTENSIONS);
}

/**
 * Replaces every `Fn::ForEach` by what it makes (CloudFormation User Guide, "Fn::ForEach"): in Resources, Outputs, Conditions and
 * anywhere inside them. Templates without the transform come back as they are.
 * @param valueOf resolves a collection that is not written out: a parameter's list, a mapping's
 * @throws SaiondoError `TEMPLATE_INVALID`
 */
export function expandForEach(
  template: Template,
  file: string,
  valueOf: (value: unknown, at: string) => unknown,
): Template {
  if (!hasLanguageExtensions(template)) return template;
  const expander = new Expander(file, valueOf);
  const expanded: Record<string, unknown> = {};
  for (const [section, content] of Object.entries(template)) {
    expanded[section] = ['Resources', 'Outputs', 'Conditions'].includes(section)
      ? expander.expand(content, new Map(), section)
      : content;
  }
  return expanded as unknown as Template;
}

/** Values that all loops of a template may make: a stack has at most 500 resources, of some hundred values each. */
const MOST_MADE = 200_000;

class Expander {
  private made = 0;

  constructor(
    private readonly file: string,
    private readonly valueOf: (value: unknown, at: string) => unknown,
  ) {}

  expand(value: unknown, loops: ReadonlyMap<string, string>, at: string): unknown {
    if (++this.made > MOST_MADE) this.fail(at, `makes the template larger than ${MOST_MADE} values`);
    if (typeof value === 'string') return replaced(value, loops);
    if (Array.isArray(value)) return value.map((item, i) => this.expand(item, loops, `${at}[${i}]`));
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only?.[0] === 'Ref' && loops.has(String(only[1]))) return loops.get(String(only[1]));
    const result: Record<string, unknown> = {};
    for (const [key, inner] of entries) {
      if (key.startsWith('Fn::ForEach')) {
        for (const [name, made] of this.loop(inner, loops, `${at}.${key}`)) {
          if (Object.hasOwn(result, name)) this.fail(`${at}.${key}`, `makes \`${name}\` twice`);
          result[name] = made;
        }
      } else {
        result[replaced(key, loops)] = this.expand(inner, loops, `${at}.${key}`);
      }
    }
    return result;
  }

  private loop(argument: unknown, loops: ReadonlyMap<string, string>, at: string): [string, unknown][] {
    const [identifier, collection, fragment] = Array.isArray(argument) ? (argument as unknown[]) : [];
    if (typeof identifier !== 'string' || fragment === null || typeof fragment !== 'object') {
      this.fail(at, 'takes [identifier, collection, { key: value }]');
    }
    const items = this.valueOf(this.expand(collection, loops, at), `${at}[1]`);
    if (!Array.isArray(items)) return this.fail(at, 'has a collection that is not a list');
    return items.flatMap((item) => {
      const inner = new Map(loops).set(identifier, String(item));
      return Object.entries(this.expand(fragment, inner, at) as Record<string, unknown>);
    });
  }

  private fail(at: string, message: string): never {
    throw new SaiondoError(`Template format error: ${at} ${message}`, {
      code: 'TEMPLATE_INVALID',
      where: { file: this.file, path: at },
      next: 'see "Fn::ForEach" in the CloudFormation User Guide',
    });
  }
}

/** `${Identifier}`, and `&{Identifier}` with letters and digits alone, for logical ids. */
function replaced(text: string, loops: ReadonlyMap<string, string>): string {
  if (loops.size === 0) return text;
  return text.replace(/([$&])\{([A-Za-z0-9]+)\}/g, (whole, sign: string, name: string) => {
    const value = loops.get(name);
    if (value === undefined) return whole;
    return sign === '&' ? value.replace(/[^A-Za-z0-9]/g, '') : value;
  });
}
