import { formatLocation, SaiondoError, type Location } from '../../../model/errors';
import { accountOf, type ActionDefinition, type PipelineDefinition } from '../../../model/pipeline';
import type { BuildExplanation } from '../../../model/explanation';
import type { StackLedger } from '../../ports/ledger';
import { queuedTimeoutOf, timeoutOf } from '../project/compute';
import { findProject } from '../project/project';
import { BUILDSPEC_PHASES, type Buildspec } from '../spec/buildspec';
import { inlineBuildspec } from './buildspec-source';
import { actionVariables } from './codebuild-action';
import { variableOrigins } from './environment';

/**
 * Explains the build of a CodeBuild action.
 * @returns undefined where its project is deployed by a stage of the pipeline, so that it is not known yet
 * @throws SaiondoError `BUILDSPEC_INVALID`, `ConfigurationError` where the build would not start
 */
export function explainBuild(
  action: ActionDefinition,
  pipeline: PipelineDefinition,
  stage: string,
  ledger: StackLedger,
): BuildExplanation | undefined {
  const { configuration } = action;
  const project = known(() =>
    findProject(ledger, configuration.ProjectName ?? '', accountOf(action, pipeline), action.region),
  );
  if (!project) return undefined;
  const found = inlineBuildspec(project, configuration.BuildspecOverride);
  const place: Location = { file: pipeline.name, path: `${stage}/${action.name}` };
  const { origins } = variableOrigins(
    project,
    found?.buildspec ?? NO_BUILDSPEC,
    actionVariables(configuration.EnvironmentVariables, place),
  );
  return {
    project: project.name,
    image: project.image,
    environmentType: project.environmentType,
    privileged: project.privileged,
    timeoutMinutes: timeoutOf(project),
    queuedTimeoutMinutes: queuedTimeoutOf(project),
    cache: [project.cache.type, ...project.cache.modes].join(' '),
    buildspec: found?.file ?? (configuration.BuildspecOverride || project.buildspec || 'buildspec.yml'),
    buildspecKnown: found !== undefined,
    commands: found ? commandsOf(found.buildspec) : [],
    variables: [...origins].map(([name, { value, type, where }]) => ({
      name,
      value,
      type,
      where: formatLocation(where),
    })),
    exportedVariables: found?.buildspec.exportedVariables ?? [],
    reports: Object.keys(found?.buildspec.reports ?? {}),
  };
}

function commandsOf({ phases }: Buildspec): BuildExplanation['commands'] {
  return BUILDSPEC_PHASES.flatMap((phase) => {
    const { commands = [], finally: last = [] } = phases[phase] ?? {};
    return [...commands, ...last].map(({ text, where }) => ({ phase, text, where: formatLocation(where) }));
  });
}

function known<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof SaiondoError && error.code === 'PROJECT_MISSING') return undefined;
    throw error;
  }
}

/** Stands in the place of a buildspec that is read when the build starts. */
const NO_BUILDSPEC: Buildspec = {
  version: '0.2',
  versionIsNumber: true,
  variables: {},
  parameterStore: {},
  secretsManager: {},
  exportedVariables: [],
  variablePlaces: {},
  phases: {},
  secondaryArtifacts: {},
  reports: {},
  limits: [],
  unsupported: [],
};
