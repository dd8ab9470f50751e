import { SaiondoError } from '../../model/errors';
import type { Template } from './template';

/** What an intrinsic function may ask for while a template is resolved. */
export interface ResolutionContext {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly template: Template;
  /** File name that errors carry. */
  readonly file: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `Ref` of a resource, or undefined while it does not exist. */
  readonly refOf: (logicalId: string) => string | undefined;
  /** `Fn::GetAtt` of a resource, or undefined while it does not exist or where it has no such attribute. */
  readonly attributeOf: (logicalId: string, attribute: string) => unknown;
  /** The value of an export of the account and region. */
  readonly exportOf: (name: string) => string | undefined;
  /** An output of another stack (`Fn::GetStackOutput`). */
  readonly outputOf?: (stackName: string, output: string) => string | undefined;
}

const PARTITION = 'aws';
/** `AWS::NoValue`: the property as if it were not there. */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Resolves a value of a template (CloudFormation User Guide, "Intrinsic function reference").
 * Dynamic references (`{{resolve:…}}`) stay as they are: what holds a secret is read where it is used.
 * @param at the value's path, for errors
 * @throws SaiondoError `TEMPLATE_UNRESOLVABLE` naming the path and what could not be resolved
 */
export function resolve(value: unknown, context: ResolutionContext, at: string): unknown {
  const result = resolveInner(value, context, at);
  return result === NO_VALUE ? undefined : result;
}

/** Whether a named condition of the template holds. */
export function conditionHolds(name: string, context: ResolutionContext, at: string): boolean {
  const conditions = context.template.Conditions ?? {};
  if (!(name in conditions)) fail(context, at, `names the condition \`${name}\`, which the template does not define`);
  return resolveInner(conditions[name], context, `Conditions.${name}`) === true;
}

function fail(context: ResolutionContext, at: string, message: string): never {
  throw new SaiondoError(`stack ${context.stackName}: ${at} ${message}`, {
    code: 'TEMPLATE_UNRESOLVABLE',
    where: { file: context.file, path: at },
    next: 'see "Intrinsic function reference" in the CloudFormation User Guide',
  });
}

function resolveInner(value: unknown, context: ResolutionContext, at: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item, i) => resolveInner(item, context, `${at}[${i}]`)).filter((item) => item !== NO_VALUE);
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only) {
    const [name, argument] = only;
    if (name === 'Ref') return ref(String(argument), context, at);
    if (name === 'Condition' && at.startsWith('Conditions')) return conditionHolds(String(argument), context, at);
    if (name.startsWith('Fn::')) return call(name, argument, context, at);
  }
  const result: Record<string, unknown> = {};
  for (const [key, inner] of entries) {
    const resolved = resolveInner(inner, context, at ? `${at}.${key}` : key);
    if (resolved !== NO_VALUE) result[key] = resolved;
  }
  return result;
}

function ref(name: string, context: ResolutionContext, at: string): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return context.account;
    case 'AWS::Region':
      return context.region;
    case 'AWS::Partition':
      return PARTITION;
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return context.stackName;
    case 'AWS::StackId':
      return context.stackId;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return NO_VALUE;
  }
  if (name in context.parameters) return context.parameters[name];
  if (!(name in context.template.Resources)) {
    fail(context, at, `refers to \`${name}\`, which is neither a parameter nor a resource of the template`);
  }
  const id = context.refOf(name);
  if (id === undefined) fail(context, at, `refers to \`${name}\`, which does not exist yet`);
  return id;
}

function call(name: string, argument: unknown, context: ResolutionContext, at: string): unknown {
  const inside = `${at}.${name}`;
  const list = (): unknown[] => {
    const resolved = resolveInner(argument, context, inside);
    if (!Array.isArray(resolved)) return fail(context, inside, 'takes a list');
    return resolved;
  };
  const text = (): string => {
    const resolved = resolveInner(argument, context, inside);
    if (typeof resolved !== 'string') return fail(context, inside, 'takes a text');
    return resolved;
  };
  switch (name) {
    case 'Fn::GetAtt': {
      const parts = Array.isArray(argument) ? argument : String(argument).split(/\.(.*)/s);
      const logicalId = String(parts[0]);
      return attribute(logicalId, String(resolveInner(parts[1], context, inside)), context, inside);
    }
    case 'Fn::Join': {
      const [separator, parts] = list();
      if (!Array.isArray(parts)) return fail(context, inside, 'takes [separator, list]');
      return parts.map((part) => scalar(part, context, inside)).join(String(separator));
    }
    case 'Fn::Sub':
      return substitute(argument, context, inside);
    case 'Fn::Select': {
      const [index, items] = list();
      if (!Array.isArray(items) || items[Number(index)] === undefined) {
        return fail(context, inside, `has no item ${String(index)} to select`);
      }
      return items[Number(index)];
    }
    case 'Fn::Split': {
      const [separator, source] = list();
      if (typeof source !== 'string') return fail(context, inside, 'takes [separator, text]');
      return source.split(String(separator));
    }
    case 'Fn::ImportValue': {
      const wanted = text();
      const value = context.exportOf(wanted);
      if (value === undefined) return fail(context, inside, `imports \`${wanted}\`, which no deployed stack exports`);
      return value;
    }
    case 'Fn::GetStackOutput': {
      const given = resolveInner(argument, context, inside) as { StackName?: string; OutputName?: string };
      const value = context.outputOf?.(String(given.StackName), String(given.OutputName));
      if (value === undefined) {
        return fail(
          context,
          inside,
          `reads ${String(given.StackName)}.${String(given.OutputName)}, which is not deployed`,
        );
      }
      return value;
    }
    case 'Fn::Base64':
      return Buffer.from(text(), 'utf8').toString('base64');
    case 'Fn::FindInMap': {
      const [map, top, second] = list().map(String);
      const found = context.template.Mappings?.[map ?? '']?.[top ?? '']?.[second ?? ''];
      if (found === undefined)
        return fail(context, inside, `finds nothing at ${String(map)}.${String(top)}.${String(second)}`);
      return found;
    }
    case 'Fn::GetAZs': {
      const region = String(resolveInner(argument, context, inside) || context.region);
      return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
    }
    case 'Fn::Cidr': {
      const [block, count, bits] = list();
      return cidr(String(block), Number(count), Number(bits ?? 8));
    }
    case 'Fn::If': {
      if (!Array.isArray(argument) || argument.length !== 3)
        return fail(context, inside, 'takes [condition, then, else]');
      const holds = conditionHolds(String(argument[0]), context, inside);
      return resolveInner(holds ? argument[1] : argument[2], context, inside);
    }
    case 'Fn::Equals': {
      const [left, right] = list();
      return JSON.stringify(left) === JSON.stringify(right) || String(left) === String(right);
    }
    case 'Fn::Not':
      return list()[0] !== true;
    case 'Fn::And':
      return list().every((item) => item === true);
    case 'Fn::Or':
      return list().some((item) => item === true);
    case 'Fn::Length':
      return list().length;
    case 'Fn::ToJsonString':
      return JSON.stringify(resolveInner(argument, context, inside));
    case 'Fn::Contains': {
      const [items, item] = list();
      return Array.isArray(items) && items.map(String).includes(String(item));
    }
    default:
      return fail(context, at, `uses ${name}, which the rehearsal does not know`);
  }
}

function attribute(logicalId: string, name: string, context: ResolutionContext, at: string): unknown {
  if (!(logicalId in context.template.Resources)) {
    fail(context, at, `asks for ${name} of \`${logicalId}\`, which is no resource of the template`);
  }
  const value = context.attributeOf(logicalId, name);
  if (value === undefined) {
    fail(
      context,
      at,
      `asks for ${logicalId}.${name}: the resource does not exist yet, or its type has no such attribute`,
    );
  }
  return value;
}

function substitute(argument: unknown, context: ResolutionContext, at: string): string {
  const [text, given] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  const variables = (given ?? {}) as Record<string, unknown>;
  return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_all, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const trimmed = name.trim();
    if (Object.hasOwn(variables, trimmed)) return scalar(resolveInner(variables[trimmed], context, at), context, at);
    const dot = trimmed.indexOf('.');
    const value =
      dot < 0 ? ref(trimmed, context, at) : attribute(trimmed.slice(0, dot), trimmed.slice(dot + 1), context, at);
    return scalar(value, context, at);
  });
}

function scalar(value: unknown, context: ResolutionContext, at: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return fail(context, at, `joins a value that is no text: ${JSON.stringify(value)?.slice(0, 80) ?? 'nothing'}`);
}

/** `Fn::Cidr`: `count` ranges of 2^`bits` addresses each, from the start of the block. */
function cidr(block: string, count: number, bits: number): string[] {
  const [address = '0.0.0.0'] = block.split('/');
  const start = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * 2 ** bits;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(at / 2 ** shift) % 256).join('.')}/${32 - bits}`;
  });
}
