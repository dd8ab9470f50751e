import { SaiondoError } from '../../model/errors';
import type { DeployedStack, PausedDeployment } from '../ports/ledger';
import type { Touched } from './journal';
import type { DeploymentHost } from './ensure-resource';
import { undo } from './rollback';
import type { OnFailure } from './stack';
import type { Template } from './template/template';

/** CloudFormation's words for a replacement in a deployment that is not rolled back (seen in aws/aws-cdk-cli's issues and handled by its `cdk deploy --no-rollback`). */
export const NO_REPLACEMENT = 'Replacement type updates not supported on stack with disable-rollback.';

/** What a deployment that is not rolled back leaves to RollbackStack: it goes back to the last stable state, over several failed attempts. */
export function pausedAt(previous: DeployedStack | undefined, touched: readonly Touched[]): PausedDeployment {
  const before = previous?.paused;
  const stable = before ? before.stable : previous;
  return { touched: [...(before?.touched ?? []), ...touched], ...(stable ? { stable } : {}) };
}

/**
 * Refuses an ordinary deployment of a stack that stands where a failure left it (CloudFormation User Guide, "Choose how to handle failures when
 * provisioning resources"). @throws SaiondoError `ValidationError`
 */
export function refusePaused(stack: DeployedStack | undefined, onFailure: OnFailure | undefined): void {
  if (!stack?.paused || onFailure === 'DO_NOTHING') return;
  throw new SaiondoError(
    `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`,
    {
      code: 'ValidationError',
      next: `aws cloudformation rollback-stack --region ${stack.region} --stack-name ${stack.stackName}; of a rehearsal, while it is served (docs/serving.md)`,
    },
  );
}

/**
 * Puts a stack back to its last stable state: an updated one to what it was, one that was being created to nothing (CloudFormation API Reference,
 * RollbackStack).
 * @param say is told of each state of the stack
 */
export async function rollBackPaused(
  stack: DeployedStack,
  host: DeploymentHost,
  say: (status: string) => void,
): Promise<void> {
  const { paused, ...rest } = stack;
  if (!paused) return;
  const { stable, touched } = paused;
  say(stable ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS');
  const request = {
    ...rest,
    template: stack.template as unknown as Template,
    file: `${stack.stackName}.template.json`,
    stackPolicy: {},
  };
  const { failed, restored } = await undo(request, host, touched);
  const status = `${stable ? 'UPDATE_ROLLBACK' : 'ROLLBACK'}_${failed ? 'FAILED' : 'COMPLETE'}`;
  host.ledger.put({
    ...rest,
    outputs: {},
    ...stable,
    resources: stable ? { ...stable.resources, ...restored } : {},
    status,
    revision: (stack.revision ?? 0) + 1,
    updatedAt: new Date().toISOString(),
  });
  say(status);
}
