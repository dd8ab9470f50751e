import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { imageRepositoryName, SERVICES, type ServiceName } from '../lib/images';

/**
 * One ECR repository a service, in the pipeline's account: an image is built once and both environments pull the same one.
 * Tags are immutable, so a digest that was tested is the digest that is deployed. Only untagged images expire: a tagged one may be in use.
 */
export class ImageRepositories extends Construct {
  readonly of: Readonly<Record<ServiceName, Repository>>;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    const accounts = [...new Set(Object.values(configuration.environments).map((environment) => environment.account))];
    const make = (service: ServiceName): Repository => {
      const repository = new Repository(this, service, {
        repositoryName: imageRepositoryName(configuration, service),
        imageTagMutability: TagMutability.IMMUTABLE,
        imageScanOnPush: true,
        lifecycleRules: [{ tagStatus: TagStatus.UNTAGGED, maxImageAge: Duration.days(14) }],
        removalPolicy: RemovalPolicy.RETAIN,
      });
      for (const account of accounts) repository.grantPull(new AccountPrincipal(account));
      return repository;
    };
    this.of = Object.fromEntries(SERVICES.map((service) => [service, make(service)])) as Record<
      ServiceName,
      Repository
    >;
  }
}
