import type { PipelineDefinition } from '../../../model/pipeline';
import type { DefinitionProblem } from './definition-problem';
import { namespacesOf } from '../definition/variables';

/** Actions of a pipeline, triggers of a pipeline, filters of both kinds together (CodePipeline User Guide, "Quotas in AWS CodePipeline"). */
const MOST_ACTIONS = 1000;
const MOST_TRIGGERS = 50;
/** Variables of a pipeline, characters of a name, a value and a description (the same page). */
const MOST_VARIABLES = 50;
const VARIABLE_NAME = /^[A-Za-z0-9@_-]{1,128}$/;
const MOST_VALUE = 1000;
const MOST_DESCRIPTION = 200;
/** The name of a pipeline, a stage or an action (the same page). */
export const NAME = /^[A-Za-z0-9.@_-]{1,100}$/;
/** Namespaces that CodePipeline fills by itself (User Guide, "Variables reference"). */
const RESERVED = ['codepipeline', 'variables'];

type Add = (path: string, message: string, limit?: true) => void;

/** What CodePipeline refuses in a pipeline as a whole: how much there is of it, how its parts are named, what a V1 pipeline has not. */
export function checkQuotas(pipeline: PipelineDefinition): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const add: Add = (path, message, limit) => problems.push({ path, message, ...(limit ? { limit } : {}) });
  const actions = pipeline.stages.reduce((sum, stage) => sum + stage.actions.length, 0);
  if (actions > MOST_ACTIONS) add('Stages', `it has ${actions} actions; a pipeline takes ${MOST_ACTIONS}`);
  if (!NAME.test(pipeline.name)) add('Name', `${pipeline.name} has to have 1 to 100 of A-Z, a-z, 0-9 and .@_-`);
  pipeline.stages.forEach(({ name }, at) => {
    if (!NAME.test(name)) add(`Stages.${at}.Name`, `${name} has to have 1 to 100 of A-Z, a-z, 0-9 and .@_-`);
  });
  const filters = pipeline.triggers.reduce((sum, one) => sum + one.push.length + one.pullRequest.length, 0);
  if (Math.max(filters, pipeline.triggers.length) > MOST_TRIGGERS)
    add('Triggers', `it has ${Math.max(filters, pipeline.triggers.length)}; a pipeline takes ${MOST_TRIGGERS}`);
  if (pipeline.pipelineType !== 'V2') {
    if (pipeline.executionMode !== 'SUPERSEDED')
      add('ExecutionMode', `${pipeline.executionMode} needs a pipeline of type V2`);
    if (pipeline.variables.length > 0) add('Variables', 'variables need a pipeline of type V2');
  }
  checkVariables(pipeline, add);
  checkNamespaces(pipeline, add);
  return problems;
}

function checkVariables({ variables, stages }: PipelineDefinition, add: Add): void {
  if (variables.length > MOST_VARIABLES)
    add('Variables', `it has ${variables.length}; a pipeline takes ${MOST_VARIABLES}`);
  const names = new Set<string>();
  variables.forEach(({ name, defaultValue, description }, at) => {
    const path = `Variables.${at}`;
    if (!VARIABLE_NAME.test(name))
      add(`${path}.Name`, `the variable ${name} has to have 1 to 128 of A-Z, a-z, 0-9 and @_-`);
    if (names.has(name)) add(`${path}.Name`, `two variables are named ${name}`);
    names.add(name);
    const value = defaultValue?.length ?? 1;
    if (value < 1 || value > MOST_VALUE)
      add(`${path}.DefaultValue`, `${name} has ${value} characters; expected 1 to ${MOST_VALUE}`);
    const text = description?.length ?? 0;
    if (text > MOST_DESCRIPTION)
      add(`${path}.Description`, `the description of ${name} has ${text} characters; expected ${MOST_DESCRIPTION}`);
  });
  stages[0]?.actions.forEach((action, at) => {
    if (namespacesOf(action).has('variables'))
      add(`Stages.0.Actions.${at}.Configuration`, `${action.name}: a source action takes no pipeline variables`);
  });
}

/** "Namespaces must be unique across the pipeline definition and cannot conflict with any artifact names" (User Guide, "Variables reference"). */
function checkNamespaces({ stages }: PipelineDefinition, add: Add): void {
  const artifacts = new Set(
    stages.flatMap((stage) => stage.actions.flatMap((action) => action.outputArtifacts.map((one) => one.name))),
  );
  const owners = new Map<string, string>();
  stages.forEach((stage, stageAt) =>
    stage.actions.forEach(({ name, namespace }, actionAt) => {
      if (namespace === undefined) return;
      const path = `Stages.${stageAt}.Actions.${actionAt}.Namespace`;
      const me = `${stage.name}/${name}`;
      const owner = owners.get(namespace);
      if (RESERVED.includes(namespace)) add(path, `${me}: the namespace ${namespace} is CodePipeline’s own`);
      else if (owner) add(path, `${me}: the namespace ${namespace} is that of ${owner} already`);
      owners.set(namespace, me);
      // The page forbids it; that CodePipeline refuses it nobody has seen.
      if (artifacts.has(namespace))
        add(
          path,
          `${me}: the namespace ${namespace} is an artifact’s name too, which CodePipeline’s guide forbids`,
          true,
        );
    }),
  );
}
