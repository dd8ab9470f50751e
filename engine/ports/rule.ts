import type { Emit, Failure } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { PipelineDefinition, RuleDefinition } from '../../model/pipeline';
import type { ArtifactFolder } from './action';
import type { StackLedger } from './ledger';
import type { LocalAws } from './local-aws';

/** All that the runner of a stage condition's rule may know. */
export interface RuleContext {
  readonly layout: Layout;
  readonly runId: string;
  readonly pipeline: PipelineDefinition;
  readonly executionId: string;
  /** The rule's own execution (API Reference, RuleExecution.ruleExecutionId). */
  readonly ruleExecutionId: string;
  readonly stage: string;
  readonly condition: 'beforeEntry' | 'onSuccess' | 'onFailure';
  /** Configuration and commands with every `#{namespace.key}` resolved. */
  readonly rule: RuleDefinition;
  /** In the order of `rule.inputArtifacts`. */
  readonly inputs: readonly ArtifactFolder[];
  readonly ledger: StackLedger;
  readonly local: LocalAws;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * What a rule found. `Succeeded`: its criterion is met (the variable has the value, the alarm is in no watched state, the window is open);
 * what that means for the stage is the condition's to say.
 */
export type RuleResult =
  | { readonly status: 'Succeeded'; readonly summary: string }
  | { readonly status: 'Failed'; readonly summary: string; readonly failure?: Failure }
  | { readonly status: 'NotRehearsed'; readonly missing: readonly string[]; readonly summary: string }
  | { readonly status: 'Abandoned'; readonly summary: string };

/** Runs one kind of rule. Never throws for what the user's pipeline did; a throw is a bug of the engine. */
export type RuleRunner = (context: RuleContext) => Promise<RuleResult>;

/** Runners by provider: `VariableCheck`, `CloudWatchAlarm`, `DeploymentWindow`, `LambdaInvoke`, `Commands`, `CodeBuild`. */
export type RuleRunners = ReadonlyMap<string, RuleRunner>;
