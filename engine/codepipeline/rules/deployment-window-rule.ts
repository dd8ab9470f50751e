import { deploymentWindow } from './deployment-window';
import { ruleFailure } from './rule-failure';
import type { RuleProvider } from './rule-provider';

/** DeploymentWindow (CodePipeline User Guide, "DeploymentWindow"): met while the expression names the present minute. */
export const deploymentWindowRule: RuleProvider = {
  provider: 'DeploymentWindow',
  required: ['Cron'],
  optional: ['TimeZone'],
  run: async ({ rule }) => {
    try {
      const { Cron: expression = '', TimeZone: zone } = rule.configuration;
      const window = deploymentWindow(expression, zone, new Date());
      if (window.open) return { status: 'Succeeded', summary: `${expression} (${zone ?? 'UTC'}) is open` };
      const next = window.next ? `; it opens next at ${window.next.toISOString()}` : '';
      return { status: 'Failed', summary: `${expression} (${zone ?? 'UTC'}) is closed${next}` };
    } catch (error) {
      return ruleFailure(error);
    }
  },
};
