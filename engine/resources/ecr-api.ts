import { operationName, type AwsHandler, type AwsRequest, type AwsResponse } from '../ports/aws-request';
import { manifestOf, putManifest, type Manifest } from './image-registry';

interface EcrRequest {
  readonly repositoryName?: string;
  readonly imageIds?: readonly { readonly imageTag?: string; readonly imageDigest?: string }[];
  readonly imageTag?: string;
  readonly imageManifest?: string;
}

/**
 * ECR's view of the local registry: which images there are, their manifests, and another tag for one of them. The rest of ECR is the
 * endpoint's. Every tag may move here: a repository's immutability is not followed.
 */
export function answerEcr(registry: () => string | undefined): AwsHandler {
  return async (request: AwsRequest) => {
    const at = registry();
    const operation = operationName(request);
    if (!at || !['DescribeImages', 'BatchGetImage', 'PutImage'].includes(operation)) return undefined;
    const body = JSON.parse(request.body.toString('utf8')) as EcrRequest;
    const repositoryName = String(body.repositoryName);
    const image = { registryId: request.account, repositoryName };
    const json = (status: number, content: unknown): AwsResponse => ({
      status,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(content),
    });
    if (operation === 'PutImage') {
      const tag = String(body.imageTag);
      const before = await manifestOf(at, repositoryName, tag);
      if (before?.text === body.imageManifest)
        return json(400, {
          __type: 'ImageAlreadyExistsException',
          message: `Image with digest '${before?.digest}' and tag '${tag}' already exists in the repository with name '${repositoryName}' in registry with id '${request.account}'`,
        });
      const put = await putManifest(at, repositoryName, tag, String(body.imageManifest));
      if (!put)
        return json(400, {
          __type: 'LayersNotFoundException',
          message: `${repositoryName} has not the layers of ${tag}`,
        });
      return json(200, {
        image: { ...image, imageId: { imageTag: tag, imageDigest: put.digest }, imageManifest: body.imageManifest },
      });
    }
    const found: { tag: string; manifest: Manifest }[] = [];
    for (const { imageTag, imageDigest } of body.imageIds ?? []) {
      const tag = imageTag ?? String(imageDigest);
      const manifest = await manifestOf(at, repositoryName, tag);
      if (manifest) found.push({ tag, manifest });
      else if (operation === 'DescribeImages')
        return json(400, {
          __type: 'ImageNotFoundException',
          message: `The image with imageId {imageDigest:'null', imageTag:'${tag}'} does not exist within the repository with name '${repositoryName}' in the registry with id '${request.account}'`,
        });
    }
    if (operation === 'DescribeImages')
      return json(200, {
        imageDetails: found.map(({ tag, manifest }) => ({ ...image, imageDigest: manifest.digest, imageTags: [tag] })),
      });
    return json(200, {
      images: found.map(({ tag, manifest }) => ({
        ...image,
        imageId: { imageTag: tag, imageDigest: manifest.digest },
        imageManifest: manifest.text,
        imageManifestMediaType: manifest.mediaType,
      })),
      failures: (body.imageIds ?? [])
        .filter(({ imageTag, imageDigest }) => !found.some(({ tag }) => tag === (imageTag ?? imageDigest)))
        .map((imageId) => ({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' })),
    });
  };
}
