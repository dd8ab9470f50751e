import { isIP } from 'node:net';
import { matches, matchesBeginning, splitAtColons, type Pattern, literal } from '../policy/pattern';
import type { Comparison, Operator } from '../policy/operators';
import { unknown, type Truth } from './truth';

/**
 * Compares one value of the request with one of the policy, the operator's negation aside (IAM User Guide, "IAM JSON policy elements: Condition
 * operators").
 * @param wanted the policy's value with variables filled in, as a pattern where the operator knows wildcards
 * @returns unknown where one of the two is not of the operator's type: AWS does not say what happens
 */
export function compare(operator: Operator, given: string, wanted: Pattern): Truth {
  switch (operator.comparison) {
    case 'string':
      return given === text(wanted);
    case 'string-ignore-case':
      return given.toLowerCase() === text(wanted).toLowerCase();
    case 'string-like':
      return matches(wanted, given);
    case 'numeric':
      return related(operator, number(given), number(text(wanted)), 'number', given, text(wanted));
    case 'date':
      return related(operator, instant(given), instant(text(wanted)), 'date', given, text(wanted));
    case 'bool':
      return isTrue(given) === isTrue(text(wanted));
    case 'binary':
      return Buffer.from(given, 'base64').equals(Buffer.from(text(wanted), 'base64'));
    case 'ip':
      return inRange(given, text(wanted));
    case 'arn':
      return matchesArn(wanted, given);
    case 'null':
      return unknown('Null compares no values');
  }
}

/**
 * Compares a value of the request of which only the beginning is known: what AWS puts behind it is its own, e.g. a task's id.
 * @returns unknown where it depends on the rest, with the reason
 */
export function compareBeginning(operator: Operator, begins: string, why: string, wanted: Pattern): Truth {
  const told = (found: boolean | 'unclear'): Truth => (found === 'unclear' ? unknown(why) : found);
  switch (operator.comparison) {
    case 'string':
    case 'string-like':
      return told(matchesBeginning(wanted, begins));
    case 'arn': {
      const parts = splitAtColons(wanted, 6);
      const given = splitAtColons(literal(begins), 6).map(text);
      if (parts.length !== 6 || given.length !== 6) return told(matchesBeginning(wanted, begins));
      const heads = given.slice(0, 5).every((part, i) => matches(parts[i] ?? [], part));
      return heads ? told(matchesBeginning(parts[5] ?? [], given[5] ?? '')) : false;
    }
    default:
      return unknown(why);
  }
}

/** Whether an operator's values may hold wildcards. */
export function hasWildcards(comparison: Comparison): boolean {
  return comparison === 'string-like' || comparison === 'arn';
}

/** Whether an operator's values may hold variables: those of texts and ARNs. */
export function hasVariables(comparison: Comparison): boolean {
  return ['string', 'string-ignore-case', 'string-like', 'arn'].includes(comparison);
}

/** Each of the six parts of an ARN is compared by itself: no wildcard runs over one of the first five colons. */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  const wanted = splitAtColons(pattern, 6);
  const given = splitAtColons(literal(arn), 6).map(text);
  if (wanted.length !== 6) return wanted.length === 1 && wanted[0]?.length === 1 && matches(pattern, arn);
  return given.length === 6 && wanted.every((part, i) => matches(part, given[i] ?? ''));
}

function text(pattern: Pattern): string {
  return pattern.map((part) => (part === 1 ? '*' : part === 2 ? '?' : part)).join('');
}

/**
 * Whether a value of `Bool` is true. Every other text is false: the CDK's own trust of CodeBuild's actions says `aws:ViaAWSService` is
 * `codepipeline.amazonaws.com`, and its pipelines run, as they do with `false` in its place (aws/aws-cdk#25301).
 */
function isTrue(value: string): boolean {
  return value.toLowerCase() === 'true';
}

function number(value: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(value.trim()) ? Number(value) : undefined;
}

/** A date of ISO 8601 (W3C's profile), or seconds since 1970. */
function instant(value: string): number | undefined {
  if (/^-?\d{5,}$/.test(value)) return Number(value) * 1000;
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/i.test(value)) return undefined;
  const zoned = /T/i.test(value) && !/(Z|[+-]\d\d:?\d\d)$/i.test(value) ? `${value}Z` : value;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? undefined : time;
}

function related(
  { relation }: Operator,
  given: number | undefined,
  wanted: number | undefined,
  type: string,
  givenText: string,
  wantedText: string,
): Truth {
  if (given === undefined || wanted === undefined) {
    return unknown(`"${given === undefined ? givenText : wantedText}" is not a ${type}`);
  }
  switch (relation) {
    case '=':
      return given === wanted;
    case '<':
      return given < wanted;
    case '<=':
      return given <= wanted;
    case '>':
      return given > wanted;
    case '>=':
      return given >= wanted;
  }
}

/** Whether an address is in a block of CIDR form; a block without a length is one address. */
function inRange(address: string, block: string): Truth {
  const [start = '', length] = block.split('/');
  const width = isIP(start) === 6 ? 128 : 32;
  const bits = length === undefined ? width : Number(length);
  if (isIP(address) === 0 || isIP(start) === 0 || !(bits >= 0 && bits <= width)) {
    return unknown(`"${isIP(address) === 0 ? address : block}" is not an IP address`);
  }
  if (isIP(address) !== isIP(start)) return false;
  const shift = BigInt(width - bits);
  return addressBits(address) >> shift === addressBits(start) >> shift;
}

function addressBits(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (side: string) => (side ? side.split(':') : []).flatMap(group);
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...(tail === undefined ? [] : zeros), ...right].reduce(
    (sum, hex) => (sum << 16n) + BigInt(`0x${hex}`),
    0n,
  );
}

/** The last group of an IPv6 address may be an IPv4 address: two groups. */
function group(part: string): readonly string[] {
  if (!part.includes('.')) return [part];
  const value = addressBits(part);
  return [(value >> 16n).toString(16), (value & 0xffffn).toString(16)];
}
