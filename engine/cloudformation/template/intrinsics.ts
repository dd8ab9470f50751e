// Longer than 300 lines: one function an intrinsic; they call each other, so files of their own would be a circle.
import { isDeepStrictEqual } from 'node:util';
import { SaiondoError } from '../../../model/errors';
import { cidr } from '../../text/cidr';
import { partsOf } from '../../text/parts';
import { EXTENSION_FUNCTIONS, hasLanguageExtensions } from './language-extensions';
import { unknownIn } from './unknown-value';
import { constructPathOf, type Template } from './template';

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
  /** An output of another stack (`Fn::GetStackOutput`), of its own region and account where none is given. */
  readonly outputOf?: (of: StackOutput) => string | undefined;
  /** Told of a made-up attribute, `NAME.Attribute`, of which a piece is taken though nobody here knows its form. */
  readonly unknown?: (attribute: string) => void;
}

/** The arguments of `Fn::GetStackOutput` (CloudFormation Template Reference, "Fn::GetStackOutput"). */
export interface StackOutput {
  readonly stackName: string;
  readonly outputName: string;
  readonly region?: string;
  /** Reads it in the role's account. */
  readonly roleArn?: string;
}

/** `AWS::NoValue`: the property as if it were not there. */
const NO_VALUE = Symbol('AWS::NoValue');

/** Functions that only the assertions of `Rules` have (CloudFormation User Guide, "Rule-specific intrinsic functions"). */
const RULE_FUNCTIONS = /^Fn::(Contains|EachMemberEquals|EachMemberIn|RefAll|ValueOf|ValueOfAll)$/;

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

/** Whether a named condition of the template holds. Each is worked out once: conditions of conditions would take time without end. */
export function conditionHolds(name: string, context: ResolutionContext, at: string): boolean {
  const conditions = context.template.Conditions ?? {};
  if (!Object.hasOwn(conditions, name))
    fail(context, at, `names the condition \`${name}\`, which the template does not define`);
  const { conditions: known } = workOf(context);
  const found = known.get(name);
  if (found === 'open') return fail(context, at, `names the condition \`${name}\`, which depends on itself`);
  if (found !== undefined) return found;
  known.set(name, 'open');
  try {
    const holds = resolveInner(conditions[name], context, `Conditions.${name}`) === true;
    known.set(name, holds);
    return holds;
  } finally {
    if (known.get(name) === 'open') known.delete(name);
  }
}

/** Characters that the functions of one template may make. A template of 1 MB can ask for more than any machine holds. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** What the functions of one template have done so far. */
interface Work {
  readonly conditions: Map<string, boolean | 'open'>;
  characters: number;
}

const works = new WeakMap<ResolutionContext, Work>();

function workOf(context: ResolutionContext): Work {
  const work = works.get(context) ?? { conditions: new Map<string, boolean | 'open'>(), characters: 0 };
  works.set(context, work);
  return work;
}

/** Counts what a function made. @returns it */
function made<Value>(value: Value, context: ResolutionContext, at: string): Value {
  const work = workOf(context);
  work.characters += sizeOf(value);
  if (work.characters > MOST_CHARACTERS)
    fail(context, at, `makes the template’s functions write more than ${MOST_CHARACTERS} characters`);
  return value;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value === null || typeof value !== 'object') return 1;
  let size = 1;
  // An entry costs more than a character.
  for (const one of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) size += 8 + sizeOf(one);
  return size;
}

function fail(context: ResolutionContext, at: string, message: string): never {
  const [section, logicalId = ''] = at.split(/[.[]/);
  const construct = section === 'Resources' ? constructPathOf(context.template, logicalId) : undefined;
  const of = construct ? ` (of the construct ${construct})` : '';
  throw new SaiondoError(`stack ${context.stackName}: ${at}${of} ${message}`, {
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
    if (name === 'Ref') return made(ref(String(argument), context, at), context, at);
    if (name === 'Condition' && (at.startsWith('Conditions') || at.startsWith('Rules')))
      return conditionHolds(String(argument), context, at);
    if (name.startsWith('Fn::')) return made(call(name, argument, context, at), context, at);
  }
  const result: Record<string, unknown> = {};
  for (const [key, inner] of entries) {
    const resolved = resolveInner(inner, context, at ? `${at}.${key}` : key);
    if (resolved !== NO_VALUE) result[key] = resolved;
  }
  return result;
}

/** Partition and domain of a region (AWS General Reference, "AWS service endpoints"). */
export function partitionOf(region: string): { partition: string; urlSuffix: string } {
  if (region.startsWith('cn-')) return { partition: 'aws-cn', urlSuffix: 'amazonaws.com.cn' };
  if (region.startsWith('us-gov-')) return { partition: 'aws-us-gov', urlSuffix: 'amazonaws.com' };
  return { partition: 'aws', urlSuffix: 'amazonaws.com' };
}

function ref(name: string, context: ResolutionContext, at: string): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return context.account;
    case 'AWS::Region':
      return context.region;
    case 'AWS::Partition':
      return partitionOf(context.region).partition;
    case 'AWS::URLSuffix':
      return partitionOf(context.region).urlSuffix;
    case 'AWS::StackName':
      return context.stackName;
    case 'AWS::StackId':
      return context.stackId;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return NO_VALUE;
  }
  if (Object.hasOwn(context.parameters, name)) return context.parameters[name];
  if (!Object.hasOwn(context.template.Resources, name)) {
    fail(context, at, `refers to \`${name}\`, which is neither a parameter nor a resource of the template`);
  }
  const id = context.refOf(name);
  return id ?? fail(context, at, `refers to \`${name}\`, ${whyMissing(name, context)}`);
}

function whyMissing(logicalId: string, context: ResolutionContext): string {
  const condition = context.template.Resources[logicalId]?.Condition;
  return condition
    ? `which does not exist: its condition \`${condition}\` does not hold`
    : 'which does not exist yet (a condition or a rule cannot refer to a resource)';
}

function call(name: string, argument: unknown, context: ResolutionContext, at: string): unknown {
  const inside = `${at}.${name}`;
  if (EXTENSION_FUNCTIONS.has(name) && !hasLanguageExtensions(context.template))
    return fail(
      context,
      inside,
      `is a function of the transform AWS::LanguageExtensions, which the template does not name`,
    );
  if (RULE_FUNCTIONS.test(name) && !at.startsWith('Rules'))
    return fail(context, inside, 'is a function of Rules alone');
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
  /** The conditions of And, Or and Not: between `least` and `most` booleans. */
  const booleans = (least: number, most: number): boolean[] => {
    const values = list();
    if (values.length < least || values.length > most || !values.every((one) => typeof one === 'boolean'))
      return fail(context, inside, `takes ${least === most ? least : `${least} to ${most}`} conditions`);
    return values as boolean[];
  };
  switch (name) {
    case 'Fn::GetAtt': {
      const parts = Array.isArray(argument) ? (argument as unknown[]) : String(argument).split(/\.(.*)/s);
      return attribute(String(parts[0]), String(resolveInner(parts[1], context, inside)), context, inside);
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
      if (!Array.isArray(items)) return fail(context, inside, 'takes [index, list]');
      const item: unknown = items[Number(index)];
      const unknown = unknownIn(items);
      if (unknown !== undefined && (item === undefined || item === null || items.length > 1)) {
        context.unknown?.(unknown);
        return items.map(String).find((one) => unknownIn(one) !== undefined) ?? unknown;
      }
      if (item === undefined || item === null)
        return fail(context, inside, `cannot select nonexistent value at index ${String(index)}`);
      return item;
    }
    case 'Fn::Split': {
      const [separator, source] = list();
      if (typeof source !== 'string' || typeof separator !== 'string' || separator === '')
        return fail(context, inside, 'takes [separator, text]');
      return source.split(separator);
    }
    case 'Fn::ImportValue': {
      const wanted = text();
      return (
        context.exportOf(wanted) ?? fail(context, inside, `imports an unknown export: No export named ${wanted} found.`)
      );
    }
    case 'Fn::GetStackOutput': {
      const given = resolveInner(argument, context, inside) as Readonly<Record<string, unknown>>;
      const [stackName, outputName, region, roleArn] = ['StackName', 'OutputName', 'Region', 'RoleArn'].map((key) =>
        given[key] === undefined ? undefined : String(given[key]),
      );
      if (stackName === undefined || outputName === undefined)
        return fail(context, inside, 'takes { StackName, OutputName, Region, RoleArn }, the first two in any case');
      const value = context.outputOf?.({
        stackName,
        outputName,
        ...(region === undefined ? {} : { region }),
        ...(roleArn === undefined ? {} : { roleArn }),
      });
      const where = `${region === undefined ? '' : ` in ${region}`}${roleArn === undefined ? '' : ` by ${roleArn}`}`;
      return value ?? fail(context, inside, `reads ${stackName}.${outputName}${where}, which is not deployed`);
    }
    case 'Fn::Base64':
      return Buffer.from(text(), 'utf8').toString('base64');
    case 'Fn::FindInMap':
      return findInMap(argument, context, inside);
    case 'Fn::GetAZs': {
      const region = String(resolveInner(argument, context, inside) || context.region);
      return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
    }
    case 'Fn::Cidr': {
      const [block, count, bits] = list();
      const result = cidr(String(block), Number(count), Number(bits ?? 8));
      return 'ranges' in result ? [...result.ranges] : fail(context, inside, `cannot be done: ${result.problem}`);
    }
    case 'Fn::If': {
      if (!Array.isArray(argument) || argument.length !== 3)
        return fail(context, inside, 'takes [condition, then, else]');
      const holds = conditionHolds(String(argument[0]), context, inside);
      return resolveInner(holds ? argument[1] : argument[2], context, `${inside}[${holds ? 1 : 2}]`);
    }
    case 'Fn::Equals': {
      const values = list();
      if (values.length !== 2) return fail(context, inside, 'takes two values');
      return isDeepStrictEqual(asTexts(values[0]), asTexts(values[1]));
    }
    case 'Fn::Not':
      return !booleans(1, 1)[0];
    case 'Fn::And':
      return booleans(2, 10).every(Boolean);
    case 'Fn::Or':
      return booleans(2, 10).some(Boolean);
    case 'Fn::Length':
      return list().length;
    case 'Fn::ToJsonString':
      return JSON.stringify(resolveInner(argument, context, inside));
    case 'Fn::Contains': {
      const [items, item] = list();
      return Array.isArray(items) && items.map(String).includes(String(item));
    }
    case 'Fn::EachMemberEquals': {
      const [items, item] = list();
      return Array.isArray(items) && items.every((one) => String(one) === String(item));
    }
    case 'Fn::EachMemberIn': {
      const [items, allowed] = list();
      return (
        Array.isArray(items) &&
        Array.isArray(allowed) &&
        items.every((one) => allowed.map(String).includes(String(one)))
      );
    }
    case 'Fn::Transform':
      return fail(context, inside, `is a macro, which runs in AWS: the rehearsal does not expand it`);
    default:
      return fail(context, at, `uses ${name}, which the rehearsal does not know`);
  }
}

/**
 * `[map, top, second]`, and a fourth `{ DefaultValue }`, with or without AWS::LanguageExtensions (CloudFormation Template Reference, "Fn::FindInMap"; by
 * it aws-cloudformation/cfn-lint#4628).
 */
function findInMap(argument: unknown, context: ResolutionContext, at: string): unknown {
  if (!Array.isArray(argument) || argument.length < 3) return fail(context, at, 'takes [map, top key, second key]');
  const [map = '', top = '', second = ''] = argument.slice(0, 3).map((one) => String(resolveInner(one, context, at)));
  const found = context.template.Mappings?.[map]?.[top]?.[second];
  if (found !== undefined) return found;
  const fallback = argument[3] as { DefaultValue?: unknown } | undefined;
  if (fallback && Object.hasOwn(fallback, 'DefaultValue')) return resolveInner(fallback.DefaultValue, context, at);
  return fail(context, at, `finds nothing: Unable to get mapping for ${map}::${top}::${second}`);
}

/** Comparisons are of texts: 1 equals "1", true equals "true". */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asTexts(inner)]));
  return String(value);
}

function attribute(logicalId: string, name: string, context: ResolutionContext, at: string): unknown {
  if (!Object.hasOwn(context.template.Resources, logicalId)) {
    fail(context, at, `asks for ${name} of \`${logicalId}\`, which is not a resource of the template`);
  }
  if (context.refOf(logicalId) === undefined)
    fail(context, at, `asks for ${logicalId}.${name} of \`${logicalId}\`, ${whyMissing(logicalId, context)}`);
  const value = context.attributeOf(logicalId, name);
  return (
    value ??
    fail(
      context,
      at,
      `asks for ${logicalId}.${name}: Requested attribute ${name} does not exist in schema for ${context.template.Resources[logicalId]?.Type ?? ''}`,
    )
  );
}

function substitute(argument: unknown, context: ResolutionContext, at: string): string {
  const [text, given] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  if (typeof text !== 'string') return fail(context, at, 'takes a text, or [text, variables]');
  const variables = (given ?? {}) as Record<string, unknown>;
  const valueOf = (name: string): string => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const trimmed = name.trim();
    if (Object.hasOwn(variables, trimmed)) return scalar(resolveInner(variables[trimmed], context, at), context, at);
    const dot = trimmed.indexOf('.');
    const value =
      dot < 0 ? ref(trimmed, context, at) : attribute(trimmed.slice(0, dot), trimmed.slice(dot + 1), context, at);
    return scalar(value, context, at);
  };
  return partsOf(text, '${', '}')
    .map((part) => (typeof part === 'string' ? part : made(valueOf(part.inside), context, at)))
    .join('');
}

function scalar(value: unknown, context: ResolutionContext, at: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return fail(context, at, `joins a value that is not text: ${JSON.stringify(value)?.slice(0, 80) ?? 'nothing'}`);
}
