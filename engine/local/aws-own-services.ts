import type { AwsHandler, AwsRequest, AwsResponse } from './front';
import { accessKeyOf } from './front';
import { digestOf } from './image-registry';

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

/** ECR's view of the local registry: which tags there are. The rest of ECR is the endpoint's. */
export function answerEcr(registry: () => string | undefined): AwsHandler {
  return async (request: AwsRequest) => {
    const at = registry();
    if (!at || !request.operation.endsWith('.DescribeImages')) return undefined;
    const body = JSON.parse(request.body.toString('utf8')) as {
      repositoryName?: string;
      imageIds?: { imageTag?: string }[];
    };
    const json = (status: number, content: unknown): AwsResponse => ({
      status,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(content),
    });
    const details: unknown[] = [];
    for (const { imageTag } of body.imageIds ?? []) {
      const digest = imageTag && (await digestOf(at, String(body.repositoryName), imageTag));
      if (!digest) {
        return json(400, {
          __type: 'ImageNotFoundException',
          message: `The image with imageId {imageDigest:'null', imageTag:'${String(imageTag)}'} does not exist within the repository with name '${String(body.repositoryName)}' in the registry with id '${request.account}'`,
        });
      }
      details.push({
        registryId: request.account,
        repositoryName: body.repositoryName,
        imageDigest: digest,
        imageTags: [imageTag],
      });
    }
    return json(200, { imageDetails: details });
  };
}
