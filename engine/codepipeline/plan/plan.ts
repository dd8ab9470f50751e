import { SaiondoError } from '../../../model/errors';
import { actionPath, type ActionDefinition, type PipelineDefinition } from '../../../model/pipeline';
import { BUILDSPEC_PHASES } from '../../codebuild/spec/buildspec';
import { inlineBuildspec } from '../../codebuild/start/buildspec-source';
import { missingHere } from '../../codebuild/project/missing-here';
import { parseBuildspec } from '../../codebuild/spec/parse-buildspec';
import { findProject } from '../../codebuild/project/project';
import type { StackLedger } from '../../ports/ledger';
import { toolsNamedIn } from '../../host/tools';
import { accountOf } from '../../../model/pipeline';
import { actionKind, actionProvider } from '../providers/action-providers';
import { givenBy, takenBy } from '../definition/dependencies';
import type { SourceRepositories } from '../../ports/sources';

/** What a plan is made on: what is deployed, and what this machine has. */
export interface PlanFacts {
  readonly ledger: StackLedger;
  /** Whether a container engine answers. */
  readonly containers: boolean;
  readonly tool: (name: string) => string | undefined;
  readonly sources: SourceRepositories;
  /** Kinds of action that have a runner, by `Category/Owner/Provider`. */
  readonly kinds: ReadonlySet<string>;
  /** Shell text of a CodeBuild project that a stage will deploy first, if it is known. */
  readonly undeployed?: (project: string) => string | undefined;
}

/** How the person names what stands for a source; an action that lacks it fails when it starts. */
export const SOURCE_OPTION = '--source';

/** An action and what this machine lacks for it; nothing: it will be rehearsed. */
export interface PlannedAction {
  readonly stage: string;
  readonly action: ActionDefinition;
  readonly missing: readonly string[];
  /** The action that it depends on, if that is what is not rehearsed. */
  readonly dependsOn?: string;
}

/**
 * Says of every action, before anything starts, whether it will be rehearsed, and if not what is missing. What only a run can know (a
 * buildspec in the source, a project that a stage deploys) is found when its action starts.
 */
export function planActions(pipeline: PipelineDefinition, facts: PlanFacts): PlannedAction[] {
  const lacking = new Map<string, PlannedAction>();
  const builds = new Map<string, string[]>();
  const plan: PlannedAction[] = [];
  for (const stage of pipeline.stages) {
    for (const action of [...stage.actions].sort((a, b) => a.runOrder - b.runOrder)) {
      const own = missingOf(action, pipeline, facts, builds);
      const before = takenBy(action)
        .map((what) => lacking.get(what))
        .find((one) => one !== undefined);
      const planned: PlannedAction = {
        stage: stage.name,
        action,
        missing: own.length > 0 ? own : (before?.missing ?? []),
        ...(own.length === 0 && before ? { dependsOn: actionPath(before.stage, before.action.name) } : {}),
      };
      plan.push(planned);
      if (planned.missing.length > 0) for (const what of givenBy(action)) lacking.set(what, planned);
    }
  }
  return plan;
}

/** `needs flutter`, `depends on Verify/WebTest (flutter)`; undefined for what will be rehearsed. */
export function describePlanned({ missing, dependsOn }: PlannedAction): string | undefined {
  if (missing.length === 0) return undefined;
  return dependsOn ? `depends on ${dependsOn} (${missing.join(', ')})` : `needs ${missing.join(', ')}`;
}

/** @param builds what is known already of a build, by what it is asked: many actions share a project */
function missingOf(
  action: ActionDefinition,
  pipeline: PipelineDefinition,
  facts: PlanFacts,
  builds: Map<string, string[]>,
): string[] {
  if (action.category === 'Approval') return [];
  const kind = actionKind(action);
  const missing = actionProvider(action)?.missing;
  if (missing) return [missing];
  if (!facts.kinds.has(kind)) return [kind];
  const { configuration } = action;
  switch (kind) {
    case 'Source/AWS/CodeStarSourceConnection':
      return sourceNeeds(configuration.FullRepositoryId ?? '', facts);
    case 'Source/ThirdParty/GitHub':
      return sourceNeeds(`${configuration.Owner ?? ''}/${configuration.Repo ?? ''}`, facts);
    case 'Source/AWS/CodeCommit':
      return sourceNeeds(configuration.RepositoryName ?? '', facts);
    case 'Source/AWS/ECR':
    case 'Deploy/AWS/ECS':
      return facts.containers ? [] : ['docker'];
    case 'Build/AWS/ECRBuildAndPublish':
      if (configuration.RegistryType === 'public') return ['Amazon ECR Public'];
      return facts.containers ? [] : ['docker'];
    case 'Compute/AWS/Commands':
      if (configuration.EnvironmentType?.startsWith('WINDOWS')) return ['Windows'];
      return toolsMissing(action.commands ?? [], facts);
    case 'Invoke/AWS/CodePipeline':
      return pipelineNeeds(configuration.PipelineName ?? '', pipeline, facts);
    case 'Build/AWS/CodeBuild':
    case 'Test/AWS/CodeBuild': {
      const { ProjectName: name = '', BuildspecOverride: override = '' } = configuration;
      const key = [accountOf(action, pipeline), action.region, name, override].join(' ');
      const known = builds.get(key) ?? buildNeeds(action, pipeline, facts);
      builds.set(key, known);
      return known;
    }
    default:
      return [];
  }
}

function sourceNeeds(repository: string, { sources }: PlanFacts): string[] {
  return sources.has(repository) ? [] : [`${SOURCE_OPTION} ${repository}=PATH`];
}

function pipelineNeeds(name: string, pipeline: PipelineDefinition, { ledger }: PlanFacts): string[] {
  if (name === pipeline.name) return ['a pipeline that starts itself'];
  const deployed = ledger.resources('AWS::CodePipeline::Pipeline').some((one) => one.physicalId === name);
  return deployed || name.includes('#{') ? [] : [`the pipeline ${name}`];
}

function toolsMissing(commands: readonly string[], { tool }: PlanFacts): string[] {
  return toolsNamedIn(commands).filter((name) => tool(name) === undefined);
}

/** A buildspec that is wrong, or lies in the source, says nothing here: its action will. */
function buildNeeds(action: ActionDefinition, pipeline: PipelineDefinition, facts: PlanFacts): string[] {
  const name = action.configuration.ProjectName ?? '';
  try {
    const project = findProject(facts.ledger, name, accountOf(action, pipeline), action.region);
    const found = inlineBuildspec(project, action.configuration.BuildspecOverride);
    return found ? missingHere(project, found.buildspec, facts.tool) : [];
  } catch (error) {
    if (!(error instanceof SaiondoError)) throw error;
    const text = error.code === 'PROJECT_MISSING' ? facts.undeployed?.(name) : undefined;
    return text === undefined ? [] : toolsMissing(commandsIn(text), facts);
  }
}

/** The commands of a buildspec whose tokens are left out; where that is no buildspec any more, the whole text. */
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
