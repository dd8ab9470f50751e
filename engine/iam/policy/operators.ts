/** How an operator compares one value of the request with one of the policy. */
export type Comparison =
  'string' | 'string-ignore-case' | 'string-like' | 'numeric' | 'date' | 'bool' | 'binary' | 'ip' | 'arn' | 'null';

/** An operator's meaning: what it compares, in which relation, whether it is negated. */
export interface Operator {
  readonly comparison: Comparison;
  readonly relation: '=' | '<' | '<=' | '>' | '>=';
  readonly negated: boolean;
  /** `…IfExists`: a key that the request does not have satisfies it. */
  readonly ifExists: boolean;
  readonly set?: 'ForAllValues' | 'ForAnyValue';
}

type Base = Pick<Operator, 'comparison' | 'relation' | 'negated'>;

const is = (comparison: Comparison, relation: Operator['relation'] = '='): Base => ({
  comparison,
  relation,
  negated: false,
});
const not = (comparison: Comparison): Base => ({ comparison, relation: '=', negated: true });

/** Every operator (IAM User Guide, "IAM JSON policy elements: Condition operators"). Names are compared without regard to case. */
const operators: Readonly<Record<string, Base>> = {
  StringEquals: is('string'),
  StringNotEquals: not('string'),
  StringEqualsIgnoreCase: is('string-ignore-case'),
  StringNotEqualsIgnoreCase: not('string-ignore-case'),
  StringLike: is('string-like'),
  StringNotLike: not('string-like'),
  NumericEquals: is('numeric'),
  NumericNotEquals: not('numeric'),
  NumericLessThan: is('numeric', '<'),
  NumericLessThanEquals: is('numeric', '<='),
  NumericGreaterThan: is('numeric', '>'),
  NumericGreaterThanEquals: is('numeric', '>='),
  DateEquals: is('date'),
  DateNotEquals: not('date'),
  DateLessThan: is('date', '<'),
  DateLessThanEquals: is('date', '<='),
  DateGreaterThan: is('date', '>'),
  DateGreaterThanEquals: is('date', '>='),
  Bool: is('bool'),
  BinaryEquals: is('binary'),
  IpAddress: is('ip'),
  NotIpAddress: not('ip'),
  ArnEquals: is('arn'),
  ArnLike: is('arn'),
  ArnNotEquals: not('arn'),
  ArnNotLike: not('arn'),
  Null: is('null'),
};

/** The operators' names, as AWS writes them. */
export const operatorNames: readonly string[] = Object.keys(operators);

const byLowerName = new Map(Object.entries(operators).map(([name, base]) => [name.toLowerCase(), base]));

/**
 * An operator by its name with its set operator and `IfExists`.
 * @returns undefined for a name that is not an operator
 */
export function operatorOf(name: string): Operator | undefined {
  const [, set, rest = ''] = /^(?:(ForAllValues|ForAnyValue):)?(.*)$/i.exec(name) ?? [];
  const ifExists = /IfExists$/i.test(rest);
  const base = byLowerName.get((ifExists ? rest.slice(0, -'IfExists'.length) : rest).toLowerCase());
  // Null asks whether a key exists: it takes neither a set operator nor IfExists.
  if (!base || (base.comparison === 'null' && (ifExists || set))) return undefined;
  const setOperator = set?.toLowerCase() === 'forallvalues' ? 'ForAllValues' : set ? 'ForAnyValue' : undefined;
  return { ...base, ifExists, ...(setOperator ? { set: setOperator } : {}) };
}
