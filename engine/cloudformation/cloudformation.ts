import type { Emit } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { DeployedStack } from '../ports/ledger';
import type { LocalAws } from '../ports/local-aws';
import type { Provisioners } from '../ports/provisioner';
import type { DeploymentPermits } from '../ports/resource-permission';
import { computeChangeSet, type ChangeSet } from './change-set';
import { ChangeSetStore } from './change-set-store';
import { deleteStack, type DeletionResult } from './deletion';
import { deploy, type DeploymentResult } from './deployment';
import type { DiskLedger } from './ledger';
import { rollBackPaused } from './paused';
import type { DeploymentHost } from './ensure-resource';
import { restoreResources } from './restoration';
import type { DeploymentRequest } from './stack';
import type { StackAddress } from './stack-id';
import { rereadValues } from './template/reference-values';
import { dynamicReferencesFrom } from './template/dynamic-references';
import { resolveParameters } from './template/parameters';

/** What CloudFormation works with on this machine. */
export interface CloudFormationDependencies {
  readonly layout: Layout;
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  /** A template with what stands in for addresses outside of it. */
  readonly stoodIn?: (template: StackRequest['template']) => StackRequest['template'];
  /** Whether a stack's role, and AWS's services, may do what a deployment needs; nobody is asked where there are none. */
  readonly permits?: DeploymentPermits;
  /** Where parameters and dynamic references are read, and what is told of the values that NoEcho hides. */
  readonly local: Pick<LocalAws, 'parameter' | 'secret' | 'secrets'>;
}

/** Who asks for a deployment: where its events go, and what stops it. */
export type DeploymentCaller = Pick<DeploymentHost, 'emit' | 'environment' | 'signal' | 'roleArn'>;

/** A deployment as it is asked for: the parameters as they are given. */
export type StackRequest = Omit<DeploymentRequest, 'parameters'>;

/**
 * CloudFormation on this machine: one ledger of stacks and one store of change sets, for the actions of a pipeline, for nested stacks and for
 * CloudFormation's own API.
 */
export class CloudFormation {
  readonly changeSets: ChangeSetStore;

  constructor(private readonly dependencies: CloudFormationDependencies) {
    this.changeSets = new ChangeSetStore(dependencies.layout.changeSets());
  }

  get ledger(): DiskLedger {
    return this.dependencies.ledger;
  }

  /** A stack as it is deployed now. */
  stack({ account, region, stackName }: StackAddress): DeployedStack | undefined {
    return this.ledger.get(account, region, stackName);
  }

  /**
   * Computes a change set: what a deployment will do, with the stack's parameters resolved.
   * @throws SaiondoError what CloudFormation refuses: of the parameters (`PARAMETER_VALUE_…`) and of the template ({@link computeChangeSet})
   */
  async prepare(request: StackRequest): Promise<ChangeSet> {
    const { account, region, stackName, file, given = {} } = request;
    const { local, ledger, stoodIn } = this.dependencies;
    const template = stoodIn?.(request.template) ?? request.template;
    const parameters = await resolveParameters(
      template,
      given,
      { account, region, stackName, file },
      (at, of, name) => local.parameter(at, of, name),
      local.secrets,
    );
    const previous = ledger.get(account, region, stackName);
    const values = await rereadValues(previous, dynamicReferencesFrom(local));
    return computeChangeSet({ ...request, template, parameters }, ledger, values);
  }

  /** Executes a change set. @throws SaiondoError `InvalidChangeSetStatus` when the stack is not what the change set was made for */
  execute(changeSet: ChangeSet, caller: DeploymentCaller): Promise<DeploymentResult> {
    const { roleArn = caller.roleArn } = changeSet;
    return deploy(changeSet, this.hostOf({ ...caller, ...(roleArn ? { roleArn } : {}) }));
  }

  /** Puts a stack whose deployment failed, and was not rolled back, to its last stable state. */
  rollBack(stack: DeployedStack, caller: DeploymentCaller): Promise<void> {
    const { account, region, stackName } = stack;
    const { emit, environment } = caller;
    return rollBackPaused(stack, this.hostOf(caller), (status) =>
      emit({ kind: 'stack.status', account, region, environment, stackName, status }),
    );
  }

  /**
   * Deletes a stack and its change sets.
   * @param retain logical ids to leave behind
   * @throws SaiondoError `ValidationError` for a protected stack, or one whose exports are in use
   */
  async remove(at: StackAddress, caller: DeploymentCaller, retain: readonly string[] = []): Promise<DeletionResult> {
    const result = await deleteStack(at, this.hostOf(caller), retain);
    if (result.status === 'DELETE_COMPLETE') this.changeSets.removeAll(at);
    return result;
  }

  /** Brings back what is deployed and stands on this machine. @throws SaiondoError `NOT_BROUGHT_BACK` */
  restore(emit: Emit, signal?: AbortSignal): Promise<void> {
    const { ledger, provisioners, local } = this.dependencies;
    const dynamicReferences = dynamicReferencesFrom(local);
    return restoreResources({ ledger, provisioners, dynamicReferences, emit, ...(signal ? { signal } : {}) });
  }

  private hostOf(caller: DeploymentCaller): DeploymentHost {
    const { ledger, provisioners, local, permits } = this.dependencies;
    return {
      ...caller,
      ...(permits ? { permits } : {}),
      ledger,
      provisioners,
      dynamicReferences: dynamicReferencesFrom(local),
    };
  }
}
