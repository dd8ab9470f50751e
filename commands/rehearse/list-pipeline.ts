import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { findPipelineStack, projectCommands, readAssembly, type AssemblyStack } from '../../engine/assembly/assembly';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { resolveParameters } from '../../engine/cloudformation/template/parameters';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import { pipelineProvisioner } from '../../engine/codepipeline/checks/pipeline-provisioner';
import type { PlanFacts } from '../../engine/codepipeline/actions/action-provider';
import { explainAction } from '../../engine/codepipeline/plan/explain';
import { describePlanned, planActions } from '../../engine/codepipeline/plan/plan';
import type { SourceRepositories } from '../../engine/ports/sources';
import { ContainerEngine } from '../../engine/host/container-engine';
import { which } from '../../engine/host/tools';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import type { ActionExplanation } from '../../model/explanation';
import { actionPath, type PipelineDefinition } from '../../model/pipeline';

/** Where a listing takes the pipeline from. */
export interface ListOptions {
  /** What earlier rehearsals deployed; the pipeline is taken from here if it is in it. */
  readonly ledger: DiskLedger;
  readonly pipeline?: string;
  /** Gives the cloud assembly; called where the ledger has no such pipeline, or an assembly was named. */
  readonly assembly: () => Promise<string>;
  readonly fixedAssembly: boolean;
  readonly sources: SourceRepositories;
  readonly containers: boolean;
}

/** What `saiondo rehearse --list` prints: every action by stage and run order, and what is missing for those that will not be rehearsed. */
export async function listPipeline(options: ListOptions): Promise<string[]> {
  return withPlanFacts(options, (pipeline, facts) => {
    const plan = planActions(pipeline, facts);
    const width = Math.max(...plan.map(({ action }) => action.name.length + action.provider.length + 2));
    return pipeline.stages.flatMap((stage) => [
      stage.name,
      ...plan
        .filter((planned) => planned.stage === stage.name)
        .map((planned) => {
          const { action } = planned;
          const why = describePlanned(planned);
          const name = `${action.name}  ${action.provider}`;
          return `  ${String(action.runOrder).padStart(3)} ${why ? `${name.padEnd(width)}  not rehearsed: ${why}` : name}`;
        }),
    ]);
  });
}

/** Explains every action of the pipeline, in its order. @param only this `Stage/Action` alone */
export async function explainPipeline(options: ListOptions, only?: string): Promise<ActionExplanation[]> {
  return withPlanFacts(options, (pipeline, facts) =>
    pipeline.stages.flatMap((stage) =>
      stage.actions
        .filter((action) => only === undefined || actionPath(stage.name, action.name) === only)
        .map((action) => explainAction(pipeline, stage.name, action, facts)),
    ),
  );
}

async function withPlanFacts<T>(
  options: ListOptions,
  use: (pipeline: PipelineDefinition, facts: PlanFacts) => T,
): Promise<T> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-list-'));
  try {
    const { pipeline, ledger, undeployed } = await find(options, new DiskLedger(new Layout(work)));
    const containers = options.containers && (await ContainerEngine.find('list')) !== undefined;
    return use(pipeline, {
      ledger,
      containers,
      // The rehearsal brings aws and yarn along; docker is a tool where an engine answers.
      tool: (name) =>
        name === 'aws' || name === 'yarn' ? name : name === 'docker' && !containers ? undefined : which(name),
      sources: options.sources,
      undeployed,
    });
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** The pipeline that a rehearsal would run, and those that its actions may start. */
export interface KnownPipelines {
  readonly pipeline: PipelineDefinition;
  readonly others: readonly PipelineDefinition[];
}

/** Reads the pipeline as a rehearsal would find it, and writes nothing. Undefined where it can be read only when it is deployed. */
export async function readDefinitions(
  options: Pick<ListOptions, 'ledger' | 'pipeline' | 'assembly' | 'fixedAssembly'>,
): Promise<KnownPipelines | undefined> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-plan-'));
  try {
    const { pipeline } = await find(options, new DiskLedger(new Layout(work)));
    const deployed = options.ledger.resources('AWS::CodePipeline::Pipeline');
    const others = deployed
      .filter((one) => one.physicalId !== pipeline.name)
      .map((one) => readPipeline(one, one.stack));
    return { pipeline, others };
  } catch (error) {
    // What the assembly's files say wrong is said now; what its deployment needs is known when there is a machine.
    if (error instanceof SaiondoError && /^(ASSEMBLY|PIPELINE_(MISSING|AMBIGUOUS)|SYNTH)/.test(error.code)) throw error;
    return undefined;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

interface Found {
  readonly pipeline: PipelineDefinition;
  readonly ledger: DiskLedger;
  readonly undeployed: (project: string) => string | undefined;
}

async function find(
  options: Pick<ListOptions, 'ledger' | 'pipeline' | 'assembly' | 'fixedAssembly'>,
  scratch: DiskLedger,
): Promise<Found> {
  const deployed = options.ledger
    .resources('AWS::CodePipeline::Pipeline')
    .find((one) => one.physicalId === options.pipeline);
  if (deployed && !options.fixedAssembly)
    return { pipeline: readPipeline(deployed, deployed.stack), ledger: options.ledger, undeployed: () => undefined };
  const stacks = readAssembly(await options.assembly());
  const texts = new Map(projectCommands(stacks).map(({ project, text }) => [project, text]));
  const pipeline = await readFromAssembly(findPipelineStack(stacks, options.pipeline), scratch);
  return { pipeline, ledger: scratch, undeployed: (project) => texts.get(project) };
}

/** The pipeline of an assembly as its deployment would make it, in a ledger that nobody keeps. */
async function readFromAssembly(stack: AssemblyStack, ledger: DiskLedger): Promise<PipelineDefinition> {
  const at = { account: stack.account, region: stack.region, stackName: stack.stackName };
  const parameters = await resolveParameters(stack.template, {}, at, async (_account, _region, name) => name);
  const changeSet = computeChangeSet(
    { ...at, template: stack.template, file: path.basename(stack.templateFile), parameters, tags: {} },
    ledger,
  );
  const result = await deploy(changeSet, {
    ledger,
    provisioners: new Map([['AWS::CodePipeline::Pipeline', pipelineProvisioner]]),
    emit: () => undefined,
    environment: stack.stackName,
  });
  if (!('stack' in result))
    throw new SaiondoError(
      `the stack ${stack.stackName} could not be deployed: ${result.logicalId}: ${result.reason}`,
      {
        code: 'PIPELINE_NOT_DEPLOYED',
      },
    );
  const resource = Object.values(result.stack.resources).find((one) => one.type === 'AWS::CodePipeline::Pipeline');
  if (!resource) throw new SaiondoError(`the stack ${stack.stackName} has no pipeline`, { code: 'PIPELINE_MISSING' });
  return readPipeline(resource, result.stack);
}
