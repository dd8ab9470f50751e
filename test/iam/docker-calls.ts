import type { ServiceCall } from '../../engine/iam/calls/service-call';
import type { StackLedger } from '../../engine/ports/ledger';

/** Pushes an image (Amazon ECR User Guide, "IAM permissions for pushing an image to an Amazon ECR private repository"). */
const PUSH = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:InitiateLayerUpload',
  'ecr:UploadLayerPart',
  'ecr:CompleteLayerUpload',
  'ecr:PutImage',
];
/** Pulls an image that ECR brings from Docker Hub the first time (Amazon ECR User Guide, "IAM permissions required to sync an upstream registry"). */
const PULL_THROUGH = [
  'ecr:BatchImportUpstreamImage',
  'ecr:CreateRepository',
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
];

/** What docker asks the registry for in the builds of images. It does not pass the local endpoint, so no run records it. */
export function dockerCalls(ledger: Pick<StackLedger, 'resources'>): readonly ServiceCall[] {
  const repositories = ledger.resources('AWS::ECR::Repository');
  return ledger.resources('AWS::IAM::Role').flatMap((role) => {
    const [, service] = /(Api|Llm)ImageRole/.exec(role.logicalId) ?? [];
    if (service === undefined) return [];
    const { account, region } = role.stack;
    const own =
      repositories.find(({ physicalId }) => physicalId.endsWith(`/${service.toLowerCase()}`))?.physicalId ?? '';
    const of = (actions: readonly string[], repository: string) =>
      actions.map((action) => ({
        by: `arn:aws:iam::${account}:role/${role.physicalId}`,
        action,
        resource: `arn:aws:ecr:${region}:${account}:repository/${repository}`,
        why: 'docker pushes and pulls',
        source: 'Amazon ECR User Guide',
      }));
    return [...of(PUSH, own), ...of(PULL_THROUGH, 'saiondo-base/library/node')];
  });
}
