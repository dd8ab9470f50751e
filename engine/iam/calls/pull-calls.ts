import type { ServiceCall } from './service-call';

/** An image of ECR: `111111111111.dkr.ecr.eu-west-1.amazonaws.com/tools:1`. */
const ECR_IMAGE = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/;

/** The calls that pull an image of ECR (Amazon ECR User Guide, "Private repository policies": pull an image); none for an image of another registry. */
export function pullCalls(by: string, image: string, why: string, source: string): readonly ServiceCall[] {
  const [, account, region, repository] = ECR_IMAGE.exec(image) ?? [];
  if (!account || !region || !repository) return [];
  const resource = `arn:aws:ecr:${region}:${account}:repository/${repository}`;
  return [
    { by, action: 'ecr:GetAuthorizationToken', resource: '*', why, source },
    ...['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'].map((action) => ({
      by,
      action,
      resource,
      why,
      source,
    })),
  ];
}
