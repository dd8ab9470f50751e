import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../../../model/errors';
import type { ActionContext, ActionResult } from '../../../ports/action';
import { failureOf } from '../../../ports/failure';
import { optional, required, type ActionProvider } from '../../actions/action-provider';
import { imageOf } from '../../../resources/image-registry';

/**
 * ECR (also "imageDetail.json file for Amazon ECS blue/green deployment actions"): the image that a tag of the local registry names, or the
 * digest that the execution was started on.
 */
export const ecrSource: ActionProvider = {
  kinds: ['Source/AWS/ECR'],
  reference: 'Amazon ECR source action reference',
  configuration: { RepositoryName: required, ImageTag: optional },
  inputs: [0, 0],
  outputs: [1, 1],
  needs: (_action, { containers }) => (containers ? [] : ['docker']),
  run: async (context) => {
    try {
      return await take(context);
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  },
};

async function take({
  action,
  outputs,
  executionId,
  emit,
  local,
  pipeline,
  revisionValue,
}: ActionContext): Promise<ActionResult> {
  const { RepositoryName: repository = '', ImageTag: tag = 'latest' } = action.configuration;
  const [output] = outputs;
  if (!output) throw new SaiondoError(`${action.name} has no output artifact`, { code: 'PIPELINE_INVALID' });
  if (!local.registry)
    return { status: 'NotRehearsed', missing: ['docker'], summary: 'needs the local image registry' };
  const image = await imageOf(local.registry, repository, revisionValue ?? tag);
  const host = `${pipeline.account}.dkr.ecr.${action.region}.amazonaws.com`;
  if (!image) {
    throw new SaiondoError(`the repository ${repository} has no image ${revisionValue ?? tag}`, {
      code: 'ConfigurationError',
      next: `push one to the local registry: docker push ${local.registry}/${repository}:${tag}`,
    });
  }
  const uri = `${host}/${repository}@${image.digest}`;
  const detail = {
    ImageSizeInBytes: String(image.bytes),
    ImageDigest: image.digest,
    Version: '1.0',
    RegistryId: pipeline.account,
    RepositoryName: repository,
    ImageURI: uri,
    ImageTags: revisionValue ? [] : [tag],
  };
  fs.writeFileSync(path.join(output.path, 'imageDetail.json'), JSON.stringify(detail));
  emit({
    kind: 'execution.revisions',
    executionId,
    revisions: [{ actionName: action.name, repository, branch: '', commitId: image.digest }],
  });
  return {
    status: 'Succeeded',
    outputVariables: {
      RegistryId: pipeline.account,
      RepositoryName: repository,
      ImageDigest: image.digest,
      ImageURI: uri,
      ...(revisionValue ? {} : { ImageTag: tag }),
    },
    externalExecutionId: image.digest,
    summary: `${repository}:${tag} ${image.digest.slice(0, 19)}`,
  };
}
