import type { ActionDefinition, PipelineDefinition } from '../../../model/pipeline';
import type { StackLedger } from '../../ports/ledger';
import { AccountPolicies } from '../account/account-policies';
import { bootstrapsNamedIn, withBootstraps, type BootstrapRequest } from '../bootstrap/bootstrap';
import { judge, type Judged } from './judge';
import { callsOf } from './pipeline-calls';

/** The policies of everything that is deployed here, read anew after each deployment. */
export class CurrentPolicies {
  private state = '';
  private policies: AccountPolicies | undefined;
  private readonly bootstraps = new Map<string, BootstrapRequest>();

  constructor(private readonly ledger: StackLedger) {}

  /** @param texts what may name roles of `cdk bootstrap`: a pipeline's definition, a request. Bootstraps trust the accounts of the pipelines that are deployed here */
  of(...texts: readonly string[]): AccountPolicies {
    const stacks = this.ledger.list();
    for (const text of texts)
      for (const one of bootstrapsNamedIn(text, []))
        this.bootstraps.set(`${one.account}/${one.region}/${one.qualifier}`, one);
    const revisions = stacks.map(({ stackId, revision, updatedAt }) => `${stackId} ${revision} ${updatedAt}`);
    const state = [...revisions, ...this.bootstraps.keys()].join('\n');
    if (this.policies && this.state === state) return this.policies;
    const pipelines = this.ledger.resources('AWS::CodePipeline::Pipeline').map(({ stack }) => stack.account);
    const trust = [...new Set(pipelines)];
    const requests = [...this.bootstraps.values()].map((one) => ({ ...one, trust }));
    this.policies = new AccountPolicies(withBootstraps(this.ledger, requests));
    this.state = state;
    return this.policies;
  }
}

/** Everything that AWS's services call for an action, judged; the same call of the same role once. */
export function judgedCalls(
  pipeline: PipelineDefinition,
  action: ActionDefinition,
  ledger: StackLedger,
  policies: AccountPolicies,
): readonly Judged[] {
  const seen = new Set<string>();
  return callsOf(pipeline, action, ledger).flatMap((call) => {
    const key = `${call.by} ${call.action} ${call.resource}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [judge(call, policies)];
  });
}
