import { operatorOf, type Operator } from '../policy/operators';
import { expand, type ReadKey } from '../policy/variables';
import type { Condition } from '../policy/policy';
import { compare, compareBeginning, hasVariables, hasWildcards } from './compare';
import type { Pattern } from '../policy/pattern';
import { all, any, negate, unknown, type Truth } from './truth';

/**
 * Whether a condition holds for a request: its values are joined by OR, a negated operator's by NOR (IAM User Guide, "Conditions with multiple context
 * keys or values", "Single-valued vs. multivalued context keys").
 * @param variables whether the policy's version knows variables
 */
export function holds(condition: Condition, read: ReadKey, variables: boolean): Truth {
  const operator = operatorOf(condition.operator);
  if (!operator) return unknown(`condition operator ${condition.operator}`);
  const given = read(condition.key);
  if ('unknown' in given) return unknown(`condition key ${condition.key}: ${given.unknown}`);
  if ('begins' in given) {
    if (operator.comparison === 'null') return isNull(condition, [given.begins]);
    const { begins, why } = given;
    const reason = `condition key ${condition.key}: ${why}`;
    return matchesOne(
      operator,
      (wanted) => compareBeginning(operator, begins, reason, wanted),
      condition,
      read,
      variables,
    );
  }
  const values = 'absent' in given ? undefined : given.values;
  if (operator.comparison === 'null') return isNull(condition, values);
  if (values === undefined || values.length === 0) return ofMissingKey(operator);
  const one = (value: string) =>
    matchesOne(operator, (wanted) => compare(operator, value, wanted), condition, read, variables);
  switch (operator.set) {
    case 'ForAllValues':
      return all(values.map(one));
    case 'ForAnyValue':
      return any(values.map(one));
    case undefined: {
      const [only, ...more] = values;
      // "Multivalued context keys require a condition set operator": without one AWS does not say what happens.
      if (only === undefined || more.length > 0) return unknown(`condition key ${condition.key} has several values`);
      return one(only);
    }
  }
}

/** What a key comes to that the request does not have. */
function ofMissingKey(operator: Operator): boolean {
  if (operator.set === 'ForAllValues' || operator.ifExists) return true;
  return operator.set === 'ForAnyValue' ? false : operator.negated;
}

function isNull(condition: Condition, values: readonly string[] | undefined): Truth {
  const missing = values === undefined || values.length === 0;
  return any(
    condition.values.map((wanted) => {
      if (wanted.toLowerCase() === 'true') return missing;
      return wanted.toLowerCase() === 'false' ? !missing : unknown(`Null takes "true" or "false", not "${wanted}"`);
    }),
  );
}

function matchesOne(
  operator: Operator,
  matchesWanted: (wanted: Pattern) => Truth,
  condition: Condition,
  read: ReadKey,
  variables: boolean,
): Truth {
  const { comparison } = operator;
  const truth = any(
    condition.values.map((wanted) => {
      const expanded = expand(wanted, read, variables && hasVariables(comparison), hasWildcards(comparison));
      if ('unknown' in expanded) return unknown(expanded.unknown);
      // "The value is effectively null. There is no equal or like value."
      return 'null' in expanded ? false : matchesWanted(expanded.pattern);
    }),
  );
  return operator.negated ? negate(truth) : truth;
}
