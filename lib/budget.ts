import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { DEFAULT_BUDGET } from '../config/cost.schema';
import type { EnvironmentProps } from './environment-stack';

/**
 * Tells when an environment costs more than it should. By its tag, so that it counts right in a shared account; the tag `environment` has
 * to be activated once as a cost allocation tag (AWS Billing User Guide, "Activating user-defined cost allocation tags").
 */
export function makeBudget(scope: Construct, props: EnvironmentProps & { prefix: string; topic: ITopic }): CfnBudget {
  const { environment, name, prefix, topic } = props;
  const amount = environment.cost.monthlyBudget ?? DEFAULT_BUDGET[environment.protected ? 'protected' : 'dev'];
  const tell = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
    subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
  });
  return new CfnBudget(scope, 'Budget', {
    budget: {
      budgetName: `${prefix}-monthly`,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:environment$${name}`] },
    },
    notificationsWithSubscribers: [
      tell('ACTUAL', 80),
      tell('ACTUAL', 100),
      ...(environment.protected ? [tell('FORECASTED', 100)] : []),
    ],
  });
}
