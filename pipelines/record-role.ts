import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Configuration } from '../config/load';
import { deliveryNames, recordRoleName } from '../lib/delivery-project';
import { deployedParameterName } from '../lib/deployed';
import { imageTagOf, type ImageTags, type ServiceName } from '../lib/images';
import type { Carried } from './component-tests';
import type { ConnectionSource } from './connection-source';
import type { ImageRepositories } from './image-repositories';

/** What is written down of a deployment. */
export interface RecordProps {
  readonly application: ConnectionSource;
  readonly pipeline: ConnectionSource;
  readonly repositories: ImageRepositories;
  /** The tag of each service's image, as the step that built it tells. */
  readonly imageTags: ImageTags;
  /** The digest of what was carried from Verify, as the step that packed it tells. */
  readonly digests: Readonly<Partial<Record<Carried, string>>>;
}

/** The digests for a build: `MIGRATIONS_DIGEST`, `LLM_MIGRATIONS_DIGEST`, `CONTRACTS_DIGEST`. */
export function digestVariables(digests: RecordProps['digests']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(digests).map(([what, digest]) => [
      `${what.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}_DIGEST`,
      digest,
    ]),
  );
}

/** What a smoke test writes down once it has passed, as this execution has it: the images, the commits, the digests. */
export function recordedVariables({
  application,
  pipeline,
  repositories,
  imageTags,
  digests,
}: RecordProps): Record<string, string> {
  return {
    IMAGES: Object.entries(repositories.of)
      .map(([service, { repositoryName }]) => `${repositoryName}:${imageTagOf(imageTags, service as ServiceName)}`)
      .join(' '),
    APPLICATION_COMMIT: application.sourceAttribute('CommitId'),
    PIPELINE_COMMIT: pipeline.sourceAttribute('CommitId'),
    ...digestVariables(digests),
  };
}

/**
 * The role that writes down what an environment runs: the commits, and the `in-use-…` tag of each service's image. It is of the pipeline's account, where
 * the images are; only the environment's smoke test takes it, which is named by its role, because that one may not exist yet.
 */
export function makeRecordRole(
  stack: Stack,
  configuration: Configuration,
  name: 'dev' | 'prod',
  { prefix, repositories }: { readonly prefix: string; readonly repositories: ImageRepositories },
): Role {
  const { account } = configuration.environments[name];
  const tester = `arn:aws:iam::${account}:role/${deliveryNames(prefix, 'smoke-test').buildRole}`;
  const role = new Role(stack, `Record-${name}`, {
    roleName: recordRoleName(prefix),
    assumedBy: new AccountPrincipal(account).withConditions({ ArnEquals: { 'aws:PrincipalArn': tester } }),
  });
  const parameter = deployedParameterName(configuration, name);
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ssm:PutParameter'],
      resources: [`arn:aws:ssm:${stack.region}:${stack.account}:parameter${parameter}`],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ecr:BatchGetImage', 'ecr:PutImage'],
      resources: Object.values(repositories.of).map(({ repositoryArn }) => repositoryArn),
    }),
  );
  return role;
}
