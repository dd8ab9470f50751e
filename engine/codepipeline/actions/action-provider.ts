import type { BuildExplanation } from '../../../model/explanation';
import type { Limit } from '../../../model/limit';
import type { ActionDefinition, PipelineDefinition } from '../../../model/pipeline';
import type { CloudFormation } from '../../cloudformation/cloudformation';
import type { ActionContext, ActionResult } from '../../ports/action';
import type { StackLedger } from '../../ports/ledger';
import type { LocalAws } from '../../ports/local-aws';
import type { PipelineControl } from '../../ports/pipeline-control';
import type { Provisioners } from '../../ports/provisioner';
import type { SourceRepositories } from '../../ports/sources';

/** What a configuration key takes. */
export interface ConfigurationKey {
  readonly required?: true;
  /** The values that it takes, where they are few. */
  readonly values?: readonly string[];
}

/** What is known of an action's kind, by its `Category/Owner/Provider`. */
export type ActionType = Pick<ActionDefinition, 'category' | 'owner' | 'provider'>;

/** Adds a problem of an action: where in its definition (`.Configuration.ProjectName`), and what is wrong. */
export type AddProblem = (path: string, message: string) => void;

/** The command line's option that names what a source action takes. */
export const SOURCE_OPTION = '--source';

/** What a plan is made on: what is deployed, and what this machine has. */
export interface PlanFacts {
  readonly ledger: StackLedger;
  /** Whether a container engine answers. */
  readonly containers: boolean;
  readonly tool: (name: string) => string | undefined;
  readonly sources: SourceRepositories;
  /** Shell text of a CodeBuild project that a stage will deploy first, if it is known. */
  readonly undeployed?: (project: string) => string | undefined;
}

/** The facts that one action of a plan is judged on. */
export interface ActionFacts extends PlanFacts {
  readonly pipeline: PipelineDefinition;
  /** Returns what `find` found the first time that the plan asked for this key: many actions share a project. */
  readonly once: (key: string, find: () => readonly string[]) => readonly string[];
}

/** Starts another pipeline; undefined where no pipeline of that name is deployed here. */
export type PipelineStarter = (
  request: Parameters<PipelineControl['startPipelineExecution']>[0],
) => { readonly pipelineExecutionId: string; readonly runId: string } | undefined;

/** What actions work with besides their own context. */
export interface ActionServices {
  readonly cloudFormation: CloudFormation;
  readonly provisioners: Provisioners;
  readonly sources: SourceRepositories;
  /** Starts another pipeline that is deployed here; undefined in a pipeline that was itself started by an action. */
  readonly startPipeline?: PipelineStarter;
  /** The provider of another action of the pipeline. */
  readonly providerOf: (action: ActionType) => ActionProvider | undefined;
}

/**
 * All that is known of one kind of action. Checks, plan and runner read it; nothing else of the engine knows a provider by its name. A file
 * below `providers/` holds one, in the folder of its category, and a line of `providers/every-provider.ts` names it.
 */
export interface ActionProvider {
  /** `Category/Owner/Provider`. CodeBuild has two: it builds and it tests. */
  readonly kinds: readonly string[];
  /** The page's title in the CodePipeline User Guide. */
  readonly reference: string;
  /** Configuration keys; undefined where the page leaves them to the provider. */
  readonly configuration?: Readonly<Record<string, ConfigurationKey>>;
  /** Least and most input and output artifacts. */
  readonly inputs: readonly [number, number];
  readonly outputs: readonly [number, number];
  readonly onlyV2?: true;
  /** It takes `Commands`, `OutputVariables` and the `Files` of its output artifact. */
  readonly takesCommands?: true;
  /** It takes an artifact that is a reference to a clone (CODEBUILD_CLONE_REF). */
  readonly takesClones?: true;
  /** Whether an action takes an artifact that is a single file instead of a zip. No action does by default. */
  readonly takesSingleFile?: (action: ActionDefinition) => boolean;
  /** What an action's keys demand of each other and of their content. */
  readonly check?: (action: ActionDefinition, add: AddProblem) => void;

  /** What a source action takes, as `--source NAME=PATH` names it; undefined where the action names nothing. */
  readonly sourceName?: (action: ActionDefinition) => string | undefined;
  /** The repository and branch that a `GitConfiguration` trigger watches. Only a connection's source has triggers. */
  readonly watches?: (action: ActionDefinition) => { readonly repository: string; readonly branch: string };
  /** What an action gives to other actions, and takes from them, besides artifacts and variables. Comparable texts. */
  readonly gives?: (action: ActionDefinition) => readonly string[];
  readonly takes?: (action: ActionDefinition) => readonly string[];

  /** What no rehearsal has, so that the action is not rehearsed on any machine. */
  readonly missing?: string;
  /** What this machine lacks for an action, known before anything runs: a tool, a container engine, a source. */
  readonly needs?: (action: ActionDefinition, facts: ActionFacts) => readonly string[];
  /** What the build of an action is before it runs. @throws SaiondoError where it would not start */
  readonly explain?: (
    action: ActionDefinition,
    at: { readonly pipeline: PipelineDefinition; readonly stage: string; readonly ledger: StackLedger },
  ) => BuildExplanation | undefined;
  /** What a rehearsal does otherwise than AWS in an action, known before anything runs. */
  readonly limits?: (
    action: ActionDefinition,
    facts: { readonly pipeline: PipelineDefinition; readonly ledger: StackLedger; readonly local: LocalAws },
  ) => Promise<readonly Limit[]>;
  /**
   * Runs an action. It never throws for what the user's pipeline did; a throw is a bug of the engine. Without it the action ends as not
   * rehearsed; a manual approval has none, because the execution itself waits for it.
   */
  readonly run?: (context: ActionContext, services: ActionServices) => Promise<ActionResult>;
}

/** A key that has to be there. */
export const required: ConfigurationKey = { required: true };
/** A key that may be there. */
export const optional: ConfigurationKey = {};
/** A key that takes one of a few values. */
export const oneOf = (...values: string[]): ConfigurationKey => ({ values });
/** A key that has to be there and takes one of a few values. */
export const requiredOneOf = (...values: string[]): ConfigurationKey => ({ required: true, values });
/** A flag. */
export const yesNo = oneOf('true', 'false');
/** A flag as source actions write it. */
export const polling = oneOf('true', 'false', 'True', 'False');
/** Whether an action gives a zip or a reference to a clone. */
export const format = oneOf('CODE_ZIP', 'CODEBUILD_CLONE_REF');
