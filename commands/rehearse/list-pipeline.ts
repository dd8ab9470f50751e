import * as fs from 'node:fs';
import {
  findPipelineStack,
  leavesOpen,
  projectCommands,
  readAssembly,
  UNKNOWN_PLACE,
  assumedAccount,
  type AssemblyStack,
} from '../../engine/assembly/assembly';
import { deploymentOrder } from '../../engine/assembly/deployment-order';
import { checkParameterNames } from '../../engine/assembly/stack-parameters';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import { pipelineProvisioner } from '../../engine/codepipeline/checks/pipeline-provisioner';
import type { PlanFacts } from '../../engine/codepipeline/actions/action-provider';
import { explainAction } from '../../engine/codepipeline/plan/explain';
import { describePlanned, planActions } from '../../engine/codepipeline/plan/plan';
import { NO_INPUTS, type AccountInputs } from '../../engine/ports/account-inputs';
import type { SourceRepositories } from '../../engine/ports/sources';
import { deployPipelineStacks } from '../../engine/rehearsal/deploy-pipeline-stacks';
import {
  buildInputs,
  fileLinesFor,
  missingInputs,
  nameAmong,
  neededParameters,
  optionFor,
  sourceInputs,
  templateInputs,
  type NeededInput,
} from '../../engine/rehearsal/needed-inputs';
import { ContainerEngine } from '../../engine/host/container-engine';
import { whichInBuild } from '../../engine/host/tools';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import type { ActionExplanation } from '../../model/explanation';
import { actionPath, type PipelineDefinition } from '../../model/pipeline';
import { temporaryFolder } from '../../engine/host/temporary-folder';

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
  /** What a person gives of the account. */
  readonly inputs?: AccountInputs;
  /** Whether a value of the parameter store or a secret is kept from an earlier run, or made by the rehearsal. */
  readonly kept?: (kind: 'parameter-store' | 'secret', name: string) => boolean;
}

type FindOptions = Pick<
  ListOptions,
  'ledger' | 'pipeline' | 'assembly' | 'fixedAssembly' | 'sources' | 'inputs' | 'kept'
>;

/** What `saiondo rehearse --list` prints: every action by stage and run order, and what is missing for those that will not be rehearsed. */
export async function listPipeline(options: ListOptions): Promise<string[]> {
  return withPlanFacts(options, (pipeline, facts, missing, open) => {
    const plan = planActions(pipeline, facts);
    const width = Math.max(...plan.map(({ action }) => action.name.length + action.provider.length + 2));
    const lines = pipeline.stages.flatMap((stage) => [
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
    return [...lines, ...missingLines(missing), ...open];
  });
}

/** What is missing of the account, each with the line that gives it. */
export function missingLines(missing: readonly NeededInput[]): string[] {
  if (missing.length === 0) return [];
  const width = Math.max(...missing.map((one) => optionFor(one).length));
  return [
    'missing; add to the command:',
    ...missing.map((one) => `  ${optionFor(one).padEnd(width)}  needed by ${one.by}`),
    'or to .saiondo/inputs.yaml:',
    ...fileLinesFor(missing).map((line) => `  ${line}`),
  ];
}

/** What the app leaves open of its account and region, where the person does not say it either. */
function openLines(directory: string, { account, region }: AccountInputs): string[] {
  const open = leavesOpen(directory);
  return [
    ...(open.account && account === undefined
      ? [`the app leaves its account open: ${assumedAccount(directory)} is used; --account ID names another`]
      : []),
    ...(open.region && region === undefined
      ? [`the app leaves its region open: ${UNKNOWN_PLACE.region} is used; --region REGION names another`]
      : []),
  ];
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
  use: (pipeline: PipelineDefinition, facts: PlanFacts, missing: readonly NeededInput[], open: readonly string[]) => T,
): Promise<T> {
  const work = temporaryFolder('list');
  try {
    const { pipeline, ledger, undeployed, missing, open } = await find(options, new DiskLedger(new Layout(work)));
    const containers = options.containers && (await ContainerEngine.find('list')) !== undefined;
    const facts: PlanFacts = {
      ledger,
      containers,
      // The rehearsal brings aws and yarn along; docker is a tool where an engine answers.
      tool: (name) =>
        name === 'aws' || name === 'yarn' ? name : name === 'docker' && !containers ? undefined : whichInBuild(name),
      sources: options.sources,
      undeployed,
    };
    return use(pipeline, facts, missing, open);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** The pipeline that a rehearsal would run, and those that its actions may start. */
export interface KnownPipelines {
  readonly pipeline: PipelineDefinition;
  readonly others: readonly PipelineDefinition[];
  /** What it needs of its account, and nobody gives. */
  readonly missing: readonly NeededInput[];
}

/** Reads the pipeline as a rehearsal would find it, and writes nothing. Undefined where it can be read only when it is deployed. */
export async function readDefinitions(options: FindOptions): Promise<KnownPipelines | undefined> {
  const work = temporaryFolder('plan');
  try {
    const { pipeline, missing } = await find(options, new DiskLedger(new Layout(work)));
    const deployed = options.ledger.resources('AWS::CodePipeline::Pipeline');
    const others = deployed
      .filter((one) => one.physicalId !== pipeline.name)
      .map((one) => readPipeline(one, one.stack));
    return { pipeline, others, missing };
  } catch (error) {
    // What the assembly's files say wrong is said now; what its deployment needs is known when there is a machine.
    if (
      error instanceof SaiondoError &&
      /^(ASSEMBLY|PIPELINE_(MISSING|AMBIGUOUS)|SYNTH|PARAMETER_UNKNOWN|TEMPLATE_MISSING|TRANSFORM)/.test(error.code)
    )
      throw error;
    return undefined;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

interface Found extends Omit<KnownPipelines, 'others'> {
  readonly ledger: DiskLedger;
  readonly undeployed: (project: string) => string | undefined;
  /** Lines that say what the app leaves open of its account. */
  readonly open: readonly string[];
}

async function find(options: FindOptions, scratch: DiskLedger): Promise<Found> {
  const { ledger, sources, inputs = NO_INPUTS, kept = () => false } = options;
  const deployed = ledger.resources('AWS::CodePipeline::Pipeline').find((one) => one.physicalId === options.pipeline);
  if (deployed && !options.fixedAssembly) {
    const pipeline = readPipeline(deployed, deployed.stack);
    const missing = missingInputs([...sourceInputs(pipeline, sources), ...buildInputs(pipeline, ledger, sources)], {
      inputs,
      kept,
      stacks: [],
    });
    return { pipeline, ledger, undeployed: () => undefined, missing, open: [] };
  }
  const directory = await options.assembly();
  const stacks = readAssembly(directory, inputs);
  const stack = findPipelineStack(stacks, options.pipeline);
  const order = deploymentOrder(stack, stacks);
  checkParameterNames(order, inputs);
  const unset = neededParameters(order, inputs, ledger);
  const pipeline = await readFromAssembly(stack, stacks, unset, inputs, scratch);
  const texts = new Map(projectCommands(stacks).map(({ project, text }) => [project, text]));
  return {
    pipeline,
    ledger: scratch,
    undeployed: (project) => texts.get(project),
    missing: missingInputs(
      [
        ...unset,
        ...templateInputs(stacks, inputs, ledger),
        ...sourceInputs(pipeline, sources),
        ...buildInputs(pipeline, scratch, sources),
      ],
      { inputs, kept, stacks },
    ),
    open: openLines(directory, inputs),
  };
}

/** The pipeline of an assembly as its deployment would make it, in a ledger that nobody keeps: with anything for the parameters that are not given. */
async function readFromAssembly(
  stack: AssemblyStack,
  stacks: readonly AssemblyStack[],
  unset: readonly NeededInput[],
  inputs: AccountInputs,
  ledger: DiskLedger,
): Promise<PipelineDefinition> {
  const names = new Set(unset.map(({ name }) => name));
  const order = deploymentOrder(stack, stacks);
  const filled = stacks.map((one) => withDefaults(one, (name) => names.has(nameAmong(order, one, name))));
  const { resource, stack: deployed } = await deployPipelineStacks(
    filled[stacks.indexOf(stack)] ?? stack,
    filled,
    undefined,
    {
      ledger,
      inputs,
      provisioners: new Map([['AWS::CodePipeline::Pipeline', pipelineProvisioner]]),
      emit: () => undefined,
      parameter: async (_account, _region, name) => inputs.parameterStore[name] ?? name,
    },
  );
  return readPipeline(resource, deployed);
}

/** A stack whose parameters that nobody gives have a value: the first that is allowed, or the parameter's name. */
function withDefaults(stack: AssemblyStack, unset: (name: string) => boolean): AssemblyStack {
  const parameters = Object.entries(stack.template.Parameters ?? {}).map(([name, parameter]) => {
    if (!unset(name)) return [name, parameter] as const;
    const { Type, AllowedValues, MinValue } = parameter;
    const Default = AllowedValues?.[0] ?? (Type === 'Number' ? (MinValue ?? 1) : name);
    return [name, { Type, Default }] as const;
  });
  return { ...stack, template: { ...stack.template, Parameters: Object.fromEntries(parameters) } };
}
