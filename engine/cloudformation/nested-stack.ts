import { isDeepStrictEqual } from 'node:util';
import { SaiondoError } from '../../model/errors';
import type { Emit } from '../../model/events';
import { computeChangeSet } from './change-set';
import { deleteStack } from './deletion';
import { deploy } from './deployment';
import type { DynamicReferenceSource } from './template/dynamic-references';
import type { DiskLedger } from './ledger';
import { resolveParameters, type ParameterSource } from './template/parameters';
import type { DeploymentHost } from './provisioner';
import type { Provisioner, Provisioners } from '../ports/provisioner';
import type { RunSecrets } from '../ports/run-secrets';
import { stackIdOf } from './stack-id';
import { readTemplateText } from './template/template-file';

/** What nested stacks are deployed with. */
export interface NestedStackHost {
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  readonly emit: Emit;
  readonly dynamicReferences?: DynamicReferenceSource;
  readonly parameterSource: ParameterSource;
  /** Told of the values that NoEcho hides. */
  readonly secrets?: Pick<RunSecrets, 'add'>;
  /** A template by its S3 address. @throws where there is none */
  readonly readTemplate: (account: string, region: string, url: string) => Promise<string>;
}

/**
 * `AWS::CloudFormation::Stack` (CloudFormation User Guide, "Embed stacks within other stacks using nested stacks"): a stack of its own in the
 * ledger, whose outputs are the resource's attributes. Its parent's rollback brings it back, its parent's deletion deletes it.
 */
export function nestedStackProvisioner(host: NestedStackHost): Provisioner {
  return {
    async ensure({ account, region, stackName: parent, logicalId, physicalId, properties, previous, signal }) {
      const stackName = nameOf(physicalId);
      const at = { account, region, stackName };
      // Asked for again as it is, by a restart: the stack is in the ledger by itself, its template may not be published any more.
      const deployed = host.ledger.get(account, region, stackName);
      if (previous && deployed?.status.endsWith('_COMPLETE') && isDeepStrictEqual(previous.properties, properties))
        return previous;
      const file = String(properties.TemplateURL).split('/').at(-1) ?? '';
      const template = await readTemplateText(
        await host.readTemplate(account, region, String(properties.TemplateURL)).catch((cause: unknown) => {
          throw new SaiondoError(
            `TemplateURL must reference a valid S3 object to which you have access: ${String(properties.TemplateURL)}`,
            {
              code: 'ValidationError',
              cause,
              next: 'its asset is published by the pipeline before the stack is deployed',
            },
          );
        }),
        file,
      );
      const given = (properties.Parameters ?? {}) as Record<string, unknown>;
      const parameters = await resolveParameters(template, given, { ...at, file }, host.parameterSource, host.secrets);
      const failedBefore = host.ledger.get(account, region, stackName)?.status === 'ROLLBACK_COMPLETE';
      if (failedBefore) await deleteStack(at, hostOf(host, stackName));
      const existed = host.ledger.get(account, region, stackName) !== undefined;
      const changeSet = computeChangeSet(
        {
          ...at,
          template,
          file,
          parameters,
          given,
          tags: tagsOf(properties.Tags),
          parentId: stackIdOf({ account, region, stackName: parent }),
        },
        host.ledger,
      );
      const result = await deploy(changeSet, { ...hostOf(host, stackName), ...(signal ? { signal } : {}) });
      if (!('stack' in result)) {
        signal?.throwIfAborted();
        throw new SaiondoError(
          `Embedded stack ${physicalId} was not successfully ${existed ? 'updated' : 'created'}: The following resource(s) failed to ${existed ? 'update' : 'create'}: [${result.logicalId}]. ${result.reason}`,
          { code: 'ValidationError', ...(result.where ? { where: result.where } : {}) },
        );
      }
      const open = Object.values(result.stack.resources).filter((one) => one.notRehearsed);
      const missing = open.find((one) => one.missing !== undefined)?.missing;
      return {
        standing: Object.values(result.stack.resources).some((one) => one.standing === 'real') ? 'real' : 'recorded',
        attributes: Object.fromEntries(
          Object.entries(result.stack.outputs).map(([name, output]) => [`Outputs.${name}`, output.value]),
        ),
        ...(open.length > 0
          ? { notRehearsed: open.map((one) => `${logicalId}/${one.logicalId}: ${one.notRehearsed ?? ''}`).join('; ') }
          : {}),
        ...(missing === undefined ? {} : { missing }),
      };
    },
    async remove(resource, account, region) {
      const stackName = nameOf(resource.physicalId);
      const result = await deleteStack({ account, region, stackName }, hostOf(host, stackName));
      if (result.status === 'DELETE_FAILED') throw new SaiondoError(result.reason, { code: 'ValidationError' });
    },
  };
}

function hostOf(host: NestedStackHost, stackName: string): DeploymentHost {
  const { ledger, provisioners, emit, dynamicReferences } = host;
  return { ledger, provisioners, emit, environment: stackName, ...(dynamicReferences ? { dynamicReferences } : {}) };
}

/** A nested stack's physical id is its ARN. */
function nameOf(physicalId: string): string {
  return /:stack\/([^/]+)/.exec(physicalId)?.[1] ?? physicalId;
}

function tagsOf(value: unknown): Record<string, string> {
  const list = Array.isArray(value) ? (value as { Key?: unknown; Value?: unknown }[]) : [];
  return Object.fromEntries(list.map((tag) => [String(tag.Key), String(tag.Value)]));
}
