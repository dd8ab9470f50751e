import type { ActionDefinition } from '../../../../model/pipeline';
import { toolsMissing } from '../../../host/tools';
import { oneOf, optional, type ActionProvider, type AddProblem } from '../../actions/action-provider';
import { commandsBuildspec, runManagedBuild } from '../../actions/managed-build';

/** Commands, environment variables and output variables of a Commands action (API Reference, ActionDeclaration). */
const MOST_COMMANDS = 50;
const MOST_VARIABLES = 10;
const MOST_OUTPUT_VARIABLES = 15;

/**
 * Commands: the commands in the first input artifact, others next to it, on compute that CodePipeline manages. The files of the output artifact
 * are CodeBuild's patterns; output variables are those of the shell at its end.
 */
export const commands: ActionProvider = {
  kinds: ['Compute/AWS/Commands'],
  reference: 'Commands action reference',
  configuration: {
    EnvironmentType: oneOf('LINUX_CONTAINER', 'WINDOWS_SERVER_2022_CONTAINER'),
    ComputeType: oneOf('BUILD_GENERAL1_SMALL', 'BUILD_GENERAL1_MEDIUM', 'BUILD_GENERAL1_LARGE'),
    VpcId: optional,
    Subnets: optional,
    SecurityGroupIds: optional,
  },
  inputs: [1, 10],
  outputs: [0, 1],
  onlyV2: true,
  takesCommands: true,
  check,
  needs: ({ configuration, commands: list = [] }, { tool }) =>
    configuration.EnvironmentType?.startsWith('WINDOWS') ? ['Windows'] : toolsMissing(list, tool),
  run: async (context) => {
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
  },
};

function check(action: ActionDefinition, add: AddProblem): void {
  const { commands: list = [], environmentVariables = [], outputVariables = [] } = action;
  if (list.length === 0 || list.length > MOST_COMMANDS)
    add('.Commands', `it has ${list.length}; a Commands action takes 1 to ${MOST_COMMANDS}`);
  list.forEach((command, index) => {
    if (/[\r\n]/.test(command)) add(`.Commands.${index}`, 'a command of more than one line; CodePipeline refuses it');
  });
  if (environmentVariables.length > MOST_VARIABLES)
    add('.EnvironmentVariables', `it has ${environmentVariables.length}; CodePipeline takes ${MOST_VARIABLES}`);
  environmentVariables.forEach(({ name, type = 'PLAINTEXT' }, index) => {
    if (type !== 'PLAINTEXT' && type !== 'SECRETS_MANAGER')
      add(`.EnvironmentVariables.${index}`, `${name} has the type ${type}; expected PLAINTEXT or SECRETS_MANAGER`);
  });
  if (outputVariables.length > MOST_OUTPUT_VARIABLES)
    add('.OutputVariables', `it has ${outputVariables.length}; CodePipeline takes ${MOST_OUTPUT_VARIABLES}`);
}
