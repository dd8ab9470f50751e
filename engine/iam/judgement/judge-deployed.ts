import type { DeployedAccount, JudgedDeployedCall } from '../../../model/deployed-account';
import type { PipelineDefinition } from '../../../model/pipeline';
import { readPipeline } from '../../codepipeline/definition/definition';
import { AccountPolicies } from '../account/account-policies';
import { deployedLedger } from '../account/deployed-ledger';
import { judge } from './judge';
import { withKeyCalls } from './key-calls';
import { recordOf } from './permission-record';
import { callsOf } from './pipeline-calls';

/**
 * What AWS's services will call for the actions of a deployed pipeline, judged by the policies that were read from AWS: the same call of the same role once. What
 * nobody could read leaves its calls not known.
 */
export function judgeDeployed(deployed: DeployedAccount): readonly JudgedDeployedCall[] {
  const ledger = deployedLedger(deployed);
  const policies = new AccountPolicies(ledger);
  const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
  if (!resource) return [];
  const pipeline: PipelineDefinition = readPipeline(resource, resource.stack);
  const found = new Map<string, JudgedDeployedCall>();
  for (const stage of pipeline.stages)
    for (const action of stage.actions)
      for (const call of withKeyCalls(callsOf(pipeline, action, ledger), policies)) {
        const key = `${call.by} ${call.action} ${call.resource}`;
        if (found.has(key)) continue;
        const { result, text, remedy } = recordOf(stage.name, action.name, judge(call, policies), policies);
        found.set(key, {
          ...{ role: call.by, action: call.action, resource: call.resource },
          why: `${stage.name}/${action.name}: ${call.why}`,
          ...{ result, text },
          ...(remedy ? { remedy: remedy.code ? `${remedy.text}; in CDK: ${remedy.code}` : remedy.text } : {}),
        });
      }
  return [...found.values()];
}
