import { closest } from '../../../model/nearest';
import { SaiondoError } from '../../../model/errors';
import type { DeployedStack } from '../../ports/ledger';
import type { RunSecrets } from '../../ports/run-secrets';
import { matchesPatternNow } from '../../text/regular-expression';
import type { Template, TemplateParameter } from './template';

/** Where `AWS::SSM::Parameter::Value<…>` parameters are read. @throws where there is none */
export type ParameterSource = (account: string, region: string, name: string) => Promise<string>;

/** What a parameter's value stands in for when its NoEcho hides it. */
export const NO_ECHO = '****';

/** Whether a parameter's value may be shown. */
export function isHidden(parameter: TemplateParameter | undefined): boolean {
  return String(parameter?.NoEcho) === 'true';
}

/**
 * The values of a template's parameters: given, or the default, checked against type and constraints (CloudFormation User Guide,
 * "Parameters section syntax" and "Supported AWS types").
 * @param secrets is told of the values that NoEcho hides
 * @throws SaiondoError `PARAMETER_VALUE_MISSING`, `PARAMETER_VALUE_INVALID` in CloudFormation's words
 */
export async function resolveParameters(
  template: Template,
  given: Readonly<Record<string, unknown>>,
  stack: { readonly account: string; readonly region: string; readonly stackName: string; readonly file?: string },
  source: ParameterSource,
  secrets?: Pick<RunSecrets, 'add'>,
): Promise<Record<string, unknown>> {
  const declared = template.Parameters ?? {};
  const file = stack.file ?? stack.stackName;
  const invalid = (name: string, message: string, next?: string): never => {
    throw new SaiondoError(`stack ${stack.stackName}: ${message}`, {
      code: 'PARAMETER_VALUE_INVALID',
      where: { file, path: `Parameters.${name}` },
      ...(next ? { next } : {}),
    });
  };
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unknown[0] !== undefined) {
    const names = Object.keys(declared);
    invalid(
      unknown[0],
      `Parameters: [${unknown.join(', ')}] do not exist in the template`,
      names.length > 0 ? `did you mean ${closest(unknown[0], names)}?` : 'the template declares no parameters',
    );
  }
  const missing = Object.entries(declared).filter(([name, one]) => (given[name] ?? one.Default) === undefined);
  if (missing.length > 0) {
    throw new SaiondoError(
      `stack ${stack.stackName}: Parameters: [${missing.map(([name]) => name).join(', ')}] must have values`,
      {
        code: 'PARAMETER_VALUE_MISSING',
        where: { file, path: `Parameters.${missing[0]?.[0] ?? ''}` },
        next: 'give them in the template configuration or as ParameterOverrides, or give them defaults',
      },
    );
  }
  keepHidden(template, given, stack.stackName, secrets);
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(declared)) {
    const value = given[name] ?? parameter.Default;
    const problem = constraintProblem(name, parameter, value);
    if (problem) invalid(name, problem, parameter.ConstraintDescription);
    values[name] = await typed(name, parameter, value, (key) => source(stack.account, stack.region, key), invalid);
  }
  return values;
}

/** Tells of the values of a template's parameters that NoEcho hides. */
export function keepHidden(
  template: Template,
  given: Readonly<Record<string, unknown>>,
  stackName: string,
  secrets: Pick<RunSecrets, 'add'> | undefined,
): void {
  for (const [name, parameter] of Object.entries(template.Parameters ?? {})) {
    const value = given[name] ?? parameter.Default;
    if (secrets && isHidden(parameter) && value !== undefined)
      secrets.add(`the parameter ${name} of ${stackName}`, String(value));
  }
}

/** Every parameter of a template as it is given, or its default. */
export function givenTexts(template: Template, given: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).flatMap(([name, parameter]): [string, string][] => {
      const value = given[name] ?? parameter.Default;
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

/** A parameter's value as an update takes it over (`UsePreviousValue`); undefined where only its default is known. */
export function previousValue(stack: DeployedStack | undefined, template: Template, name: string): string | undefined {
  const given = stack?.given?.[name];
  // A stack of an earlier version of this package remembers only what was read from the parameter store.
  return given ?? (SSM_VALUE.test(template.Parameters?.[name]?.Type ?? '') ? undefined : stack?.parameters[name]);
}

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;
const LIST = /^(CommaDelimitedList$|List<)/;

async function typed(
  name: string,
  parameter: TemplateParameter,
  value: unknown,
  read: (key: string) => Promise<string>,
  invalid: (name: string, message: string) => never,
): Promise<unknown> {
  const stored = SSM_VALUE.exec(parameter.Type)?.[1];
  if (stored !== undefined) {
    let text = '';
    try {
      text = await read(String(value));
    } catch {
      return invalid(name, `Unable to fetch parameters [${String(value)}] from parameter store for this account.`);
    }
    return LIST.test(stored) ? split(text) : text;
  }
  if (parameter.Type === 'AWS::SSM::Parameter::Name') {
    await read(String(value)).catch(() =>
      invalid(name, `Unable to fetch parameters [${String(value)}] from parameter store for this account.`),
    );
    return String(value);
  }
  if (LIST.test(parameter.Type)) return Array.isArray(value) ? value.map(String) : split(String(value));
  return Array.isArray(value) ? value.map(String).join(',') : String(value);
}

function split(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

const KNOWN_TYPE =
  /^(String|Number|List<Number>|List<String>|CommaDelimitedList|AWS::SSM::Parameter::Name|AWS::SSM::Parameter::Value<.+>|(List<)?AWS::[A-Za-z0-9]+::[A-Za-z0-9:]+>?)$/;

/** @returns what a value breaks, in CloudFormation's words */
function constraintProblem(name: string, parameter: TemplateParameter, value: unknown): string | undefined {
  if (!KNOWN_TYPE.test(String(parameter.Type))) {
    return `Template format error: Unrecognized parameter type: ${String(parameter.Type)}. Valid types are String, Number, CommaDelimitedList, List<Number>, AWS-specific types and AWS::SSM::Parameter types`;
  }
  const shown = isHidden(parameter) ? NO_ECHO : JSON.stringify(value);
  const items = LIST.test(parameter.Type)
    ? Array.isArray(value)
      ? value.map(String)
      : split(String(value))
    : [String(value)];
  if (parameter.AllowedValues) {
    const allowed = parameter.AllowedValues.map(String);
    if (!items.every((item) => allowed.includes(item)))
      return `Parameter '${name}' must be one of AllowedValues: it is ${shown}, allowed are ${allowed.join(', ')}`;
  }
  if (parameter.AllowedPattern !== undefined) {
    const pattern = parameter.AllowedPattern;
    try {
      // CloudFormation's patterns are Java's (User Guide, "Parameters": AllowedPattern).
      if (!items.every((item) => matchesPatternNow(pattern, item)))
        return `Parameter '${name}' must match pattern ${pattern}: it is ${shown}`;
    } catch (cause) {
      return `Parameter '${name}' has an AllowedPattern that cannot be tried here: ${(cause as Error).message}`;
    }
  }
  const bounds = { least: Number(parameter.MinLength ?? 0), most: Number(parameter.MaxLength ?? Infinity) };
  if (items.some((item) => item.length < bounds.least))
    return `Parameter '${name}' must contain at least ${bounds.least} characters`;
  if (items.some((item) => item.length > bounds.most))
    return `Parameter '${name}' must contain at most ${bounds.most} characters`;
  if (parameter.Type === 'Number' || parameter.Type === 'List<Number>') {
    for (const item of items) {
      if (item.trim() === '' || Number.isNaN(Number(item)))
        return `Parameter '${name}' must be a number: it is ${shown}`;
      if (Number(item) < Number(parameter.MinValue ?? -Infinity))
        return `Parameter '${name}' must be a number not less than ${String(parameter.MinValue)}`;
      if (Number(item) > Number(parameter.MaxValue ?? Infinity))
        return `Parameter '${name}' must be a number not greater than ${String(parameter.MaxValue)}`;
    }
  }
  return undefined;
}
