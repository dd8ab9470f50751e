import { createHash } from 'node:crypto';
import { SaiondoError, type Location } from '../../../model/errors';
import type {
  ActionDefinition,
  GitFilter,
  PipelineDefinition,
  PipelineTrigger,
  RuleDefinition,
  StageConditions,
  StageDefinition,
} from '../../../model/pipeline';
import type { DeployedResource, DeployedStack } from '../../ports/ledger';

type Json = Record<string, unknown>;
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const map = (value: unknown): Json => (value !== null && typeof value === 'object' ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(map) : []);

/** Reads a deployed `AWS::CodePipeline::Pipeline` (CodePipeline User Guide, "CodePipeline pipeline structure reference"). */
export function readPipeline(
  resource: Pick<DeployedResource, 'logicalId' | 'physicalId' | 'properties'>,
  stack: Pick<DeployedStack, 'account' | 'region' | 'stackName'>,
): PipelineDefinition {
  const properties = resource.properties as Json;
  const stages = list(properties.Stages).map((stage) => readStage(stage, stack.region));
  const definition = {
    name: resource.physicalId,
    account: stack.account,
    region: stack.region,
    stackName: stack.stackName,
    pipelineType: properties.PipelineType === 'V2' ? 'V2' : 'V1',
    executionMode: (properties.ExecutionMode ?? 'SUPERSEDED') as PipelineDefinition['executionMode'],
    restartExecutionOnUpdate: String(properties.RestartExecutionOnUpdate) === 'true',
    variables: list(properties.Variables).map((variable) => ({
      name: String(variable.Name),
      ...(variable.DefaultValue === undefined ? {} : { defaultValue: String(variable.DefaultValue) }),
      ...(variable.Description === undefined ? {} : { description: String(variable.Description) }),
    })),
    triggers: list(properties.Triggers).map(readTrigger),
    stages,
    disabledTransitions: Object.fromEntries(
      list(properties.DisableInboundStageTransitions).map((one) => [String(one.StageName), String(one.Reason ?? '')]),
    ),
  } as const;
  const structureVersion = createHash('sha256').update(JSON.stringify(definition)).digest('hex');
  check(definition.name, stages, {
    file: `stack ${stack.stackName}`,
    path: `Resources.${resource.logicalId}.Properties.Stages`,
  });
  return { ...definition, structureVersion };
}

function readStage(stage: Json, region: string): StageDefinition {
  return {
    name: String(stage.Name),
    actions: list(stage.Actions).map((action) => readAction(action, region)),
    ...conditions(stage, 'BeforeEntry', 'beforeEntry'),
    ...conditions(stage, 'OnSuccess', 'onSuccess'),
    ...conditions(stage, 'OnFailure', 'onFailure'),
  };
}

function readAction(action: Json, region: string): ActionDefinition {
  const type = map(action.ActionTypeId);
  return {
    name: String(action.Name),
    category: String(type.Category) as ActionDefinition['category'],
    owner: String(type.Owner) as ActionDefinition['owner'],
    provider: String(type.Provider),
    version: String(type.Version ?? '1'),
    runOrder: Number(action.RunOrder ?? 1),
    configuration: Object.fromEntries(
      Object.entries(map(action.Configuration)).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    inputArtifacts: list(action.InputArtifacts).map((artifact) => String(artifact.Name)),
    outputArtifacts: list(action.OutputArtifacts).map((artifact) => ({
      name: String(artifact.Name),
      ...(artifact.Files ? { files: texts(artifact.Files) } : {}),
    })),
    region: String(action.Region ?? region),
    ...(action.Namespace ? { namespace: String(action.Namespace) } : {}),
    ...(action.RoleArn ? { roleArn: String(action.RoleArn) } : {}),
    ...(action.TimeoutInMinutes ? { timeoutInMinutes: Number(action.TimeoutInMinutes) } : {}),
    ...(action.Commands ? { commands: texts(action.Commands) } : {}),
    ...(action.OutputVariables ? { outputVariables: texts(action.OutputVariables) } : {}),
    ...(action.EnvironmentVariables
      ? {
          environmentVariables: list(action.EnvironmentVariables).map((one) => ({
            name: String(one.Name),
            value: String(one.Value),
            ...(one.Type ? { type: String(one.Type) } : {}),
          })),
        }
      : {}),
  };
}

function conditions<K extends 'beforeEntry' | 'onSuccess' | 'onFailure'>(
  stage: Json,
  key: string,
  name: K,
): Partial<Record<K, StageConditions>> {
  if (!stage[key]) return {};
  const value = map(stage[key]);
  const read: StageConditions = {
    ...(value.Result ? { result: value.Result as 'FAIL' } : {}),
    ...(map(value.RetryConfiguration).RetryMode
      ? { retryMode: map(value.RetryConfiguration).RetryMode as 'ALL_ACTIONS' }
      : {}),
    conditions: list(value.Conditions).map((condition) => ({
      ...(condition.Result ? { result: String(condition.Result) } : {}),
      rules: list(condition.Rules).map(readRule),
    })),
  };
  return { [name]: read } as Partial<Record<K, StageConditions>>;
}

function readRule(rule: Json): RuleDefinition {
  return {
    name: String(rule.Name),
    provider: String(map(rule.RuleTypeId).Provider),
    configuration: Object.fromEntries(
      Object.entries(map(rule.Configuration)).map(([name, value]) => [name, String(value)]),
    ),
    ...(rule.Commands ? { commands: texts(rule.Commands) } : {}),
    ...(rule.Region ? { region: String(rule.Region) } : {}),
    ...(rule.TimeoutInMinutes ? { timeoutInMinutes: Number(rule.TimeoutInMinutes) } : {}),
    ...(rule.InputArtifacts ? { inputArtifacts: list(rule.InputArtifacts).map((one) => String(one.Name)) } : {}),
  };
}

function readTrigger(trigger: Json): PipelineTrigger {
  const git = map(trigger.GitConfiguration);
  const patterns = (value: unknown): { includes: string[]; excludes: string[] } => ({
    includes: texts(map(value).Includes),
    excludes: texts(map(value).Excludes),
  });
  const filter = (one: Json): GitFilter => ({
    ...(one.Events ? { events: texts(one.Events) } : {}),
    ...(one.Tags ? { tags: patterns(one.Tags) } : {}),
    ...(one.Branches ? { branches: patterns(one.Branches) } : {}),
    ...(one.FilePaths ? { filePaths: patterns(one.FilePaths) } : {}),
  });
  return {
    sourceActionName: String(git.SourceActionName),
    push: list(git.Push).map(filter),
    pullRequest: list(git.PullRequest).map(filter),
  };
}

/** CodePipeline's own limits and rules of structure (User Guide, "Quotas in AWS CodePipeline"). @throws SaiondoError `PIPELINE_INVALID` */
function check(name: string, stages: readonly StageDefinition[], where: Location): void {
  const fail = (message: string): never => {
    throw new SaiondoError(`pipeline ${name}: ${message}`, {
      code: 'PIPELINE_INVALID',
      where,
      next: 'see "CodePipeline pipeline structure reference"',
    });
  };
  if (stages.length < 2 || stages.length > 50) fail(`it has ${stages.length} stages; CodePipeline takes 2 to 50`);
  const produced = new Map<string, string>();
  const stageNames = new Set<string>();
  stages.forEach((stage, at) => {
    if (stageNames.has(stage.name)) fail(`two stages are named ${stage.name}`);
    stageNames.add(stage.name);
    if (stage.actions.length < 1 || stage.actions.length > 50)
      fail(`stage ${stage.name} has ${stage.actions.length} actions; CodePipeline takes 1 to 50`);
    const names = new Set<string>();
    const before = new Set(produced.keys());
    for (const action of [...stage.actions].sort((a, b) => a.runOrder - b.runOrder)) {
      if (names.has(action.name)) fail(`stage ${stage.name} has two actions named ${action.name}`);
      names.add(action.name);
      if ((action.category === 'Source') !== (at === 0))
        fail(`${stage.name}/${action.name}: source actions stand in the first stage, and only they`);
      for (const input of action.inputArtifacts) {
        const earlier =
          before.has(input) ||
          stage.actions.some(
            (other) =>
              other.runOrder < action.runOrder && other.outputArtifacts.some((output) => output.name === input),
          );
        if (!earlier) fail(`${stage.name}/${action.name} takes the artifact ${input}, which no earlier action gives`);
      }
      for (const output of action.outputArtifacts) {
        if (produced.has(output.name))
          fail(
            `${stage.name}/${action.name} and ${produced.get(output.name) ?? ''} both give the artifact ${output.name}`,
          );
        produced.set(output.name, `${stage.name}/${action.name}`);
      }
    }
  });
}
