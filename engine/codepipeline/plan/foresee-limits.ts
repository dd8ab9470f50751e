import type { Limit } from '../../../model/limit';
import type { PipelineDefinition } from '../../../model/pipeline';
import type { StackLedger } from '../../ports/ledger';
import type { LocalAws } from '../../ports/local-aws';
import { actionProvider } from '../providers/action-providers';

/**
 * What a rehearsal will do otherwise in the actions of a pipeline, known before its first stage starts. What lies in a source, and what the
 * pipeline itself deploys, is looked at when its action starts.
 */
export async function foreseeLimits(
  pipeline: PipelineDefinition,
  ledger: StackLedger,
  local: LocalAws,
): Promise<Limit[]> {
  const limits: Limit[] = [];
  for (const action of pipeline.stages.flatMap((stage) => stage.actions))
    limits.push(...((await actionProvider(action)?.limits?.(action, { pipeline, ledger, local })) ?? []));
  return limits;
}
