import { BuildSpec } from 'aws-cdk-lib/aws-codebuild';
import { filledBuildspec, type BuildValues } from './buildspec-text';

/**
 * Reads `buildspecs/NAME.yml` and fills in what its component says.
 * @throws SaiondoError `BUILDSPEC_INVALID` with file, line and the nearest known key.
 */
export function readBuildspec(name: string, values: BuildValues = {}): BuildSpec {
  return BuildSpec.fromObject({ ...filledBuildspec(name, values) });
}
