/**
 * Minutes that an action of the pipeline is expected to take on AWS where it has something to do, with a build's provisioning: what `saiondo cost`
 * reckons with where nothing was measured, and what docs/architecture.md shows. By the action's name, its last part, then its provider.
 */
export const EXPECTED_MINUTES: Readonly<Record<string, number>> = {
  Synth: 1.2,
  SelfMutate: 1.5,
  ApiTest: 3,
  LlmTest: 2,
  WebTest: 4,
  ContractTest: 2,
  ApiImage: 3,
  LlmImage: 3,
  Migrate: 1.2,
  DeployContracts: 1.2,
  DeployWeb: 0.7,
  SmokeTest: 0.4,
  Changes: 0.7,
  Prepare: 0.5,
  Deploy: 0.5,
  'Services.Deploy': 4,
  CodeStarSourceConnection: 0.3,
  CodeBuild: 2,
  CloudFormation: 0.5,
};

/** The same of an action that finds that it has nothing to do: most of it is the start of its build. */
const UNCHANGED_MINUTES: Readonly<Record<string, number>> = {
  SelfMutate: 0.7,
  Migrate: 0.7,
  DeployContracts: 0.7,
  Prepare: 0.2,
  Deploy: 0.1,
  CodeBuild: 0.6,
};
/** What is done each time, whatever has changed. */
const ALWAYS = ['Synth', 'DeployWeb', 'SmokeTest', 'Changes', 'CodeStarSourceConnection'];

/** The minutes of an action such as `Services.Deploy` that has nothing to do. */
export function unchangedMinutes(action: string, provider: string): number {
  const name = action.split('.').at(-1) ?? '';
  if (ALWAYS.includes(name) || ALWAYS.includes(provider)) return expectedMinutes(action, provider);
  return UNCHANGED_MINUTES[name] ?? UNCHANGED_MINUTES[provider] ?? expectedMinutes(action, provider);
}

/** The expected minutes of an action such as `Services.Deploy`. */
export function expectedMinutes(action: string, provider: string): number {
  return (
    EXPECTED_MINUTES[action] ?? EXPECTED_MINUTES[action.split('.').at(-1) ?? ''] ?? EXPECTED_MINUTES[provider] ?? 1
  );
}
