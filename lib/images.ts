import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileSystem, IgnoreMode } from 'aws-cdk-lib';
import type { Configuration } from '../config/load';
import { SaiondoError } from '../model/errors';
import { BUILDSPEC_FOLDER } from './buildspec-text';

/** The services that are built into images. */
export const SERVICES = ['api', 'llm'] as const;
/** One of {@link SERVICES}. */
export type ServiceName = (typeof SERVICES)[number];

/** A service's ECR repository: `saiondo/api`. */
export function imageRepositoryName(configuration: Configuration, service: ServiceName): string {
  return `${configuration.project}/${service}`;
}

/** Never part of an image, whatever a checkout has lying about. */
const NEVER = ['node_modules', 'dist', '.venv', '__pycache__', '.pytest_cache', 'reports', '.git'];

/**
 * The tag of each service's image: the fingerprint of its folder, of the specification that builds it, and of the days (`pipeline.recordDays`) after
 * which it is built again on newer base images. A commit that leaves a folder alone leaves its tag alone, and with it every template. Files that the repository's .gitignore names do not count.
 * @param applicationDirectory the checkout of the application repository
 * @param now milliseconds since 1970
 * @throws SaiondoError `COMPONENT_MISSING` where a service's folder is not there
 */
export function imageTags(
  configuration: Configuration,
  applicationDirectory: string,
  now = Date.now(),
): Readonly<Record<ServiceName, string>> {
  const ignored = path.join(applicationDirectory, '.gitignore');
  const exclude = [
    ...NEVER,
    ...(fs.existsSync(ignored)
      ? fs
          .readFileSync(ignored, 'utf8')
          .split('\n')
          .filter((line) => /^[^#\s]/.test(line))
      : []),
  ];
  const buildspec = fs.readFileSync(path.join(BUILDSPEC_FOLDER, 'image.yml'), 'utf8');
  const period = Math.floor(now / 86_400_000 / configuration.pipeline.recordDays);
  const tag = (service: ServiceName): string => {
    const directory = path.join(applicationDirectory, configuration.components[service].directory);
    if (!fs.existsSync(directory)) {
      throw new SaiondoError(
        `the application repository at ${applicationDirectory} has no folder ${configuration.components[service].directory}`,
        {
          code: 'COMPONENT_MISSING',
          where: { file: 'saiondo.yaml', path: `components.${service}.directory` },
          next: 'set SAIONDO_APPLICATION_DIR to a checkout of the application repository, or fix the folder in saiondo.yaml',
        },
      );
    }
    const { dockerfile } = configuration.components[service];
    const content = FileSystem.fingerprint(directory, { exclude, ignoreMode: IgnoreMode.GIT });
    // A Dockerfile of the folder is in the folder's fingerprint; which of them, or a text of the configuration, is not.
    return createHash('sha256')
      .update(JSON.stringify([content, dockerfile, buildspec, period]))
      .digest('hex')
      .slice(0, 32);
  };
  return { api: tag('api'), llm: tag('llm') };
}
