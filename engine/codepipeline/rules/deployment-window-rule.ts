import type { RuleRunner } from '../../ports/rule';
import { deploymentWindow } from './deployment-window';
import { ruleFailure } from './rule-failure';

/** DeploymentWindow (CodePipeline User Guide, "DeploymentWindow"): met while the expression names the present minute. */
export function deploymentWindowRule(now: () => Date = () => new Date()): RuleRunner {
  return async ({ rule }) => {
    try {
      const { Cron: expression = '', TimeZone: zone } = rule.configuration;
      const window = deploymentWindow(expression, zone, now());
      if (window.open) return { status: 'Succeeded', summary: `${expression} (${zone ?? 'UTC'}) is open` };
      const next = window.next ? `; it opens next at ${window.next.toISOString()}` : '';
      return { status: 'Failed', summary: `${expression} (${zone ?? 'UTC'}) is closed${next}` };
    } catch (error) {
      return ruleFailure(error);
    }
  };
}
