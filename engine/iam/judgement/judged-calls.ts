import type { ActionDefinition, PipelineDefinition } from '../../../model/pipeline';
import type { ExecutionPolicy } from '../../ports/execution-policy';
import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import { AccountPolicies } from '../account/account-policies';
import { readOnce, withStack } from '../account/read-once';
import { bootstrapsNamedIn, withBootstraps, type BootstrapRequest } from '../bootstrap/bootstrap';
import type { NamedByBuildspec } from '../calls/codebuild-calls';
import { judge, type Judged } from './judge';
import { withKeyCalls } from './key-calls';
import { callsOf } from './pipeline-calls';

/** The policies of everything that is deployed here, read anew after each deployment. */
export class CurrentPolicies {
  private state = '';
  private policies: AccountPolicies | undefined;
  private readonly bootstraps = new Map<string, BootstrapRequest>();
  private readonly noted = new Set<string>();

  /** @param executionPolicies what CloudFormation's role of every bootstrap has; none: it is an administrator */
  constructor(
    private readonly ledger: StackLedger,
    private readonly executionPolicies: readonly ExecutionPolicy[] = [],
  ) {}

  /** @param texts what may name roles of `cdk bootstrap`: a pipeline's definition, a request. Bootstraps trust the accounts of the pipelines that are deployed here */
  of(...texts: readonly string[]): AccountPolicies {
    const stacks = this.ledger.list();
    this.note(texts);
    const revisions = stacks.map(({ stackId, revision, updatedAt }) => `${stackId} ${revision} ${updatedAt}`);
    const state = [...revisions, ...this.bootstraps.keys()].join('\n');
    if (this.policies && this.state === state) return this.policies;
    this.policies = new AccountPolicies(this.bootstrapped(this.ledger));
    this.state = state;
    return this.policies;
  }

  /** The policies as they will be when a stack is complete, with the ledger as it will be then. @param texts as of {@link of} */
  with(
    stackId: string,
    made: readonly ResourceOfStack[],
    ...texts: readonly string[]
  ): { readonly policies: AccountPolicies; readonly ledger: Pick<StackLedger, 'resources'> } {
    this.note(texts);
    const ledger = readOnce(this.bootstrapped(withStack(this.ledger, made, stackId)));
    return { policies: new AccountPolicies(ledger), ledger };
  }

  private note(texts: readonly string[]): void {
    for (const text of texts) {
      if (this.noted.has(text)) continue;
      this.noted.add(text);
      for (const one of bootstrapsNamedIn(text, []))
        this.bootstraps.set(`${one.account}/${one.region}/${one.qualifier}`, one);
    }
  }

  private bootstrapped(ledger: Pick<StackLedger, 'resources'>): Pick<StackLedger, 'resources'> {
    const trust = [...new Set(ledger.resources('AWS::CodePipeline::Pipeline').map(({ stack }) => stack.account))];
    return withBootstraps(
      ledger,
      [...this.bootstraps.values()].map((one) => ({ ...one, trust, executionPolicies: this.executionPolicies })),
    );
  }
}

/**
 * Everything that AWS's services call for an action, judged; the same call of the same role once.
 * @param buildspec of {@link callsOf}
 */
export function judgedCalls(
  pipeline: PipelineDefinition,
  action: ActionDefinition,
  ledger: StackLedger,
  policies: AccountPolicies,
  buildspec?: NamedByBuildspec,
): readonly Judged[] {
  const seen = new Set<string>();
  return withKeyCalls(callsOf(pipeline, action, ledger, buildspec), policies).flatMap((call) => {
    const key = `${call.by} ${call.action} ${call.resource}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [judge(call, policies)];
  });
}
