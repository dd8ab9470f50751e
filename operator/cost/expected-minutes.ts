/**
 * Minutes that an action of the pipeline is expected to take on AWS, with a build's provisioning: what `saiondo cost` reckons with where
 * nothing was measured, and what docs/architecture.md shows. By the action's name, its last part, then its provider. Of a usual commit: one
 * service changed, so its tasks are replaced; the other stacks have nothing to do.
 */
export const EXPECTED_MINUTES: Readonly<Record<string, number>> = {
  Synth: 2,
  SelfMutate: 2,
  ApiTest: 3,
  LlmTest: 2,
  WebTest: 6,
  ContractTest: 2,
  ApiImage: 4,
  LlmImage: 3,
  Migrate: 2,
  DeployContracts: 2,
  DeployWeb: 0.7,
  SmokeTest: 1,
  Record: 0.3,
  Changes: 0.7,
  Prepare: 0.5,
  Deploy: 0.5,
  'Services.Deploy': 4,
  CodeStarSourceConnection: 0.3,
  CodeBuild: 2,
  CloudFormation: 0.5,
};

/** The expected minutes of an action such as `Services.Deploy`. */
export function expectedMinutes(action: string, provider: string): number {
  return (
    EXPECTED_MINUTES[action] ?? EXPECTED_MINUTES[action.split('.').at(-1) ?? ''] ?? EXPECTED_MINUTES[provider] ?? 1
  );
}
