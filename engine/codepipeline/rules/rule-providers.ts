import type { RuleRunners } from '../../ports/rule';
import * as every from './every-rule';
import type { RuleProvider } from './rule-provider';

const PROVIDERS = Object.values<RuleProvider>(every).sort((a, b) => a.provider.localeCompare(b.provider));

/** The kinds of rule by their names. */
export const RULE_PROVIDERS: ReadonlyMap<string, RuleProvider> = new Map(PROVIDERS.map((one) => [one.provider, one]));

/** What evaluates each kind of rule. */
export function ruleRunners(): RuleRunners {
  return new Map(PROVIDERS.map(({ provider, run }) => [provider, run]));
}
