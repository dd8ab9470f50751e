import { accountOf, type ActionDefinition, type PipelineDefinition } from '../../../model/pipeline';
import type { StackLedger } from '../../ports/ledger';
import { list, object, text } from '../account/json';
import { codeBuildCalls } from '../calls/codebuild-calls';
import { codePipelineCalls, type ArtifactStore } from '../calls/codepipeline-calls';
import { isMadeByAStack } from '../calls/log-calls';
import type { ServiceCall } from '../calls/service-call';

/** All calls that AWS's services make for an action before and while it runs, commands of builds aside. */
export function callsOf(
  pipeline: Pick<PipelineDefinition, 'name' | 'account' | 'region'>,
  action: ActionDefinition,
  ledger: Pick<StackLedger, 'resources'>,
): readonly ServiceCall[] {
  const resource = ledger
    .resources('AWS::CodePipeline::Pipeline', pipeline.account, pipeline.region)
    .find(({ physicalId }) => physicalId === pipeline.name);
  const pipelineRole = text(resource?.properties.RoleArn);
  if (!resource || !pipelineRole.startsWith('arn:')) return [];
  const store = storeOf(resource.properties, action.region, ledger);
  const calls = codePipelineCalls({ pipeline, pipelineRole, action, store });
  return [...calls, ...buildCalls(pipeline, action, store, ledger)];
}

function buildCalls(
  pipeline: Pick<PipelineDefinition, 'account'>,
  action: ActionDefinition,
  store: ArtifactStore,
  ledger: Pick<StackLedger, 'resources'>,
): readonly ServiceCall[] {
  if (action.provider !== 'CodeBuild' || action.owner !== 'AWS') return [];
  const account = accountOf(action, pipeline);
  const project = ledger
    .resources('AWS::CodeBuild::Project', account, action.region)
    .find(({ physicalId }) => physicalId === action.configuration.ProjectName);
  if (!project) return [];
  return codeBuildCalls({
    project: project.physicalId,
    account,
    region: action.region,
    properties: overridden(project.properties, action.configuration),
    store,
    inputs: action.inputArtifacts,
    outputs: action.outputArtifacts.map(({ name }) => name),
    variables: variablesOf(action.configuration.EnvironmentVariables),
    hasLogGroup: (name) => isMadeByAStack(name, { account, region: action.region }, ledger),
    isBatch: action.configuration.BatchEnabled === 'true',
  });
}

/** A project's properties with what the action says instead (CodePipeline User Guide, "AWS CodeBuild build and test action reference"). */
function overridden(
  properties: Readonly<Record<string, unknown>>,
  { ServiceRoleArnOverride: role, BuildspecOverride: buildspec }: ActionDefinition['configuration'],
): Readonly<Record<string, unknown>> {
  return {
    ...properties,
    ...(role === undefined ? {} : { ServiceRole: role }),
    ...(buildspec === undefined ? {} : { Source: { ...object(properties.Source), BuildSpec: buildspec } }),
  };
}

function variablesOf(given: string | undefined): readonly { name: string; value: string; type?: string }[] {
  try {
    return list(JSON.parse(given ?? '[]')).map((one) => ({
      name: text(object(one).name),
      value: text(object(one).value),
      type: text(object(one).type),
    }));
  } catch {
    // The action itself says what is wrong with its variables.
    return [];
  }
}

/** The bucket and key of a region (CloudFormation, AWS::CodePipeline::Pipeline: ArtifactStore or ArtifactStores). */
function storeOf(
  properties: Readonly<Record<string, unknown>>,
  region: string,
  ledger: Pick<StackLedger, 'resources'>,
): ArtifactStore {
  const regional = list(properties.ArtifactStores)
    .map(object)
    .find((one) => one.Region === region);
  const store = object(regional?.ArtifactStore ?? properties.ArtifactStore);
  const id = text(object(store.EncryptionKey).Id);
  const bucket = text(store.Location);
  const named = id.split(':').at(-1) ?? '';
  const alias = named.startsWith('alias/') ? named : undefined;
  if (alias && !alias.startsWith('alias/aws/')) {
    const found = ledger.resources('AWS::KMS::Alias').find(({ properties: one }) => one.AliasName === alias);
    const target = text(found?.properties.TargetKeyId);
    return { bucket, key: target.startsWith('arn:') ? target : id };
  }
  return id && !alias ? { bucket, key: id } : { bucket };
}
