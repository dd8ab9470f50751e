import type { RuleDefinition } from '../../../model/pipeline';
import type { RuleRunner } from '../../ports/rule';

/**
 * All that is known of one kind of rule of a stage condition (CodePipeline User Guide, "Rule structure reference"). A file of this folder holds
 * one, and a line of `every-rule.ts` names it.
 */
export interface RuleProvider {
  readonly provider: string;
  /** Configuration keys. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** It may decide that a stage is skipped. */
  readonly maySkip?: true;
  /** It takes `Commands`, and nothing but it does. */
  readonly takesCommands?: true;
  /** What a rule's content has to be, besides its keys. */
  readonly check?: (rule: RuleDefinition, add: (message: string) => void) => void;
  /** Evaluates a rule. It never throws for what the user's pipeline did; a throw is a bug of the engine. */
  readonly run: RuleRunner;
}
