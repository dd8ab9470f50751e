import type { ActionContext } from '../../ports/action';
import { isLambda } from '../project/compute';
import type { BuildRequest } from './build-request';

/** What a started build is, as its variables tell it. */
export interface StartedBuild {
  readonly buildId: string;
  readonly buildNumber: number;
  readonly source: string;
  /** Folders of the further input artifacts, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly temporary: string;
  readonly log: string;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** CodeBuild's own variables (CodeBuild User Guide, "Environment variables in build environments"; CODEBUILD_CI and CODEBUILD_LOG_PATH are seen in builds). */
export function codeBuildVariables(request: BuildRequest, build: StartedBuild): Record<string, string> {
  const { context, project, primary } = request;
  const id = build.buildId.split(':')[1] ?? '';
  const variables: Record<string, string> = {
    CODEBUILD_CI: 'true',
    CODEBUILD_BATCH_BUILD_IDENTIFIER: request.batch?.identifier ?? '',
    CODEBUILD_BUILD_ARN: `${project.arn.replace(':project/', ':build/')}:${id}`,
    CODEBUILD_BUILD_ID: build.buildId,
    CODEBUILD_BUILD_IMAGE: project.image,
    CODEBUILD_BUILD_NUMBER: String(build.buildNumber),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_BUILD_URL: `file://${build.log}`,
    CODEBUILD_INITIATOR: `codepipeline/${context.pipeline.name}`,
    CODEBUILD_KMS_KEY_ID: project.encryptionKey,
    CODEBUILD_LOG_PATH: id,
    CODEBUILD_PROJECT_ARN: project.arn,
    CODEBUILD_PUBLIC_BUILD_URL: '',
    CODEBUILD_SOURCE_REPO_URL: '',
    CODEBUILD_SOURCE_VERSION: sourceVersion(context, primary.name),
    CODEBUILD_SRC_DIR: build.source,
    CODEBUILD_START_TIME: String(build.started),
  };
  // Not set where CodePipeline does not know the revision.
  const commit = context.revisionOf(primary.name)?.commitId;
  if (commit) variables.CODEBUILD_RESOLVED_SOURCE_VERSION = commit;
  for (const [name, at] of Object.entries(build.inputs)) {
    variables[`CODEBUILD_SRC_DIR_${name}`] = at;
    variables[`CODEBUILD_SOURCE_VERSION_${name}`] = sourceVersion(context, name);
  }
  // On Lambda compute HOME is /tmp, the one folder that a build may write to; here it is the build's own.
  if (isLambda(project)) variables.HOME = build.temporary;
  return variables;
}

/** In a pipeline a build's source is an object of the artifact bucket, and so is its version's ARN; a rehearsal has no such bucket. */
function sourceVersion(context: ActionContext, artifact: string): string {
  const { account, region, name } = context.pipeline;
  return `arn:aws:s3:::codepipeline-${region}-${account}/${name.slice(0, 20)}/${artifact.slice(0, 10)}/${context.executionId.slice(0, 7)}`;
}
