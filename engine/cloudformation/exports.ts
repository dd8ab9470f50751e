import { SaiondoError } from '../../model/errors';
import type { DeployedStack } from '../ports/ledger';
import { conditionHolds, resolve, type ResolutionContext } from './template/intrinsics';
import type { DiskLedger } from './ledger';
import type { DeploymentRequest } from './stack';

/**
 * A stack's outputs as they are after a deployment, its exports checked against the other stacks of the account and region (CloudFormation
 * User Guide, "Get exported outputs from a deployed CloudFormation stack"): a name is exported once, and what is imported neither changes nor goes.
 * @throws SaiondoError `ValidationError`, `TEMPLATE_UNRESOLVABLE`
 */
export function resolveOutputs(
  request: DeploymentRequest,
  context: ResolutionContext,
  ledger: DiskLedger,
  previous: DeployedStack | undefined,
): DeployedStack['outputs'] {
  const outputs: Record<string, DeployedStack['outputs'][string]> = {};
  for (const [name, output] of Object.entries(request.template.Outputs ?? {})) {
    if (output.Condition && !conditionHolds(output.Condition, context, `Outputs.${name}.Condition`)) continue;
    const exportName = output.Export
      ? String(resolve(output.Export.Name, context, `Outputs.${name}.Export.Name`))
      : undefined;
    const value = resolve(output.Value, context, `Outputs.${name}.Value`);
    if (value === undefined || (value !== null && typeof value === 'object'))
      refuse(
        request,
        `Outputs.${name}.Value`,
        `Template format error: Output ${name} is malformed: its value is not text`,
      );
    outputs[name] = {
      value: String(value),
      ...(exportName ? { exportName } : {}),
      ...(output.Description ? { description: output.Description } : {}),
    };
  }
  checkExports(request, ledger, previous?.outputs ?? {}, outputs);
  return outputs;
}

function checkExports(
  request: DeploymentRequest,
  ledger: DiskLedger,
  before: DeployedStack['outputs'],
  after: DeployedStack['outputs'],
): void {
  const { account, region, stackName } = request;
  const exported = new Map<string, string>();
  for (const [output, { exportName, value }] of Object.entries(after)) {
    if (!exportName) continue;
    const other = ledger.exporter(account, region, exportName);
    if (exported.has(exportName) || (other && other.stackName !== stackName))
      refuse(
        request,
        `Outputs.${output}.Export.Name`,
        `Export with name ${exportName} is already exported by stack ${other?.stackName ?? stackName}. Export names must be unique within an account and Region.`,
      );
    exported.set(exportName, value);
  }
  for (const [output, { exportName, value }] of Object.entries(before)) {
    if (!exportName || exported.get(exportName) === value) continue;
    const users = ledger.importers(account, region, exportName);
    if (users.length > 0)
      refuse(
        request,
        `Outputs.${output}`,
        `Export ${exportName} cannot be ${exported.has(exportName) ? 'updated' : 'deleted'} as it is in use by ${users.join(', ')}`,
      );
  }
}

/** Refuses the deletion of a stack whose exports others import. @throws SaiondoError `ValidationError` */
export function refuseDeletionInUse(stack: DeployedStack, ledger: DiskLedger): void {
  for (const { exportName } of Object.values(stack.outputs)) {
    const users = exportName ? ledger.importers(stack.account, stack.region, exportName) : [];
    if (users.length > 0)
      throw new SaiondoError(`Cannot delete export ${exportName ?? ''} as it is in use by ${users.join(', ')}`, {
        code: 'ValidationError',
        next: `delete ${users.join(', ')} first`,
      });
  }
}

function refuse(request: DeploymentRequest, path: string, message: string): never {
  throw new SaiondoError(message, { code: 'ValidationError', where: { file: request.file, path } });
}
