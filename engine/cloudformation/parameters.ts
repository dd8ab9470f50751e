import { SaiondoError } from '../../model/errors';
import type { Template } from './template';

/** Where `AWS::SSM::Parameter::Value<…>` parameters are read. */
export type ParameterSource = (account: string, region: string, name: string) => Promise<string>;

/**
 * The values of a template's parameters: given, or the default (CloudFormation User Guide, "Parameters").
 * @throws SaiondoError `PARAMETER_VALUE_MISSING`, `PARAMETER_VALUE_INVALID`
 */
export async function resolveParameters(
  template: Template,
  given: Readonly<Record<string, unknown>>,
  stack: { readonly account: string; readonly region: string; readonly stackName: string },
  source: ParameterSource,
): Promise<Record<string, unknown>> {
  const declared = template.Parameters ?? {};
  for (const name of Object.keys(given)) {
    if (!(name in declared)) {
      throw new SaiondoError(`stack ${stack.stackName}: the template declares no parameter \`${name}\``, {
        code: 'PARAMETER_VALUE_INVALID',
      });
    }
  }
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(declared)) {
    const value = given[name] ?? parameter.Default;
    if (value === undefined) {
      throw new SaiondoError(`stack ${stack.stackName}: the parameter \`${name}\` has no value and no default`, {
        code: 'PARAMETER_VALUE_MISSING',
      });
    }
    if (parameter.AllowedValues && !parameter.AllowedValues.map(String).includes(String(value))) {
      throw new SaiondoError(
        `stack ${stack.stackName}: the parameter \`${name}\` is ${JSON.stringify(value)}; allowed: ${parameter.AllowedValues.join(', ')}`,
        { code: 'PARAMETER_VALUE_INVALID' },
      );
    }
    if (parameter.Type.startsWith('AWS::SSM::Parameter::Value<')) {
      const read = await source(stack.account, stack.region, String(value));
      values[name] =
        parameter.Type.includes('List<') || parameter.Type.includes('CommaDelimitedList') ? read.split(',') : read;
    } else if (parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<')) {
      values[name] = Array.isArray(value)
        ? value
        : String(value)
            .split(',')
            .map((item) => item.trim());
    } else {
      values[name] = String(value);
    }
  }
  return values;
}
