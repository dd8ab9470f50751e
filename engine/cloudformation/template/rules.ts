import { SaiondoError } from '../../../model/errors';
import { resolve, type ResolutionContext } from './intrinsics';

/**
 * Checks a template's rules against its parameters (CloudFormation User Guide, "Rules section syntax").
 * @throws SaiondoError `PARAMETER_VALUE_INVALID` with the assertion's own description
 */
export function checkRules(context: ResolutionContext): void {
  for (const [name, rule] of Object.entries(context.template.Rules ?? {})) {
    const at = `Rules.${name}`;
    if (rule.RuleCondition !== undefined && resolve(rule.RuleCondition, context, `${at}.RuleCondition`) !== true)
      continue;
    (rule.Assertions ?? []).forEach((assertion, i) => {
      const path = `${at}.Assertions[${i}].Assert`;
      if (resolve(assertion.Assert, context, path) === true) return;
      throw new SaiondoError(
        `stack ${context.stackName}: Template constraint violation: rule ${name}: ${assertion.AssertDescription ?? 'its assertion does not hold'}`,
        {
          code: 'PARAMETER_VALUE_INVALID',
          where: { file: context.file, path },
          next: 'give parameters that the rule allows',
        },
      );
    });
  }
}
