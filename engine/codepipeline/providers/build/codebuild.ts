import { SaiondoError } from '../../../../model/errors';
import type { Limit } from '../../../../model/limit';
import { accountOf } from '../../../../model/pipeline';
import { missingHere } from '../../../codebuild/project/missing-here';
import { findProject } from '../../../codebuild/project/project';
import { BUILDSPEC_PHASES } from '../../../codebuild/spec/buildspec';
import { parseBuildspec } from '../../../codebuild/spec/parse-buildspec';
import { inlineBuildspec } from '../../../codebuild/start/buildspec-source';
import { runCodeBuildAction } from '../../../codebuild/start/codebuild-action';
import { explainBuild } from '../../../codebuild/start/explain-build';
import { limitsOfInlineBuild } from '../../../codebuild/start/limits';
import { toolsMissing } from '../../../host/tools';
import { jsonList } from '../../../text/json-list';
import {
  optional,
  required,
  yesNo,
  type ActionFacts,
  type ActionProvider,
  type AddProblem,
} from '../../actions/action-provider';
import type { ActionDefinition } from '../../../../model/pipeline';

/** CodeBuild: the project's own buildspec, on copies of the action's input artifacts. */
export const codeBuild: ActionProvider = {
  kinds: ['Build/AWS/CodeBuild', 'Test/AWS/CodeBuild'],
  reference: 'AWS CodeBuild build and test action reference',
  configuration: {
    ProjectName: required,
    PrimarySource: optional,
    BatchEnabled: yesNo,
    BuildspecOverride: optional,
    CombineArtifacts: yesNo,
    EnvironmentVariables: optional,
    ServiceRoleArnOverride: optional,
    // CDK Pipelines puts it there so that a changed project changes the pipeline (aws-cdk-lib/pipelines, CodeBuildFactory).
    _PROJECT_CONFIG_HASH: optional,
  },
  inputs: [1, 5],
  outputs: [0, 5],
  takesClones: true,
  check,
  needs: (action, facts) => {
    const { ProjectName: name = '', BuildspecOverride: override = '' } = action.configuration;
    const key = [accountOf(action, facts.pipeline), action.region, name, override].join(' ');
    return facts.once(key, () => needsOfBuild(action, facts));
  },
  limits: (action, { pipeline, ledger, local }): Promise<readonly Limit[]> =>
    limitsOfInlineBuild(action, accountOf(action, pipeline), ledger, local),
  explain: (action, { pipeline, stage, ledger }) => explainBuild(action, pipeline, stage, ledger),
  run: runCodeBuildAction,
};

function check({ configuration, inputArtifacts }: ActionDefinition, add: AddProblem): void {
  const { PrimarySource: primary, EnvironmentVariables: variables } = configuration;
  if (inputArtifacts.length > 1 && !primary)
    add('.Configuration', `PrimarySource is required where there are ${inputArtifacts.length} input artifacts`);
  if (primary && !inputArtifacts.includes(primary))
    add('.Configuration.PrimarySource', `${primary} is none of the input artifacts ${inputArtifacts.join(', ')}`);
  if (jsonList(variables, ['name', 'value']) === false)
    add('.Configuration.EnvironmentVariables', 'it is not a JSON list of objects with name, value and perhaps type');
  if (configuration.CombineArtifacts === 'true' && configuration.BatchEnabled !== 'true')
    add('.Configuration.CombineArtifacts', 'it needs BatchEnabled');
}

/** Characters of a buildspec that is read for a plan: to read a larger one takes too long. Its action says what is missing when it starts. */
const MOST_PLANNED = 64 * 1024;

/** A buildspec that is wrong, or lies in the source, says nothing here: its action will. */
function needsOfBuild(action: ActionDefinition, facts: ActionFacts): readonly string[] {
  const name = action.configuration.ProjectName ?? '';
  try {
    const project = findProject(facts.ledger, name, accountOf(action, facts.pipeline), action.region);
    const given = action.configuration.BuildspecOverride ?? project.buildspec;
    if (given.length > MOST_PLANNED) return [];
    const found = inlineBuildspec(project, given);
    return found ? missingHere(project, found.buildspec, facts.tool) : [];
  } catch (error) {
    if (!(error instanceof SaiondoError)) throw error;
    const text = error.code === 'PROJECT_MISSING' ? facts.undeployed?.(name) : undefined;
    return text === undefined || text.length > MOST_PLANNED ? [] : toolsMissing(commandsIn(text), facts.tool);
  }
}

/** The commands of a buildspec whose tokens are left out; where that is not a buildspec any more, the whole text. */
function commandsIn(text: string): string[] {
  try {
    const { phases } = parseBuildspec(text, 'buildspec');
    return BUILDSPEC_PHASES.flatMap((name) => phases[name] ?? []).flatMap((phase) =>
      [...phase.commands, ...phase.finally].map((command) => command.text),
    );
  } catch (error) {
    if (!(error instanceof SaiondoError)) throw error;
    return [text];
  }
}
