import type { AwsHandler, AwsRequest, AwsResponse } from './front';
import { accessKeyOf } from './front';
import { manifestOf, putManifest, type Manifest } from '../resources/image-registry';

/** STS: made-up credentials whose access key says the account, so that what assumes a role acts in the role's account. */
export const answerSts: AwsHandler = (request) => {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const action = form.get('Action');
  const answer = (result: string): AwsResponse => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata></${action}Response>`,
  });
  if (action === 'GetCallerIdentity') {
    return answer(
      `<Arn>arn:aws:sts::${request.account}:assumed-role/rehearsal/rehearsal</Arn><UserId>AROA:rehearsal</UserId><Account>${request.account}</Account>`,
    );
  }
  if (action === 'AssumeRole') {
    const role = /^arn:aws:iam::(\d{12}):role\/([\w+=,.@/-]+)$/.exec(form.get('RoleArn') ?? '');
    if (!role) return undefined;
    const expires = new Date(Date.now() + 12 * 3600 * 1000).toISOString();
    return answer(
      `<AssumedRoleUser><Arn>arn:aws:sts::${role[1]}:assumed-role/${role[2]}/rehearsal</Arn><AssumedRoleId>AROA:rehearsal</AssumedRoleId></AssumedRoleUser>` +
        `<Credentials><AccessKeyId>${accessKeyOf(role[1] ?? '')}</AccessKeyId><SecretAccessKey>rehearsal</SecretAccessKey><SessionToken>rehearsal</SessionToken><Expiration>${expires}</Expiration></Credentials>`,
    );
  }
  return undefined;
};

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
    const operation = request.operation.split('.').at(-1);
    if (!at || !['DescribeImages', 'BatchGetImage', 'PutImage'].includes(operation ?? '')) return undefined;
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
