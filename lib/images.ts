import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ServiceComponent } from '../config/component.schema';
import type { Configuration } from '../config/load';
import { SaiondoError } from '../model/errors';
import { filledBuildspec } from './buildspec-text';
import { folderFingerprint } from './folder-fingerprint';

/** The services that are built into images. */
export const SERVICES = ['api', 'llm'] as const;
/** One of {@link SERVICES}. */
export type ServiceName = (typeof SERVICES)[number];
/** The tag of each service's image, by the service; an application without an llm has none of it. */
export type ImageTags = Readonly<Partial<Record<ServiceName, string>>>;

/** The services that an application has: the api, and the llm where there is one. */
export function servicesOf({ components }: Pick<Configuration, 'components'>): readonly ServiceName[] {
  return SERVICES.filter((service) => components[service] !== undefined);
}

/** The tag of a service that is there. */
export function imageTagOf(tags: ImageTags, service: ServiceName): string {
  const tag = tags[service];
  if (tag === undefined) throw new Error(`every service of the application has an image: ${service}`);
  return tag;
}

/** A service's ECR repository: `saiondo/api`. */
export function imageRepositoryName(configuration: Configuration, service: ServiceName): string {
  return `${configuration.project}/${service}`;
}

/**
 * The tag of each service's image: the fingerprint of its folder, of the specification that builds it with its scripts, and of the days (`pipeline.recordDays`) after
 * which it is built again on newer base images. A commit that leaves a folder alone leaves its tag alone, and with it every template.
 * @param applicationDirectory the checkout of the application repository
 * @param now milliseconds since 1970
 * @throws SaiondoError `COMPONENT_MISSING` where a service's folder is not there
 */
export function imageTags(configuration: Configuration, applicationDirectory: string, now = Date.now()): ImageTags {
  // With the scripts that its commands call.
  const buildspec = filledBuildspec('image');
  const period = Math.floor(now / 86_400_000 / configuration.pipeline.recordDays);
  const tag = (service: ServiceName, component: ServiceComponent): string => {
    const { directory: own, context = own } = component;
    const directory = path.join(applicationDirectory, context);
    if (!fs.existsSync(directory)) {
      throw new SaiondoError(`the application repository at ${applicationDirectory} has no folder ${context}`, {
        code: 'COMPONENT_MISSING',
        where: { file: 'saiondo.yaml', path: `components.${service}.${context === own ? 'directory' : 'context'}` },
        next: 'set SAIONDO_APPLICATION_DIR to a checkout of the application repository, or fix the folder in saiondo.yaml',
      });
    }
    const { dockerfile } = component;
    const content = folderFingerprint(directory);
    // A Dockerfile of the folder is in the folder's fingerprint; which of them, or a text of the configuration, is not.
    return createHash('sha256')
      .update(JSON.stringify([content, dockerfile, buildspec, period]))
      .digest('hex')
      .slice(0, 32);
  };
  const { api, llm } = configuration.components;
  return { api: tag('api', api), ...(llm ? { llm: tag('llm', llm) } : {}) };
}
