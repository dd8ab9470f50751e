import { Duration, Stack } from 'aws-cdk-lib';
import {
  BuildEnvironmentVariableType,
  Cache,
  ComputeType,
  LocalCacheMode,
  type BuildEnvironmentVariable,
} from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CodeBuildStep, type FileSet, type IFileSetProducer, type Step } from 'aws-cdk-lib/pipelines';
import type { IConstruct } from 'constructs';
import type { Configuration } from '../config/load';
import type { ComponentBuilds } from '../repository/component-builds';
import { acknowledge, wildcard } from '../lib/acknowledge';
import { readBuildspec } from '../lib/buildspec';
import type { BuildValues } from '../lib/buildspec-text';
import { servicesOf, type ImageTags } from '../lib/images';
import type { Artifacts } from './artifacts';
import { BUILD_ENVIRONMENT } from './build-environment';
import { guardRecords, recordPolicy, recordVariables, type KnownBuild } from './records';
import { componentTests, type Carried } from './component-tests';
import type { BaseImages } from './base-images';
import type { ImageRepositories } from './image-repositories';

/** What the verification reads: the application repository, and the assembly that holds the image tags. */
export interface VerificationProps {
  readonly configuration: Configuration;
  readonly builds: ComponentBuilds;
  readonly application: IFileSetProducer;
  readonly assembly: FileSet;
  readonly repositories: ImageRepositories;
  readonly baseImages: BaseImages;
  /** Where it is written down what has passed. */
  readonly artifacts: Artifacts;
}

/** The steps of the stage, and what has to be said about their roles once the pipeline is built. */
export interface Verification {
  readonly steps: Step[];
  /** The web apps as they were built for their tests, by the path that they are served below: what the environments get where CloudFront serves them. */
  readonly sites: Readonly<Record<string, FileSet>>;
  /** What the tests prepared for the environments: installed and compiled once, and run there as it was tested. */
  readonly carried: Readonly<Partial<Record<Carried, FileSet>>>;
  /** The digest of each, known once it is packed: a variable of the step that packs it. */
  readonly digests: Readonly<Partial<Record<Carried, string>>>;
  /** The tag of each service's image, known once it is built: a variable of the step that builds it. */
  readonly imageTags: ImageTags;
  readonly acknowledge: () => void;
}

/** Tests of every component and the images of both services: independent of each other, so all at once. */
export function verification(props: VerificationProps): Verification {
  const { configuration, application, assembly, repositories, baseImages } = props;
  const { components, project } = configuration;
  const timeout = Duration.minutes(30);
  const tests = componentTests(configuration, props.builds).map((test) => {
    const projectName = `${project}-${test.component}-test`;
    const values = { ...(test.carries ? carrying(test.values) : test.values), known: 'content' as const };
    const environment = { ...test.environment, COMPONENT_DIR: test.directory };
    // Flutter's build is the longest of all, and as good as halved by twice the cores.
    const computeType = test.cached ? ComputeType.MEDIUM : BUILD_ENVIRONMENT.computeType;
    const output = test.site?.output ?? (test.carries ? '.carried' : undefined);
    const known: KnownBuild = {
      projectName,
      buildspec: test.buildspec,
      values,
      environment,
      secrets: test.secrets,
      machine: [BUILD_ENVIRONMENT.buildImage.imageId, computeType],
      outputs: output === undefined ? [] : [output],
      others: test.others,
    };
    const step = new CodeBuildStep(test.id, {
      projectName,
      input: application,
      commands: [],
      env: { ...environment, ...recordVariables(configuration, known) },
      buildEnvironment: {
        computeType,
        ...(Object.keys(test.secrets).length > 0 ? { environmentVariables: secretVariables(test.secrets) } : {}),
      },
      partialBuildSpec: readBuildspec(test.buildspec, values),
      ...(output === undefined ? {} : { primaryOutputDirectory: output }),
      ...(test.cached ? { cache: Cache.local(LocalCacheMode.CUSTOM) } : {}),
      // CDK Pipelines lets a build with an output artifact write any object of the bucket; its policy guards the records.
      rolePolicyStatements: output === undefined ? recordPolicy(props.artifacts, projectName) : [],
      timeout,
    });
    return { test, step, projectName };
  });
  const sites = Object.fromEntries(
    tests.flatMap(({ test, step }) => (test.site && step.primaryOutput ? [[test.site.path, step.primaryOutput]] : [])),
  );
  const carriers = tests.flatMap(({ test, step }) => (test.carries ? [[test.carries, step] as const] : []));
  const images = servicesOf(configuration).flatMap((service) => {
    const repository = repositories.of[service];
    const component = components[service];
    if (!repository || !component) return [];
    const { directory, context = directory, dockerfile } = component;
    const step = new CodeBuildStep(`${service[0]?.toUpperCase() ?? ''}${service.slice(1)}Image`, {
      projectName: `${project}-${service}-image`,
      input: application,
      additionalInputs: { assembly },
      commands: [],
      env: {
        COMPONENT: service,
        COMPONENT_DIR: context,
        REPOSITORY_URI: repository.repositoryUri,
        ...(dockerfile === 'Dockerfile' ? {} : { DOCKERFILE: dockerfile }),
        FRESH: '#{variables.fresh}',
        OFFICIAL_IMAGES: `${baseImages.officialPrefix}/docker`,
        ...(baseImages.hubPrefix ? { HUB_IMAGES: baseImages.hubPrefix } : {}),
      },
      partialBuildSpec: readBuildspec('image'),
      buildEnvironment: { privileged: true, computeType: ComputeType.MEDIUM },
      cache: Cache.local(LocalCacheMode.DOCKER_LAYER),
      rolePolicyStatements: [...imagePolicy(repository.repositoryArn), baseImages.policy()],
      timeout,
    });
    return [{ service, step }];
  });
  return {
    steps: [...tests.map(({ step }) => step), ...images.map(({ step }) => step)],
    sites,
    carried: Object.fromEntries(carriers.map(([what, step]) => [what, step.primaryOutput])),
    digests: Object.fromEntries(carriers.map(([what, step]) => [what, step.exportedVariable('CARRIED')])),
    imageTags: Object.fromEntries(images.map(({ service, step }) => [service, step.exportedVariable('IMAGE_TAG')])),
    acknowledge: () => {
      guardRecords(props.artifacts, Object.fromEntries(tests.map(({ projectName, step }) => [projectName, step])));
      for (const { test, step } of tests) {
        for (const secret of Object.values(test.secrets)) {
          const arn = secretArn(step.project, secret);
          acknowledge(step.project, {
            [wildcard(step.project, arn)]: 'one secret by its name: Secrets Manager ends its ARN in six characters',
          });
        }
      }
      for (const { step: image } of images) {
        acknowledge(image.project, {
          'AwsSolutions-IAM5[Resource::*]':
            'ecr:GetAuthorizationToken takes no narrower resource; pushing is to one repository',
          ...Object.fromEntries(
            baseImages
              .policy()
              .resources.map((arn) => [
                wildcard(image.project, arn),
                'the cache’s own repositories: one for each base image that a Dockerfile may name',
              ]),
          ),
        });
      }
    },
  };
}

/** The test's build with a last command that packs what the environments run. */
function carrying(values: BuildValues): BuildValues {
  const carry = ['CARRIED=$(node "$SCRIPTS/carry.js" pack) && export CARRIED'];
  return { ...values, commands: { ...values.commands, carry } };
}

/** What pushing to one repository takes (Amazon ECR User Guide, "IAM permissions for pushing an image"). The token is not of a repository. */
function imagePolicy(repositoryArn: string): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
    new PolicyStatement({
      actions: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:CompleteLayerUpload',
        'ecr:DescribeImages',
        'ecr:GetDownloadUrlForLayer',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecr:UploadLayerPart',
      ],
      resources: [repositoryArn],
    }),
  ];
}

function secretVariables(secrets: Readonly<Record<string, string>>): Record<string, BuildEnvironmentVariable> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [
      name,
      { type: BuildEnvironmentVariableType.SECRETS_MANAGER, value },
    ]),
  );
}

/** The resource that aws-cdk-lib lets a build read for a secret: by its complete ARN, or by its name with any ending. */
function secretArn(scope: IConstruct, secret: string): string {
  const { partition, region, account } = Stack.of(scope);
  return secret.startsWith('arn:')
    ? `${secret}*`
    : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
}
