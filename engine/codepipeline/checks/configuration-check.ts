import { jsonList } from '../../text/json-list';
import type { ActionDefinition } from '../../../model/pipeline';
import { actionKind } from '../providers/action-providers';

type Add = (path: string, message: string) => void;

/** Commands, environment variables and output variables of a Commands action (API Reference, ActionDeclaration). */
const MOST_COMMANDS = 50;
const MOST_VARIABLES = 10;
const MOST_OUTPUT_VARIABLES = 15;

/** What an action's keys demand of each other and of their content (the action's own reference). */
export function checkConfiguration(action: ActionDefinition, add: Add): void {
  const kind = actionKind(action);
  if (kind !== 'Compute/AWS/Commands') checkNoCommands(action, add);
  switch (kind) {
    case 'Build/AWS/CodeBuild':
    case 'Test/AWS/CodeBuild':
      return checkCodeBuild(action, add);
    case 'Compute/AWS/Commands':
      return checkCommands(action, add);
    case 'Deploy/AWS/CloudFormation':
      return checkCloudFormation(action, add);
    case 'Deploy/AWS/S3':
      if (action.configuration.Extract === 'false' && !action.configuration.ObjectKey)
        add('.Configuration', 'ObjectKey is required where Extract is false');
      return;
    case 'Deploy/AWS/ECS':
      return checkDeploymentTimeout(action, add);
    case 'Invoke/AWS/CodePipeline':
      return checkInvoke(action, add);
    case 'Invoke/AWS/StepFunctions':
      if (action.configuration.InputType === 'FilePath' && !action.configuration.Input)
        add('.Configuration', 'Input is required where InputType is FilePath');
      return;
    default:
      return;
  }
}

function checkNoCommands(action: ActionDefinition, add: Add): void {
  if (action.commands?.length) add('.Commands', 'only a Commands action takes commands');
  if (action.outputVariables?.length) add('.OutputVariables', 'only a Commands action takes output variables');
  if (action.outputArtifacts.some((output) => output.files))
    add('.OutputArtifacts', 'only a Commands action names the files of its output artifact');
}

function checkCodeBuild({ configuration, inputArtifacts }: ActionDefinition, add: Add): void {
  const { PrimarySource: primary, EnvironmentVariables: variables } = configuration;
  if (inputArtifacts.length > 1 && !primary)
    add('.Configuration', `PrimarySource is required where there are ${inputArtifacts.length} input artifacts`);
  if (primary && !inputArtifacts.includes(primary))
    add('.Configuration.PrimarySource', `${primary} is none of the input artifacts ${inputArtifacts.join(', ')}`);
  if (jsonList(variables, ['name', 'value']) === false)
    add('.Configuration.EnvironmentVariables', 'it is no JSON list of objects with name, value and perhaps type');
  if (configuration.CombineArtifacts === 'true' && configuration.BatchEnabled !== 'true')
    add('.Configuration.CombineArtifacts', 'it needs BatchEnabled');
}

function checkCommands(action: ActionDefinition, add: Add): void {
  const { commands = [], environmentVariables = [], outputVariables = [] } = action;
  if (commands.length === 0 || commands.length > MOST_COMMANDS)
    add('.Commands', `it has ${commands.length}; a Commands action takes 1 to ${MOST_COMMANDS}`);
  commands.forEach((command, index) => {
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

function checkCloudFormation({ configuration }: ActionDefinition, add: Add): void {
  const { ActionMode: mode = '' } = configuration;
  const needs = (key: string, modes: string[]): void => {
    if (modes.includes(mode) && !configuration[key]) add('.Configuration', `${key} is required for ${mode}`);
  };
  needs('ChangeSetName', ['CHANGE_SET_REPLACE', 'CHANGE_SET_EXECUTE']);
  needs('TemplatePath', ['CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'CHANGE_SET_REPLACE']);
  needs('RoleArn', ['CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'DELETE_ONLY', 'CHANGE_SET_REPLACE']);
}

function checkDeploymentTimeout({ configuration }: ActionDefinition, add: Add): void {
  const { DeploymentTimeout: minutes } = configuration;
  if (minutes === undefined || minutes.includes('#{')) return;
  if (!/^\d+$/.test(minutes) || Number(minutes) < 1 || Number(minutes) > 60)
    add('.Configuration.DeploymentTimeout', `${minutes} is not a number of minutes from 1 to 60`);
}

function checkInvoke({ configuration }: ActionDefinition, add: Add): void {
  if (jsonList(configuration.Variables, ['name', 'value']) === false)
    add('.Configuration.Variables', 'it is no JSON list of objects with name and value');
  if (jsonList(configuration.SourceRevisions, ['actionName', 'revisionType', 'revisionValue']) === false)
    add(
      '.Configuration.SourceRevisions',
      'it is no JSON list of objects with actionName, revisionType and revisionValue',
    );
}
