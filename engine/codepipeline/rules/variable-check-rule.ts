import { SaiondoError } from '../../../model/errors';
import { matchesPattern } from '../../text/regular-expression';
import type { RuleContext, RuleResult } from '../../ports/rule';
import { ruleFailure } from './rule-failure';
import type { RuleProvider } from './rule-provider';

/**
 * VariableCheck (CodePipeline User Guide, "VariableCheck"): compares a variable's value with a text, or with a regular expression in
 * Java's syntax, which has to match the whole value.
 */
export const variableCheckRule: RuleProvider = {
  provider: 'VariableCheck',
  required: ['Variable', 'Operator', 'Value'],
  optional: [],
  maySkip: true,
  run: evaluate,
};

async function evaluate({ rule, stage }: RuleContext): Promise<RuleResult> {
  const { Variable: variable = '', Operator: operator = '', Value: value = '' } = rule.configuration;
  try {
    const met = await check(operator, variable, value, `${stage}/${rule.name}`);
    const summary = `${JSON.stringify(variable)} ${operator} ${JSON.stringify(value)}: ${met ? 'met' : 'not met'}`;
    return { status: met ? 'Succeeded' : 'Failed', summary };
  } catch (error) {
    return ruleFailure(error);
  }
}

async function check(operator: string, variable: string, value: string, at: string): Promise<boolean> {
  switch (operator) {
    case 'EQ':
      return variable === value;
    case 'NE':
      return variable !== value;
    case 'CONTAINS':
      return variable.includes(value);
    case 'MATCHES':
      return matchesPattern(value, variable, true);
    default:
      throw new SaiondoError(`${at} has the Operator ${JSON.stringify(operator)}`, {
        code: 'ConfigurationError',
        next: 'expected EQ, NE, CONTAINS or MATCHES',
      });
  }
}
