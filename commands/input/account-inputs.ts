import * as fs from 'node:fs';
import { z } from 'zod';
import type { AccountInputs } from '../../engine/ports/account-inputs';
import { SaiondoError } from '../../model/errors';
import { readYaml } from '../../model/yaml-text';

/** The options that say what an app needs of its account. */
export interface AccountWords {
  readonly parameter: readonly string[];
  readonly parameterStore: readonly string[];
  readonly secret: readonly string[];
  readonly account?: string;
  readonly region?: string;
}

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z.record(z.string(), text).default({});
const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d$/;
const file = z.strictObject({
  account: text.refine((one) => ACCOUNT.test(one), 'expected an account’s twelve digits').optional(),
  region: z.string().regex(REGION, 'expected a region, e.g. eu-west-1').optional(),
  parameters: texts,
  parameterStore: texts,
  /** A map is a secret's JSON. */
  secrets: z
    .record(z.string(), z.union([text, z.record(z.string(), z.unknown()).transform((map) => JSON.stringify(map))]))
    .default({}),
  sources: z.record(z.string(), z.string()).default({}),
});

/** What a person gives: the account's inputs, and sources that only the file names, each `NAME=PATH`. */
export interface GivenInputs {
  readonly inputs: AccountInputs;
  readonly sources: readonly string[];
}

/**
 * Reads what a person gives of an account: the file (`.saiondo/inputs.yaml`, where there is one), then the options, which win.
 * @param name of the file, which need not be there
 * @param named a person named it: then it has to be there
 * @throws SaiondoError `INPUTS_INVALID` with line and key, `USAGE`
 */
export function readInputs(name: string, words: AccountWords, named = false): GivenInputs {
  const given = named || fs.existsSync(name) ? parseInputs(readFile(name), name) : file.parse({});
  const { account = given.account, region = given.region } = words;
  if (account !== undefined && !ACCOUNT.test(account))
    refuse(`--account ${account} is not an account’s twelve digits`, 'for example --account 111111111111');
  if (region !== undefined && !REGION.test(region))
    refuse(`--region ${region} is not a region`, 'for example --region eu-west-1');
  return {
    inputs: {
      parameters: { ...given.parameters, ...pairs('--parameter', words.parameter) },
      parameterStore: { ...given.parameterStore, ...pairs('--parameter-store', words.parameterStore) },
      secrets: withFiles('secrets', { ...given.secrets, ...pairs('--secret', words.secret) }),
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
    },
    sources: Object.entries(given.sources).map(([source, at]) => `${source}=${at}`),
  };
}

function readFile(name: string): string {
  try {
    return fs.readFileSync(name, 'utf8');
  } catch (cause) {
    throw new SaiondoError(`the inputs in ${name} cannot be read: ${(cause as Error).message}`, {
      code: 'USAGE',
      where: { file: name },
      next: 'name a YAML file with --inputs; its keys: account, region, parameters, parameterStore, secrets, sources',
      cause,
    });
  }
}

function parseInputs(content: string, name: string): z.output<typeof file> {
  const { document, lines, problem } = readYaml(content, { parser: { schema: 'failsafe' }, tags: new Set() });
  if (problem) {
    const { line, col: column } = lines.linePos(problem.offset);
    throw new SaiondoError(`invalid YAML: ${problem.message}`, {
      code: 'INPUTS_INVALID',
      where: { file: name, line, column },
      next: 'fix the line; YAML is indented with spaces, not tabs',
    });
  }
  // Every value is a text: 000000000000 is not a number.
  const result = file.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const keys = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : (issue?.path ?? []);
  const node = document.getIn(keys, true) as { range?: [number, number, number] } | undefined;
  const at = node?.range ? lines.linePos(node.range[0]) : undefined;
  throw new SaiondoError(issue?.message ?? 'invalid', {
    code: 'INPUTS_INVALID',
    where: { file: name, path: keys.join('.'), ...(at ? { line: at.line, column: at.col } : {}) },
    next: 'its keys: account, region, parameters, parameterStore, secrets, sources',
  });
}

/** `NAME=VALUE` each; a name may hold no `=`. */
function pairs(option: string, given: readonly string[]): Record<string, string> {
  const names = new Set<string>();
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      const name = one.slice(0, at);
      if (at <= 0) refuse(`${option} ${one} is not NAME=VALUE`, `for example ${option} NAME=VALUE`);
      if (names.has(name)) refuse(`${option} names ${name} twice`, 'give it once');
      names.add(name);
      return [name, one.slice(at + 1)];
    }),
  );
}

/** A value `@FILE` is what the file holds. */
function withFiles(key: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (!value.startsWith('@')) return [name, value];
      try {
        return [name, fs.readFileSync(value.slice(1), 'utf8')];
      } catch (cause) {
        throw new SaiondoError(`the file of ${name} cannot be read: ${(cause as Error).message}`, {
          code: 'USAGE',
          where: { file: value.slice(1), path: key },
          next: 'name a file after @, or give the value itself',
          cause,
        });
      }
    }),
  );
}

function refuse(message: string, next: string): never {
  throw new SaiondoError(message, { code: 'USAGE', next });
}
