import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { IN_USE_TAG } from '../lib/deployed';
import { imageRepositoryName, servicesOf, type ServiceName } from '../lib/images';

/** Images that run nowhere and are kept, newest first, so that a rollback finds its image. */
const KEPT_IMAGES = 50;

/**
 * One ECR repository a service, in the pipeline's account: an image is built once and both environments pull the same one.
 *
 * Tags are immutable, so what was tested under a tag is what is deployed under it; only the `in-use-…` tags move. An image with such a tag
 * never expires: the first rule matches it and removes none, and an image that matches a rule cannot be expired by a rule of lower priority
 * (Amazon ECR User Guide, "Lifecycle policy evaluation"). Of the others the newest are kept.
 */
export class ImageRepositories extends Construct {
  readonly of: Readonly<Partial<Record<ServiceName, Repository>>>;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    const accounts = [...new Set(Object.values(configuration.environments).map((environment) => environment.account))];
    const make = (service: ServiceName): Repository => {
      const repository = new Repository(this, service, {
        repositoryName: imageRepositoryName(configuration, service),
        imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
        imageTagMutabilityExclusionFilters: [ImageTagMutabilityExclusionFilter.wildcard(`${IN_USE_TAG}*`)],
        imageScanOnPush: true,
        lifecycleRules: [
          {
            rulePriority: 1,
            description: 'runs in an environment: kept, however old',
            tagPrefixList: [IN_USE_TAG],
            maxImageCount: 1000,
          },
          {
            rulePriority: 2,
            description: 'untagged: nothing can name it',
            tagStatus: TagStatus.UNTAGGED,
            maxImageAge: Duration.days(14),
          },
          {
            rulePriority: 3,
            description: 'runs nowhere: the newest are kept for rollbacks',
            tagStatus: TagStatus.ANY,
            maxImageCount: KEPT_IMAGES,
          },
        ],
        removalPolicy: RemovalPolicy.RETAIN,
      });
      for (const account of accounts) repository.grantPull(new AccountPrincipal(account));
      return repository;
    };
    this.of = Object.fromEntries(servicesOf(configuration).map((service) => [service, make(service)]));
  }
}
