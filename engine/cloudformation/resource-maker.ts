import { SaiondoError } from '../../model/errors';
import type { DeployedResource } from '../ports/ledger';
import { type DeploymentHost, ensureResource, secretsFilledIn } from './ensure-resource';
import { provisioned, provisionerOf } from '../ports/provisioner';
import { refusalOf } from './template/service-refusals';
import type { DeploymentRequest } from './stack';
import type { StackAddress } from './stack-id';

/** Says what a resource's state is: the events of a stack. */
export type Say = (
  resource: { readonly logicalId: string; readonly type: string; readonly physicalId?: string },
  status: string,
  more?: { readonly reason?: string; readonly detail?: string },
) => void;

/** The speaker of a stack's events. */
export function saysOf(
  { account, region, stackName }: StackAddress,
  host: Pick<DeploymentHost, 'emit' | 'environment'>,
): Say {
  return ({ logicalId, type, physicalId }, status, more = {}) =>
    host.emit({
      kind: 'resource.status',
      account,
      region,
      environment: host.environment,
      stackName,
      logicalId,
      type,
      status,
      ...(physicalId ? { physicalId } : {}),
      ...more,
    });
}

/** Types that wait for something outside of the template, or run it: without it they are only recorded, and that has to be said. */
export const NEEDS_ANSWER = /^(Custom::|AWS::CloudFormation::(CustomResource|WaitCondition|Stack|StackSet|Macro)$)/;

/** Makes the resources of one deployment: by their provisioner, or as a record. */
export class ResourceMaker {
  readonly say: Say;

  constructor(
    private readonly request: DeploymentRequest,
    private readonly host: DeploymentHost,
  ) {
    this.say = saysOf(request, host);
  }

  /**
   * Makes a resource, or brings it to its properties.
   * @param planned as it is to be; where nothing provisions its type this is what is recorded
   * @param previous as it was
   */
  async make(
    planned: DeployedResource,
    previous: DeployedResource | undefined,
  ): Promise<{ resource: DeployedResource; detail?: string }> {
    const { type } = planned;
    const provisioner = provisionerOf(this.host.provisioners, type);
    const refusal = refusalOf(type, planned.properties);
    if (refusal !== undefined) throw new SaiondoError(refusal, { code: 'InvalidInputException' });
    if (!provisioner) {
      // What nothing provisions still has to name what exists.
      await secretsFilledIn(planned, this.request, this.host.dynamicReferences);
      const notRehearsed = NEEDS_ANSWER.test(type) ? whyNot(type) : undefined;
      return {
        resource: { ...planned, ...(notRehearsed ? { notRehearsed } : {}) },
        ...(notRehearsed ? { detail: `not rehearsed: ${notRehearsed}` } : {}),
      };
    }
    const made = await ensureResource(provisioner, this.request, planned, previous, this.host);
    const detail = made.notRehearsed ? `not rehearsed: ${made.notRehearsed}` : made.detail;
    const resource = provisioned(planned, made);
    const { notRehearsed = resource.notRehearsed } = planned;
    return { resource: { ...resource, ...(notRehearsed ? { notRehearsed } : {}) }, ...(detail ? { detail } : {}) };
  }
}

function whyNot(type: string): string {
  switch (type) {
    case 'AWS::CloudFormation::WaitCondition':
      return 'AWS::CloudFormation::WaitCondition: nothing on this machine sends its signal';
    case 'AWS::CloudFormation::Stack':
      return 'AWS::CloudFormation::Stack: its template cannot be read here';
    case 'AWS::CloudFormation::StackSet':
    case 'AWS::CloudFormation::Macro':
      return type;
    default:
      return `${type}: the function behind its ServiceToken runs in AWS`;
  }
}
