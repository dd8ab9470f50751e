import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Emit } from '../../model/events';
import type { AssemblyStack } from '../assembly/assembly';
import { deploymentOrder } from '../assembly/deployment-order';
import { fileAssetsOf, type FileAsset } from '../assembly/file-assets';
import { givenParameters } from '../assembly/stack-parameters';
import { computeChangeSet } from '../cloudformation/change-set';
import { deploy } from '../cloudformation/deployment';
import type { DiskLedger } from '../cloudformation/ledger';
import type { DynamicReferenceSource } from '../cloudformation/template/dynamic-references';
import { resolveParameters, type ParameterSource } from '../cloudformation/template/parameters';
import type { AccountInputs } from '../ports/account-inputs';
import type { DeployedResource, DeployedStack } from '../ports/ledger';
import type { DeploymentPermits } from '../ports/resource-permission';
import type { Provisioners } from '../ports/provisioner';
import type { RunSecrets } from '../ports/run-secrets';

/** What the stacks of a pipeline are deployed with. */
export interface PipelineStacksHost {
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  readonly emit: Emit;
  readonly inputs: Pick<AccountInputs, 'parameters'>;
  readonly parameter: ParameterSource;
  readonly secrets?: Pick<RunSecrets, 'add'>;
  readonly dynamicReferences?: DynamicReferenceSource;
  /** Whether a resource's policies are ones that their services take: a person deploys the stack, so no role is asked. */
  readonly permits?: DeploymentPermits;
  /** Puts a file asset into its bucket; without it none is published. */
  readonly publish?: (asset: FileAsset) => Promise<void>;
}

/** A pipeline as it is deployed. */
export interface DeployedPipeline {
  readonly resource: DeployedResource;
  readonly stack: DeployedStack;
}

/**
 * Deploys the stack of a pipeline and what it stands on, as `cdk deploy STACK` does: the stacks that it depends on first, each after its file assets.
 * @param name the pipeline's
 * @throws SaiondoError `PIPELINE_NOT_DEPLOYED` with the resource that failed, `PIPELINE_MISSING`; what is wrong with a template or a parameter
 */
export async function deployPipelineStacks(
  stack: AssemblyStack,
  stacks: readonly AssemblyStack[],
  name: string | undefined,
  host: PipelineStacksHost,
): Promise<DeployedPipeline> {
  for (const one of deploymentOrder(stack, stacks)) if (one !== stack) await deployStack(one, host);
  const deployed = await deployStack(stack, host);
  const pipelines = Object.values(deployed.resources).filter((one) => one.type === 'AWS::CodePipeline::Pipeline');
  const resource = pipelines.find((one) => one.physicalId === name) ?? pipelines[0];
  if (!resource) throw new SaiondoError(`the stack ${stack.stackName} has no pipeline`, { code: 'PIPELINE_MISSING' });
  return { resource, stack: deployed };
}

async function deployStack(stack: AssemblyStack, host: PipelineStacksHost): Promise<DeployedStack> {
  const { account, region, stackName, template, templateFile, tags } = stack;
  const { ledger, provisioners, emit, publish } = host;
  const at = { account, region, stackName };
  if (publish) for (const asset of fileAssetsOf(stack)) await publish(asset);
  const given = givenParameters(stack, host.inputs, ledger.get(account, region, stackName));
  const parameters = await resolveParameters(template, given, at, host.parameter, host.secrets);
  const request = { ...at, template, file: path.basename(templateFile), parameters, given, tags };
  const result = await deploy(computeChangeSet(request, ledger), {
    ledger,
    provisioners,
    emit,
    environment: stackName,
    ...(host.permits ? { permits: host.permits } : {}),
    ...(host.dynamicReferences ? { dynamicReferences: host.dynamicReferences } : {}),
  });
  if ('stack' in result) return result.stack;
  throw new SaiondoError(
    `the pipeline’s stack could not be deployed: ${stackName}: ${result.logicalId}: ${result.reason}`,
    { code: 'PIPELINE_NOT_DEPLOYED', ...(result.where ? { where: result.where } : {}) },
  );
}
