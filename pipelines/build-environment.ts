import { ComputeType, LinuxBuildImage, type BuildEnvironment } from 'aws-cdk-lib/aws-codebuild';

/** What the pipeline's builds and those of pull requests run on, where a build says nothing else. A record of what has passed is of this machine. */
export const BUILD_ENVIRONMENT = {
  buildImage: LinuxBuildImage.STANDARD_7_0,
  computeType: ComputeType.SMALL,
} satisfies BuildEnvironment;
