import { failureOf } from '../../ports/failure';
import type { RuleResult } from '../../ports/rule';

/** A rule that could not be evaluated is a failed rule (User Guide, "How do stage conditions work?"), and says why. */
export function ruleFailure(error: unknown): RuleResult {
  const failure = failureOf(error, 'ConfigurationError');
  return { status: 'Failed', summary: failure.message, failure };
}
