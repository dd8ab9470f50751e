import { accountOf, type ActionDefinition, type PipelineDefinition } from '../../../model/pipeline';
import { artifactStoreOf, type StoreOfArtifacts } from '../../codepipeline/definition/artifact-store';
import type { StackLedger } from '../../ports/ledger';
import { list, object, text } from '../account/json';
import { codeBuildCalls, type NamedByBuildspec } from '../calls/codebuild-calls';
import type { ArtifactStore } from '../calls/artifact-calls';
import { codePipelineCalls } from '../calls/codepipeline-calls';
import { isMadeByAStack } from '../calls/log-calls';
import type { ServiceCall } from '../calls/service-call';

/**
 * All calls that AWS's services make for an action before and while it runs, commands of builds aside.
 * @param buildspec what the buildspec of a build names, where it is not the project's own
 */
export function callsOf(
  pipeline: Pick<PipelineDefinition, 'name' | 'account' | 'region'>,
  action: ActionDefinition,
  ledger: Pick<StackLedger, 'resources'>,
  buildspec?: NamedByBuildspec,
): readonly ServiceCall[] {
  const found = artifactStoreOf(pipeline, action.region, ledger);
  if (!found?.roleArn.startsWith('arn:')) return [];
  const { roleArn: pipelineRole } = found;
  const store = withKeyArn(found, ledger);
  const calls = codePipelineCalls({ pipeline, pipelineRole, action, store });
  return [...calls, ...buildCalls(pipeline, action, store, ledger, buildspec)];
}

function buildCalls(
  pipeline: Pick<PipelineDefinition, 'account'>,
  action: ActionDefinition,
  store: ArtifactStore,
  ledger: Pick<StackLedger, 'resources'>,
  buildspec: NamedByBuildspec | undefined,
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
    ...(buildspec ? { buildspec } : {}),
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

/** A store with its key's ARN: a template may name the key by an alias. */
function withKeyArn({ bucket, keyId: id }: StoreOfArtifacts, ledger: Pick<StackLedger, 'resources'>): ArtifactStore {
  const named = id.split(':').at(-1) ?? '';
  const alias = named.startsWith('alias/') ? named : undefined;
  if (alias && !alias.startsWith('alias/aws/')) {
    const found = ledger.resources('AWS::KMS::Alias').find(({ properties: one }) => one.AliasName === alias);
    const target = text(found?.properties.TargetKeyId);
    return { bucket, key: target.startsWith('arn:') ? target : id };
  }
  return id && !alias ? { bucket, key: id } : { bucket };
}
