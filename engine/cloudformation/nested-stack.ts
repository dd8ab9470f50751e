import { isDeepStrictEqual } from 'node:util';
import { SaiondoError } from '../../model/errors';
import type { Emit } from '../../model/events';
import type { Provisioner } from '../ports/provisioner';
import type { CloudFormation } from './cloudformation';
import { stackIdOf } from './stack-id';
import { readTemplateText } from './template/template-file';

/** What nested stacks are deployed with. */
export interface NestedStackDependencies {
  readonly cloudFormation: CloudFormation;
  readonly emit: Emit;
  /** A template by its S3 address. @throws where there is none */
  readonly readTemplate: (account: string, region: string, url: string) => Promise<string>;
}

/**
 * `AWS::CloudFormation::Stack` (CloudFormation User Guide, "Embed stacks within other stacks using nested stacks"): a stack of its own in the
 * ledger, whose outputs are the resource's attributes. Its parent's rollback brings it back, its parent's deletion deletes it.
 */
export function nestedStackProvisioner({ cloudFormation, emit, readTemplate }: NestedStackDependencies): Provisioner {
  return {
    async ensure(request) {
      const { account, region, stackName: parent, logicalId, physicalId, properties, previous, signal } = request;
      // CloudFormation makes what is nested with its parent's role (User Guide, "CloudFormation service role").
      const by = request.roleArn ? { roleArn: request.roleArn } : {};
      const stackName = nameOf(physicalId);
      const at = { account, region, stackName };
      // Asked for again as it is, by a restart: the stack is in the ledger by itself, its template may not be published any more.
      const deployed = cloudFormation.stack(at);
      if (previous && deployed?.status.endsWith('_COMPLETE') && isDeepStrictEqual(previous.properties, properties))
        return previous;
      const file = String(properties.TemplateURL).split('/').at(-1) ?? '';
      const template = await readTemplateText(
        await readTemplate(account, region, String(properties.TemplateURL)).catch((cause: unknown) => {
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
      const failedBefore = cloudFormation.stack(at)?.status === 'ROLLBACK_COMPLETE';
      if (failedBefore) await cloudFormation.remove(at, { emit, environment: stackName, ...by });
      const existed = cloudFormation.stack(at) !== undefined;
      const changeSet = await cloudFormation.prepare({
        ...at,
        template,
        file,
        given,
        tags: tagsOf(properties.Tags),
        parentId: stackIdOf({ account, region, stackName: parent }),
      });
      const result = await cloudFormation.execute(changeSet, {
        emit,
        environment: stackName,
        ...by,
        ...(signal ? { signal } : {}),
      });
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
    async remove(resource, account, region, _parent, roleArn) {
      const stackName = nameOf(resource.physicalId);
      const caller = { emit, environment: stackName, ...(roleArn ? { roleArn } : {}) };
      const result = await cloudFormation.remove({ account, region, stackName }, caller);
      if (result.status === 'DELETE_FAILED') throw new SaiondoError(result.reason, { code: 'ValidationError' });
    },
  };
}

/** A nested stack's physical id is its ARN. */
function nameOf(physicalId: string): string {
  return /:stack\/([^/]+)/.exec(physicalId)?.[1] ?? physicalId;
}

function tagsOf(value: unknown): Record<string, string> {
  const list = Array.isArray(value) ? (value as { Key?: unknown; Value?: unknown }[]) : [];
  return Object.fromEntries(list.map((tag) => [String(tag.Key), String(tag.Value)]));
}
