import type { ResourceAddress } from './identity';
import type { ResolutionContext } from './template/intrinsics';
import type { DiskLedger } from './ledger';
import { stackIdOf, type StackAddress } from './stack-id';
import type { StackPolicy } from './template/stack-policy';
import type { Template } from './template/template';

/**
 * What becomes of a stack whose deployment fails (CloudFormation API Reference, CreateStack `OnFailure`, CreateChangeSet `OnStackFailure`; `DisableRollback`
 * is DO_NOTHING). DELETE is for stacks that are being created.
 */
export type OnFailure = 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';

/** A deployment that has been asked for. */
export interface DeploymentRequest extends StackAddress {
  readonly template: Template;
  /** The template's file, for errors. */
  readonly file: string;
  /** Resolved: what `Ref` gives. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** As they were given, where any were: an update may take them over. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Acknowledged capabilities; undefined: nobody asks. */
  readonly capabilities?: readonly string[];
  /** The policy that the stack has after this deployment. */
  readonly stackPolicy?: StackPolicy;
  /** The service role that it is deployed with, where one is named. */
  readonly roleArn?: string;
  /** ROLLBACK unless it is given. */
  readonly onFailure?: OnFailure;
  /** The parent's id, of a nested stack. */
  readonly parentId?: string;
}

/** The context in which a stack's template is resolved against what exists, or will exist. */
export function resolutionContext(
  request: DeploymentRequest,
  ledger: DiskLedger,
  known: Pick<ResolutionContext, 'refOf' | 'attributeOf' | 'unknown'> & { readonly imported?: (name: string) => void },
): ResolutionContext {
  const { account, region } = request;
  return {
    ...request,
    refOf: known.refOf,
    attributeOf: known.attributeOf,
    ...(known.unknown ? { unknown: known.unknown } : {}),
    stackId: stackIdOf(request),
    exportOf: (name) => {
      known.imported?.(name);
      return ledger.exportOf(account, region, name);
    },
    outputOf: (of) => {
      const there = of.roleArn === undefined ? account : (/^arn:[^:]*:iam::(\d{12}):/.exec(of.roleArn)?.[1] ?? '');
      return ledger.get(there, of.region ?? region, of.stackName)?.outputs[of.outputName]?.value;
    },
  };
}

/** The address of a resource of a request. */
export function addressOf(request: DeploymentRequest, logicalId: string, generation: number): ResourceAddress {
  const { account, region, stackName, template } = request;
  return { account, region, stackName, logicalId, type: template.Resources[logicalId]?.Type ?? '', generation };
}
