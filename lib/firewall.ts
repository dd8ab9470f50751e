import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { EnvironmentStack } from './environment-stack';

/** AWS's managed rule groups that cost nothing beyond the rule, in order (AWS WAF Developer Guide, "AWS Managed Rules rule groups list"). */
const MANAGED = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesCommonRuleSet',
];

/** Requests in five minutes: of one caller as CloudFront names it, and of one address that connects, which for the site is CloudFront's own. */
const LIMITS = { caller: 2_000, address: 50_000 };

/**
 * AWS WAF before the load balancer, which the site's `/api/*` passes too: known bad addresses and inputs, the common rules, and a limit of
 * requests. Bodies of more than 8 KB are counted, not blocked: the api takes pictures.
 */
export function makeFirewall(stack: EnvironmentStack, loadBalancerArn: string): CfnWebACL {
  const visibility = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
    metricName,
  });
  const limit = (
    name: string,
    priority: number,
    statement: CfnWebACL.RateBasedStatementProperty,
  ): CfnWebACL.RuleProperty => ({
    name,
    priority,
    action: { block: {} },
    statement: { rateBasedStatement: statement },
    visibilityConfig: visibility(`${stack.prefix}-${name}`),
  });
  const acl = new CfnWebACL(stack, 'Firewall', {
    name: stack.prefix,
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibility(stack.prefix),
    rules: [
      limit('caller-limit', 0, {
        aggregateKeyType: 'FORWARDED_IP',
        forwardedIpConfig: { headerName: 'X-Forwarded-For', fallbackBehavior: 'NO_MATCH' },
        limit: LIMITS.caller,
      }),
      limit('address-limit', 1, { aggregateKeyType: 'IP', limit: LIMITS.address }),
      ...MANAGED.map((name, i): CfnWebACL.RuleProperty => ({
        name,
        priority: i + 2,
        overrideAction: { none: {} },
        statement: {
          managedRuleGroupStatement: {
            vendorName: 'AWS',
            name,
            ...(name === 'AWSManagedRulesCommonRuleSet'
              ? { ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }] }
              : {}),
          },
        },
        visibilityConfig: visibility(`${stack.prefix}-${name}`),
      })),
    ],
  });
  new CfnWebACLAssociation(stack, 'FirewallAssociation', { webAclArn: acl.attrArn, resourceArn: loadBalancerArn });
  return acl;
}
