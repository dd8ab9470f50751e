import { CfnCertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { BaseService } from 'aws-cdk-lib/aws-ecs';
import { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import { ApplicationLoadBalancer, ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnDBInstance } from 'aws-cdk-lib/aws-rds';
import { Stack, type Stage } from 'aws-cdk-lib';

/** What of an environment is watched: whatever of these kinds its stacks hold, wherever it stands. */
export interface Observed {
  readonly services: readonly BaseService[];
  readonly loadBalancers: readonly ApplicationLoadBalancer[];
  readonly targetGroups: readonly ApplicationTargetGroup[];
  readonly databases: readonly CfnDBInstance[];
  readonly caches: readonly CfnReplicationGroup[];
  /** Of the environment's own region: a metric is where its certificate is. */
  readonly certificates: readonly CfnCertificate[];
}

/** Looks into an environment's stacks. What is not there (an existing database, no domain) is watched by who made it. */
export function observe(stage: Stage): Observed {
  const stacks = stage.node.children.filter((child) => Stack.isStack(child) && child.region === stage.region);
  const all = stacks.flatMap((stack) => stack.node.findAll());
  return {
    services: all.filter((one) => one instanceof BaseService),
    loadBalancers: all.filter((one) => one instanceof ApplicationLoadBalancer),
    targetGroups: all.filter((one) => one instanceof ApplicationTargetGroup),
    databases: all.filter((one) => one instanceof CfnDBInstance),
    caches: all.filter((one) => one instanceof CfnReplicationGroup),
    certificates: all.filter((one) => one instanceof CfnCertificate),
  };
}
