import type { ActionDefinition, PipelineDefinition } from '../../../model/pipeline';
import type { StackLedger } from '../../ports/ledger';
import { AccountPolicies } from '../account/account-policies';
import { bootstrapsNamedIn, withBootstraps } from '../bootstrap/bootstrap';
import { judge, type Judged } from './judge';
import { callsOf } from './pipeline-calls';

/** The policies of everything that is deployed here, read anew after each deployment. */
export class CurrentPolicies {
  private state = '';
  private policies: AccountPolicies | undefined;

  constructor(private readonly ledger: StackLedger) {}

  /** @param pipeline whose account its environments' bootstraps trust, and whose definition names them */
  of(pipeline: Pick<PipelineDefinition, 'account' | 'stages'>): AccountPolicies {
    const stacks = this.ledger.list().map(({ stackId, revision, updatedAt }) => `${stackId} ${revision} ${updatedAt}`);
    const state = [...stacks, pipeline.account].join('\n');
    if (this.policies && this.state === state) return this.policies;
    const bootstraps = bootstrapsNamedIn(JSON.stringify(pipeline.stages), [pipeline.account]);
    this.policies = new AccountPolicies(withBootstraps(this.ledger, bootstraps));
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
