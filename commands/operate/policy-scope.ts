import type { PolicyScope } from '../../operator/policy';
import type { Target } from '../target/target';

/** What a policy for a target may name. */
export function policyScope({ pipeline, home, configuration }: Target): PolicyScope {
  const environments = configuration?.environments;
  return {
    pipeline,
    home,
    project: configuration?.project ?? pipeline,
    environments: environments
      ? [environments.dev, environments.prod].map(({ account, region }) => ({ account, region }))
      : [],
    ...(configuration ? { connectionArn: configuration.pipeline.connectionArn } : {}),
  };
}
