import { createHash } from 'node:crypto';
import type { Properties, ResourceAddress } from './address';
import { partitionOf } from '../template/intrinsics';

/** What a form is filled in with. */
export interface Filling {
  readonly address: ResourceAddress;
  readonly properties: Properties;
  readonly name: string;
  /** What `Ref` gives; undefined while that is what is made. */
  readonly id?: string;
  readonly arn?: string;
}

const ALPHABETS: Readonly<Record<string, string>> = {
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  low: 'abcdefghijklmnopqrstuvwxyz0123456789',
  UP: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  Mix: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  digits: '123456789',
};

/** Regions whose website endpoints of S3 have a dash before the region (AWS General Reference, "Amazon S3 website endpoints"). */
const DASHED = /^(us-east-1|us-west-[12]|ap-southeast-[12]|ap-northeast-1|eu-west-1|sa-east-1|us-gov-west-1)$/;

/**
 * Fills a form in. `{name}`, `{id}`, `{arn}`, `{account}`, `{region}`, `{partition}`, `{suffix}` (`amazonaws.com`), `{generation}`, `{time}`;
 * `{hex:17}`, `{HEX:32}`, `{low:10}`, `{UP:13}`, `{Mix:9}`, `{digits:9}`, `{uuid}`: the same letters for a resource in every run, other ones with a word
 * after the length (`{hex:17:acl}`); `{p.Scope}`, `{p.GroupName|default}`: a property's text, `{last.Cluster|default}`: its part after the last slash; `{of.FunctionName}`: the ARN of the function that a
 * property names; `{host.Url}`: an address without its scheme; `{ip}`, `{site}` (S3's websites), `{scope}` (WAF's ARNs), `{service}` (of an endpoint's service).
 */
export function fill(form: string, filling: Filling): string {
  return form.replace(/\{([^{}]+)\}/g, (_all, placeholder: string) => valueOf(placeholder, filling));
}

function valueOf(placeholder: string, filling: Filling): string {
  const { address, properties, name } = filling;
  const { account, region } = address;
  const { partition, urlSuffix } = partitionOf(region);
  const [kind = '', length = '', salt = ''] = placeholder.split(':');
  const alphabet = ALPHABETS[kind];
  if (alphabet) return letters(address, alphabet, Number(length), salt);
  const [from = '', path = ''] = placeholder.split(/\.(.*)/s);
  switch (from) {
    case 'p':
      return textOf(path, properties) ?? letters(address, ALPHABETS.low ?? '', 10, path);
    case 'last':
      return (textOf(path, properties) ?? '').split('/').at(-1) ?? '';
    case 'of':
      return functionArn(textOf(path, properties) ?? '', address);
    case 'host':
      return (textOf(path, properties) ?? '').replace(/^https?:\/\//, '');
  }
  switch (placeholder) {
    case 'name':
      return name;
    case 'id':
      return filling.id ?? name;
    case 'arn':
      return filling.arn ?? name;
    case 'account':
      return account;
    case 'region':
      return region;
    case 'partition':
      return partition;
    case 'suffix':
      return urlSuffix;
    case 'generation':
      return String(address.generation);
    case 'uuid':
      return uuid(address);
    case 'time':
      return TIME;
    case 'ip':
      return `192.0.2.${1 + (Number.parseInt(digest(address, 'ip').slice(0, 4), 16) % 254)}`;
    case 'site':
      return DASHED.test(region) ? '-' : '.';
    case 'service':
      return (textOf('ServiceName', properties) ?? '').split('.').pop() ?? '';
    case 'scope':
      return properties.Scope === 'CLOUDFRONT' ? 'global' : 'regional';
    default:
      return placeholder;
  }
}

/** When made-up resources were made: always the same, so that nothing changes with the clock. */
const TIME = '2026-01-01T00:00:00.000';

function digest(address: ResourceAddress, salt: string): string {
  const { account, region, stackName, logicalId, generation } = address;
  const text = [account, region, stackName, logicalId, generation].join('/');
  return createHash('sha256')
    .update(salt === '' ? text : `${text}#${salt}`)
    .digest('hex');
}

/** Hexadecimal digits that a resource keeps. */
export function hexOf(address: ResourceAddress, length: number): string {
  return digest(address, '').slice(0, length);
}

function uuid(address: ResourceAddress): string {
  return hexOf(address, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

function letters(address: ResourceAddress, alphabet: string, length: number, salt: string): string {
  if (alphabet === ALPHABETS.hex && length <= 64) return digest(address, salt).slice(0, length);
  let text = '';
  for (let block = 0; text.length < length; block++) {
    const bytes = Buffer.from(digest(address, `${salt}${block || ''}` || 'letters'), 'hex');
    for (const byte of bytes) text += alphabet[byte % alphabet.length] ?? '';
  }
  return text.slice(0, length);
}

/** A property's text by its path; after `|` what it is where it is not given. */
function textOf(path: string, properties: Properties): string | undefined {
  const [keys = '', otherwise] = path.split('|');
  const value = keys
    .split('.')
    .reduce<unknown>((one, key) => (one as Record<string, unknown> | undefined)?.[key], properties);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}

/** The ARN of a function that is named by its ARN, qualified or not, or by its name. */
function functionArn(named: string, { account, region }: ResourceAddress): string {
  const [, arn] = /^(arn:[^:]*:lambda:[^:]*:\d*:function:[^:]+)/.exec(named) ?? [];
  return arn ?? `arn:${partitionOf(region).partition}:lambda:${region}:${account}:function:${named}`;
}
