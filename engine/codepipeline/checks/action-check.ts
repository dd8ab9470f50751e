import { closest, distance } from '../../../model/nearest';
import type { ActionDefinition, PipelineDefinition } from '../../../model/pipeline';
import type { ActionProvider } from '../actions/action-provider';
import { actionKind, actionProvider } from '../providers/action-providers';
import type { DefinitionProblem } from './definition-problem';
import { NAME } from './quota-check';

type Add = (path: string, message: string, limit?: true) => void;

/** Characters of a configuration's value (API Reference, ActionDeclaration.configuration); parameter overrides have a kilobyte. */
const MOST_CHARACTERS = 1000;
const MOST_OVERRIDES = 1024;

/**
 * What CodePipeline refuses in a pipeline's actions, each problem with its place: artifacts, configuration keys and values, what only a V2
 * pipeline may have (CodePipeline User Guide, "Action structure reference", "Valid input and output artifacts for each action type",
 * "Quotas in AWS CodePipeline"). A key that the references do not name is refused where it looks like a slip, else only told: AWS adds keys.
 */
export function checkActions(pipeline: PipelineDefinition): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const clones = cloneReferences(pipeline);
  pipeline.stages.forEach((stage, stageAt) =>
    stage.actions.forEach((action, actionAt) => {
      const at = `Stages.${stageAt}.Actions.${actionAt}`;
      const add: Add = (path, message, limit) =>
        problems.push({
          path: `${at}${path}`,
          message: `${stage.name}/${action.name}: ${message}`,
          ...(limit ? { limit } : {}),
        });
      const provider = actionProvider(action);
      checkNames(action, add);
      checkTimeout(action, add);
      for (const input of action.inputArtifacts) {
        if (clones.has(input) && !provider?.takesClones)
          add(
            '.InputArtifacts',
            `${input} is a reference to a clone (CODEBUILD_CLONE_REF), which only CodeBuild can take; set CODE_ZIP`,
          );
      }
      if (!provider) return;
      if (provider.onlyV2 && pipeline.pipelineType !== 'V2')
        add('.ActionTypeId', `${actionKind(action)} is for pipelines of type V2 only`);
      checkCount('InputArtifacts', action.inputArtifacts.length, provider.inputs, add);
      checkCount('OutputArtifacts', action.outputArtifacts.length, provider.outputs, add);
      checkKeys(action, provider, add);
      if (!provider.takesCommands) checkNoCommands(action, add);
      provider.check?.(action, (path, message) => add(path, message));
    }),
  );
  return problems;
}

/** The artifacts that are a reference to a clone. */
export function cloneReferences(pipeline: PipelineDefinition): Set<string> {
  return new Set(
    (pipeline.stages[0]?.actions ?? [])
      .filter((action) => action.configuration.OutputArtifactFormat === 'CODEBUILD_CLONE_REF')
      .flatMap((action) => action.outputArtifacts.map((output) => output.name)),
  );
}

function checkNames(action: ActionDefinition, add: Add): void {
  if (!NAME.test(action.name)) add('.Name', 'an action’s name has 1 to 100 of A-Z, a-z, 0-9 and .@_-');
  if (!Number.isInteger(action.runOrder) || action.runOrder < 1 || action.runOrder > 999)
    add('.RunOrder', `the run order is ${action.runOrder}; it is a number from 1 to 999`);
  if (action.namespace !== undefined && !/^[A-Za-z0-9@_-]{1,100}$/.test(action.namespace))
    add('.Namespace', `the namespace ${action.namespace} has to have 1 to 100 of A-Z, a-z, 0-9 and @_-`);
  for (const name of action.outputArtifacts.map((output) => output.name))
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(name))
      add('.OutputArtifacts', `the artifact ${name} has to have 1 to 100 of A-Z, a-z, 0-9 and _-`);
}

/** API Reference, ActionDeclaration.timeoutInMinutes: for manual approvals only, 5 minutes to 60 days. */
function checkTimeout({ category, timeoutInMinutes: minutes }: ActionDefinition, add: Add): void {
  if (minutes === undefined) return;
  if (category !== 'Approval') add('.TimeoutInMinutes', 'only a manual approval takes a timeout');
  else if (!Number.isInteger(minutes) || minutes < 5 || minutes > 86_400)
    add('.TimeoutInMinutes', `${minutes} is not between 5 and 86400`);
}

function checkCount(key: string, count: number, [least, most]: readonly [number, number], add: Add): void {
  if (count >= least && count <= most) return;
  const range = least === most ? String(least) : `${least} to ${most}`;
  add(`.${key}`, `it has ${count}; this kind of action takes ${range}`);
}

function checkNoCommands(action: ActionDefinition, add: Add): void {
  if (action.commands?.length) add('.Commands', 'only a Commands action takes commands');
  if (action.outputVariables?.length) add('.OutputVariables', 'only a Commands action takes output variables');
  if (action.outputArtifacts.some((output) => output.files))
    add('.OutputArtifacts', 'only a Commands action names the files of its output artifact');
}

function checkKeys(action: ActionDefinition, { configuration: keys, reference }: ActionProvider, add: Add): void {
  for (const [key, value] of Object.entries(action.configuration)) {
    const most = key === 'ParameterOverrides' ? MOST_OVERRIDES : MOST_CHARACTERS;
    if (value.length > most)
      add(`.Configuration.${key}`, `the value has ${value.length} characters; CodePipeline takes ${most}`);
    if (!keys) continue;
    const known = keys[key];
    if (known === undefined) {
      const near = Object.keys(keys).length > 0 ? closest(key, Object.keys(keys)) : undefined;
      if (near !== undefined && distance(key.toLowerCase(), near.toLowerCase()) <= 2)
        add(`.Configuration.${key}`, `unknown configuration ${key}; did you mean ${near}?`);
      else add(`.Configuration.${key}`, `"${reference}" has no configuration ${key}: a rehearsal passes over it`, true);
    } else if (known.values && !known.values.includes(value) && !value.includes('#{')) {
      add(`.Configuration.${key}`, `${key} is ${JSON.stringify(value)}; expected ${known.values.join(', ')}`);
    }
  }
  for (const [key, { required }] of Object.entries(keys ?? {}))
    if (required && !action.configuration[key]) add('.Configuration', `${key} is required ("${reference}")`);
}
