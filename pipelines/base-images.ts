import { Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';

/** Images that nobody asked for in so many days leave the cache. */
const CACHE_DAYS = 60;

/**
 * Where builds get their base images: from a pull-through cache in this account's ECR, so that no build meets Docker Hub's rate limit.
 * The official images (`node:20`) come from ECR Public, which mirrors them and asks for no credentials; others only with credentials of
 * Docker Hub (Amazon ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry").
 */
export class BaseImages extends Construct {
  /** Prefix of the cached official images, without the registry's host: `saiondo-base`. */
  readonly officialPrefix: string;
  /** Prefix of the cached images of Docker Hub, where credentials are configured. */
  readonly hubPrefix?: string;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    this.officialPrefix = `${configuration.project}-base`;
    this.rule('Official', this.officialPrefix, 'public.ecr.aws');
    const secret = configuration.pipeline.dockerHubSecretArn;
    if (secret) {
      this.hubPrefix = `${configuration.project}-hub`;
      this.rule('DockerHub', this.hubPrefix, 'registry-1.docker.io', secret);
    }
  }

  /** What a build that pulls through the cache may do: the first pull makes the repository. */
  policy(): PolicyStatement {
    const { account, region } = Stack.of(this);
    return new PolicyStatement({
      actions: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:BatchImportUpstreamImage',
        'ecr:CreateRepository',
        'ecr:GetDownloadUrlForLayer',
        'ecr:TagResource',
      ],
      resources: this.repositories().map((name) => `arn:aws:ecr:${region}:${account}:repository/${name}`),
    });
  }

  /** The cached repositories' names, as a policy has them. */
  repositories(): string[] {
    return [this.officialPrefix, ...(this.hubPrefix ? [this.hubPrefix] : [])].map((prefix) => `${prefix}/*`);
  }

  private rule(id: string, prefix: string, upstream: string, secret?: string): void {
    const template = new CfnRepositoryCreationTemplate(this, `${id}Repositories`, {
      prefix,
      appliedFor: ['PULL_THROUGH_CACHE'],
      description: `Base images of ${upstream}`,
      imageTagMutability: 'MUTABLE',
      lifecyclePolicy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: `pulled from ${upstream} more than ${CACHE_DAYS} days ago: the next build pulls it again`,
            selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: CACHE_DAYS },
            action: { type: 'expire' },
          },
        ],
      }),
    });
    const rule = new CfnPullThroughCacheRule(this, id, {
      ecrRepositoryPrefix: prefix,
      upstreamRegistryUrl: upstream,
      ...(secret ? { credentialArn: secret, upstreamRegistry: 'docker-hub' } : { upstreamRegistry: 'ecr-public' }),
    });
    rule.addResourceDependency(template);
  }
}
