import type {
  ArtifactStore,
  PipelineDeclaration,
  PipelineTriggerDeclaration,
  RuleDeclaration,
  StageDeclaration,
} from '@aws-sdk/client-codepipeline';
import type { ActionDefinition, PipelineDefinition, RuleDefinition, StageConditions } from '../../../model/pipeline';
import type { DeployedResource } from '../../ports/ledger';

/**
 * API Reference, PipelineDeclaration: the structure as GetPipeline gives it.
 * @param deployed the pipeline's resource, for what only CloudFormation knows of it: its role and its artifact stores
 */
export function pipelineDeclaration(
  definition: PipelineDefinition,
  version: number,
  deployed: DeployedResource | undefined,
): PipelineDeclaration {
  const properties = (deployed?.properties ?? {}) as {
    RoleArn?: string;
    ArtifactStore?: StoreProperties;
    ArtifactStores?: { Region: string; ArtifactStore: StoreProperties }[];
  };
  return {
    name: definition.name,
    roleArn: properties.RoleArn ?? '',
    artifactStore: properties.ArtifactStore && artifactStore(properties.ArtifactStore),
    artifactStores:
      properties.ArtifactStores &&
      Object.fromEntries(properties.ArtifactStores.map((one) => [one.Region, artifactStore(one.ArtifactStore)])),
    stages: definition.stages.map((stage): StageDeclaration => ({
      name: stage.name,
      actions: stage.actions.map(actionDeclaration),
      beforeEntry: stage.beforeEntry && { conditions: conditionsOf(stage.beforeEntry) },
      onSuccess: stage.onSuccess && { conditions: conditionsOf(stage.onSuccess) },
      onFailure: stage.onFailure && {
        result: stage.onFailure.result,
        retryConfiguration: stage.onFailure.retryMode && { retryMode: stage.onFailure.retryMode },
        conditions: conditionsOf(stage.onFailure),
      },
    })),
    version,
    executionMode: definition.executionMode,
    pipelineType: definition.pipelineType,
    variables: definition.variables.map((one) => ({ ...one })),
    triggers: definition.triggers.map(triggerDeclaration),
  };
}

interface StoreProperties {
  readonly Type: string;
  readonly Location: string;
  readonly EncryptionKey?: { readonly Id: string; readonly Type: string };
}

function artifactStore(store: StoreProperties): ArtifactStore {
  return {
    type: store.Type as ArtifactStore['type'],
    location: store.Location,
    encryptionKey: store.EncryptionKey && { id: store.EncryptionKey.Id, type: store.EncryptionKey.Type as 'KMS' },
  };
}

function actionDeclaration(
  action: ActionDefinition,
): StageDeclaration['actions'] extends (infer A)[] | undefined ? A : never {
  return {
    name: action.name,
    actionTypeId: {
      category: action.category,
      owner: action.owner,
      provider: action.provider,
      version: action.version,
    },
    runOrder: action.runOrder,
    configuration: { ...action.configuration },
    commands: action.commands && [...action.commands],
    outputArtifacts: action.outputArtifacts.map(({ name, files }) => ({ name, files: files && [...files] })),
    inputArtifacts: action.inputArtifacts.map((name) => ({ name })),
    outputVariables: action.outputVariables && [...action.outputVariables],
    roleArn: action.roleArn,
    region: action.region,
    namespace: action.namespace,
    timeoutInMinutes: action.timeoutInMinutes,
    environmentVariables: action.environmentVariables?.map(({ name, value, type }) => ({
      name,
      value,
      type: type as 'PLAINTEXT' | undefined,
    })),
  };
}

function conditionsOf(conditions: StageConditions): { result?: 'FAIL'; rules: RuleDeclaration[] }[] {
  return conditions.conditions.map((one) => ({
    ...(one.result ? { result: one.result as 'FAIL' } : {}),
    rules: one.rules.map(ruleDeclaration),
  }));
}

function ruleDeclaration(rule: RuleDefinition): RuleDeclaration {
  return {
    name: rule.name,
    ruleTypeId: { category: 'Rule', owner: 'AWS', provider: rule.provider, version: '1' },
    configuration: { ...rule.configuration },
    commands: rule.commands && [...rule.commands],
    inputArtifacts: rule.inputArtifacts?.map((name) => ({ name })),
    region: rule.region,
    timeoutInMinutes: rule.timeoutInMinutes,
  };
}

function triggerDeclaration(trigger: PipelineDefinition['triggers'][number]): PipelineTriggerDeclaration {
  const patterns = (
    one: { includes: readonly string[]; excludes: readonly string[] } | undefined,
  ): { includes?: string[]; excludes?: string[] } | undefined =>
    one && {
      ...(one.includes.length > 0 ? { includes: [...one.includes] } : {}),
      ...(one.excludes.length > 0 ? { excludes: [...one.excludes] } : {}),
    };
  const filter = (one: PipelineDefinition['triggers'][number]['push'][number]) => ({
    branches: patterns(one.branches),
    filePaths: patterns(one.filePaths),
  });
  return {
    providerType: 'CodeStarSourceConnection',
    gitConfiguration: {
      sourceActionName: trigger.sourceActionName,
      push: trigger.push.map((one) => ({ ...filter(one), tags: patterns(one.tags) })),
      pullRequest: trigger.pullRequest.map((one) => ({ ...filter(one), events: one.events as ['OPEN'] | undefined })),
    },
  };
}
