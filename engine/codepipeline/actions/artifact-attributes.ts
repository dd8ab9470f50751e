import { createHash } from 'node:crypto';
import type { ActionContext } from '../../ports/action';

/**
 * Where an artifact would be in the pipeline's bucket (CodePipeline User Guide, "Using parameter override functions with CodePipeline
 * pipelines"): the names that a template is told. In a rehearsal the artifact itself is a folder, not an object.
 * @returns undefined where an artifact has no such attribute
 */
export function artifactAttribute(context: ActionContext, artifact: string, attribute: string): string | undefined {
  const { pipeline, action, executionId, ledger } = context;
  const resource = ledger
    .resources('AWS::CodePipeline::Pipeline', pipeline.account, pipeline.region)
    .find((one) => one.physicalId === pipeline.name);
  const stores = (resource?.properties.ArtifactStores ?? []) as {
    Region?: string;
    ArtifactStore?: { Location?: string };
  }[];
  const own = resource?.properties.ArtifactStore as { Location?: string } | undefined;
  const bucket =
    stores.find((store) => store.Region === action.region)?.ArtifactStore?.Location ??
    own?.Location ??
    `codepipeline-${action.region}-${pipeline.name}`;
  // CodePipeline shortens both names, to 20 and 10 characters.
  const unique = createHash('sha256').update(`${executionId}/${artifact}`).digest('base64url').slice(0, 7);
  const key = `${pipeline.name.slice(0, 20)}/${artifact.slice(0, 10)}/${unique}`;
  switch (attribute) {
    case 'BucketName':
      return bucket;
    case 'ObjectKey':
      return key;
    case 'URL':
      return `https://${bucket}.s3.${action.region}.amazonaws.com/${key}`;
    default:
      return undefined;
  }
}
