import { z } from 'zod';
import type { ApiSources } from '../protocol/sources';
import { ApiError } from '../protocol/api-error';
import { operation, sees, type Operation } from '../protocol/service';

/** ListTagsForResource of a pipeline (CodePipeline API Reference): the tags of its template. */
export function pipelineTags({ ledger }: ApiSources): Record<string, Operation> {
  return {
    ListTagsForResource: operation(
      z.object({
        resourceArn: z.string().min(1),
        maxResults: z.number().int().min(1).max(100).optional(),
        nextToken: z.string().optional(),
      }),
      (input, caller) => {
        const [, , service = '', region = '', account = '', name = ''] = input.resourceArn.split(':');
        const pipeline = ledger()
          .resources('AWS::CodePipeline::Pipeline', account || undefined, region || undefined)
          .find((one) => one.physicalId === name.split('/')[0] && sees(caller, one.stack));
        if (service !== 'codepipeline' || !pipeline)
          throw new ApiError('ResourceNotFoundException', `The resource ${input.resourceArn} does not exist`);
        const own = (pipeline.properties as { Tags?: readonly { Key: string; Value: string }[] }).Tags ?? [];
        // A stack's tags are those of its resources too (CloudFormation User Guide, "Resource tags").
        const tags = new Map(Object.entries(pipeline.stack.tags));
        for (const { Key, Value } of own) tags.set(Key, String(Value));
        return { tags: [...tags].map(([key, value]) => ({ key, value })) };
      },
    ),
  };
}
