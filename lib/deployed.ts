import type { Configuration } from '../config/load';

/** What the tag of an image that an environment runs begins with: `in-use-dev`. The pipeline moves it after each deployment that answered its smoke test. */
export const IN_USE_TAG = 'in-use-';

/** The parameter, in the pipeline's account, that says which commits run in an environment: JSON `{"application", "pipeline"}`, and the digests of what was carried there. */
export function deployedParameterName(configuration: Configuration, name: 'dev' | 'prod'): string {
  return `/${configuration.project}/pipeline/${name}/deployed`;
}
