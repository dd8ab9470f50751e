import * as path from 'node:path';
import { formatLocation, SaiondoError } from '../../model/errors';
import type { Emit } from '../../model/events';
import type { PipelineDefinition } from '../../model/pipeline';
import { findPipelineStack, readAssembly } from '../assembly/assembly';
import { assemblyLimits } from '../assembly/limits';
import { computeChangeSet } from '../cloudformation/change-set';
import { deploy } from '../cloudformation/deployment';
import type { DiskLedger } from '../cloudformation/ledger';
import { resolveParameters } from '../cloudformation/template/parameters';
import { readPipeline } from '../codepipeline/definition/definition';
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
   * @throws SaiondoError where the assembly cannot be read, has no such pipeline, or its stack fails
   */
  async deploy(directory: string, name: string | undefined, machine: Machine, emit: Emit): Promise<PipelineDefinition> {
    const stacks = readAssembly(directory);
    const stack = findPipelineStack(stacks, name);
    for (const { where, message } of assemblyLimits(stacks, directory, (type) => machine.provisioners.has(type)))
      emit({ kind: 'message', level: 'limit', text: message, where: formatLocation(where) });
    const at = { account: stack.account, region: stack.region, stackName: stack.stackName };
    const parameters = await resolveParameters(stack.template, {}, at, (account, region, parameter) =>
      machine.parameter(account, region, parameter),
    );
    const changeSet = computeChangeSet(
      { ...at, template: stack.template, file: path.basename(stack.templateFile), parameters, tags: stack.tags },
      this.ledger,
    );
    const result = await deploy(changeSet, {
      ledger: this.ledger,
      provisioners: machine.provisioners,
      emit,
      environment: stack.stackName,
    });
    if (!('stack' in result))
      throw new SaiondoError(`the pipeline’s stack could not be deployed: ${result.logicalId}: ${result.reason}`, {
        code: 'PIPELINE_NOT_DEPLOYED',
      });
    const pipelines = Object.values(result.stack.resources).filter((one) => one.type === 'AWS::CodePipeline::Pipeline');
    const resource = pipelines.find((one) => one.physicalId === name) ?? pipelines[0];
    if (!resource) throw new SaiondoError(`the stack ${stack.stackName} has no pipeline`, { code: 'PIPELINE_MISSING' });
    return readPipeline(resource, result.stack);
  }
}
