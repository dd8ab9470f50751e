import { formatLocation } from '../../model/errors';
import type { Emit } from '../../model/events';
import type { PipelineDefinition } from '../../model/pipeline';
import { findPipelineStack, readAssembly } from '../assembly/assembly';
import { assemblyLimits } from '../assembly/limits';
import type { DiskLedger } from '../cloudformation/ledger';
import { dynamicReferencesFrom } from '../cloudformation/template/dynamic-references';
import { readPipeline } from '../codepipeline/definition/definition';
import type { AccountInputs } from '../ports/account-inputs';
import type { DeploymentPermits } from '../ports/resource-permission';
import { deployPipelineStacks } from './deploy-pipeline-stacks';
import type { Machine } from './machine';

/** The pipelines that the ledger has, and how the first one comes to be in it. */
export class DeployedPipelines {
  private readonly definitions = new WeakMap<object, PipelineDefinition>();

  constructor(private readonly ledger: DiskLedger) {}

  /** The resource of a pipeline, by the pipeline's name. */
  resource(name: string): ReturnType<DiskLedger['resources']>[number] | undefined {
    return this.ledger.resources('AWS::CodePipeline::Pipeline').find((one) => one.physicalId === name);
  }

  /** A pipeline as it is deployed now. */
  find(name: string): PipelineDefinition | undefined {
    const found = this.resource(name);
    if (!found) return undefined;
    // Asked for after every action: it is read again only when a deployment has replaced it.
    let definition = this.definitions.get(found.properties);
    if (!definition) this.definitions.set(found.properties, (definition = readPipeline(found, found.stack)));
    return definition;
  }

  /**
   * Deploys the stack of an assembly's pipeline, as `cdk deploy` would, and says what of the assembly no rehearsal follows.
   * @param directory the assembly's folder
   * @param name the pipeline's; without it the assembly must have one pipeline
   * @param permits who refuses policies that their services would not take
   * @throws SaiondoError where the assembly cannot be read, has no such pipeline, or its stack fails
   */
  async deploy(
    directory: string,
    name: string | undefined,
    machine: Machine,
    emit: Emit,
    inputs: AccountInputs,
    permits?: DeploymentPermits,
  ): Promise<PipelineDefinition> {
    const stacks = readAssembly(directory, inputs);
    const stack = findPipelineStack(stacks, name);
    for (const { where, message } of assemblyLimits(stacks, directory, (type) => machine.provisioners.has(type)))
      emit({ kind: 'message', level: 'limit', text: message, where: formatLocation(where) });
    const { resource, stack: deployed } = await deployPipelineStacks(stack, stacks, name, {
      ledger: this.ledger,
      provisioners: machine.provisioners,
      emit,
      inputs,
      ...(permits ? { permits } : {}),
      parameter: (account, region, parameter) => machine.parameter(account, region, parameter),
      ...(machine.secrets ? { secrets: machine.secrets } : {}),
      // A token of the pipeline's own source may be missing: its source is on this machine.
      dynamicReferences: (account, region, reference) =>
        dynamicReferencesFrom(machine)(account, region, reference).catch(() => reference.text),
      ...(machine.publish ? { publish: machine.publish } : {}),
    });
    return readPipeline(resource, deployed);
  }
}
