import { replacementOf } from '../../engine/cloudformation/template/resource-schema';
import type { Aws } from '../../operator/aws';
import { commitLog } from '../../operator/commit-log';
import type { DifferenceTools } from '../../operator/promotion/difference.describer';
import { folderArtifacts } from '../../operator/promotion/folder-artifacts';
import { s3Artifacts } from '../../operator/promotion/s3-artifacts';
import { runOfExecution } from './run-of-execution';
import type { Target } from '../target/target';

/** What two executions of a target are compared with: artifacts in S3 or in the rehearsal's folders, commits of the checkouts here. */
export function differenceTools(
  target: Target,
  aws: Aws<'getObject'>,
  images?: Aws<'describeImages'>,
): DifferenceTools {
  const { rehearsal, configuration, home } = target;
  return {
    home,
    commits: commitLog(target.checkouts),
    replacementOf,
    artifacts: rehearsal
      ? folderArtifacts((executionId, name) => {
          const run = runOfExecution(rehearsal.layout, executionId);
          return run && rehearsal.layout.artifact(run, executionId, name);
        })
      : s3Artifacts(aws()),
    ...(configuration && !rehearsal && images
      ? {
          digest: async (service, imageTag) => {
            const repositoryName = `${configuration.project}/${service}`;
            const { imageDetails } = await images().describeImages({ repositoryName, imageIds: [{ imageTag }] });
            return imageDetails?.[0]?.imageDigest;
          },
        }
      : {}),
  };
}
