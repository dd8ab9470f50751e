import { Duration } from 'aws-cdk-lib';
import { Cache, ComputeType, LocalCacheMode } from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CodeBuildStep, type FileSet, type IFileSetProducer, type Step } from 'aws-cdk-lib/pipelines';
import type { Configuration } from '../config/load';
import { acknowledge, wildcard } from '../lib/acknowledge';
import { readBuildspec } from '../lib/buildspec';
import { SERVICES, type ServiceName } from '../lib/images';
import type { BaseImages } from './base-images';
import type { ImageRepositories } from './image-repositories';

/** The tests of each component: in the pipeline, and of a pull request. */
export const COMPONENT_TESTS = [
  { id: 'ApiTest', component: 'api', buildspec: 'api-test' },
  { id: 'LlmTest', component: 'llm', buildspec: 'llm-test' },
  { id: 'WebTest', component: 'web', buildspec: 'web-test' },
  { id: 'ContractTest', component: 'contracts', buildspec: 'contract-test' },
] as const;

/** What the verification reads: the application repository, and the assembly that holds the image tags. */
export interface VerificationProps {
  readonly configuration: Configuration;
  readonly application: IFileSetProducer;
  readonly assembly: FileSet;
  readonly repositories: ImageRepositories;
  readonly baseImages: BaseImages;
}

/** The steps of the stage, and what has to be said about their roles once the pipeline is built. */
export interface Verification {
  readonly steps: Step[];
  /** The web app as it was built for its test: what the environments get where CloudFront serves it. */
  readonly web: FileSet;
  /** The tag of each service's image, known once it is built: a variable of the step that builds it. */
  readonly imageTags: Readonly<Record<ServiceName, string>>;
  readonly acknowledge: () => void;
}

/** Tests of every component and the images of both services: independent of each other, so all at once. */
export function verification(props: VerificationProps): Verification {
  const { configuration, application, assembly, repositories, baseImages } = props;
  const { components, project } = configuration;
  const timeout = Duration.minutes(30);
  const tests = COMPONENT_TESTS.map(
    ({ id, component, buildspec }) =>
      new CodeBuildStep(id, {
        projectName: `${project}-${component}-test`,
        input: application,
        commands: [],
        env: { COMPONENT_DIR: components[component].directory },
        partialBuildSpec: readBuildspec(buildspec),
        ...(component === 'web' ? { primaryOutputDirectory: `${components.web.directory}/build/web` } : {}),
        timeout,
      }),
  );
  const web = tests.find((step) => step.primaryOutput)?.primaryOutput;
  if (!web) throw new Error('the web test has the built app as its output');
  const images = SERVICES.map((service) => {
    const repository = repositories.of[service];
    return new CodeBuildStep(`${service[0]?.toUpperCase() ?? ''}${service.slice(1)}Image`, {
      projectName: `${project}-${service}-image`,
      input: application,
      additionalInputs: { assembly },
      commands: [],
      env: {
        COMPONENT: service,
        COMPONENT_DIR: components[service].directory,
        REPOSITORY_URI: repository.repositoryUri,
        OFFICIAL_IMAGES: `${baseImages.officialPrefix}/docker`,
        ...(baseImages.hubPrefix ? { HUB_IMAGES: baseImages.hubPrefix } : {}),
      },
      partialBuildSpec: readBuildspec('image'),
      buildEnvironment: { privileged: true, computeType: ComputeType.MEDIUM },
      cache: Cache.local(LocalCacheMode.DOCKER_LAYER),
      rolePolicyStatements: [...imagePolicy(repository.repositoryArn), baseImages.policy()],
      timeout,
    });
  });
  return {
    steps: [...tests, ...images],
    web,
    imageTags: Object.fromEntries(
      SERVICES.map((service, at) => [service, images[at]?.exportedVariable('IMAGE_TAG')]),
    ) as Record<ServiceName, string>,
    acknowledge: () => {
      for (const image of images) {
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
