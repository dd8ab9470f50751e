import type { ActionResult, ActionRunner } from '../../ports/action';
import { runManagedBuild } from './managed-build';

/** What a Commands action or rule runs, as the buildspec that CodePipeline makes of it. */
export function commandsBuildspec(
  commands: readonly string[],
  options: { readonly exported?: readonly string[]; readonly files?: readonly string[] } = {},
): Record<string, unknown> {
  return {
    version: '0.2',
    ...(options.exported?.length ? { env: { 'exported-variables': options.exported } } : {}),
    phases: { build: { commands } },
    ...(options.files ? { artifacts: { files: options.files } } : {}),
  };
}

/**
 * Commands (CodePipeline User Guide, "Commands action reference"): the commands in the first input artifact, others beside it, on compute that
 * CodePipeline manages. The files of the output artifact are CodeBuild's patterns; output variables are those of the shell at its end.
 */
export const commandsAction: ActionRunner = async (context): Promise<ActionResult> => {
  const { action, pipeline } = context;
  if (action.configuration.EnvironmentType?.startsWith('WINDOWS'))
    return { status: 'NotRehearsed', missing: ['Windows'], summary: 'its commands are for a Windows container' };
  const [output] = action.outputArtifacts;
  const exported = action.outputVariables ?? [];
  const result = await runManagedBuild(context, {
    project: `codepipeline-${pipeline.name}-${action.name}`,
    buildspec: commandsBuildspec(action.commands ?? [], {
      exported,
      ...(output ? { files: output.files ?? ['**/*'] } : {}),
    }),
    variables: action.environmentVariables ?? [],
  });
  if (result.status !== 'Succeeded') return result;
  // CodeBuild exports no AWS_* variable; the reference's own example asks for one that is the action's region.
  const region = Object.fromEntries(
    exported.filter((name) => /^AWS_(DEFAULT_)?REGION$/.test(name)).map((name) => [name, action.region]),
  );
  return { ...result, outputVariables: { ...region, ...result.outputVariables } };
};
