import { SaiondoError, type Location } from '../../../model/errors';
import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import { allDependenciesOf, type Template } from '../../cloudformation/template/template';
import type { OriginalFile } from '../spec/buildspec-document';

/** One environment variable of a project or an action (CodeBuild API Reference, EnvironmentVariable). */
export interface ProjectVariable {
  readonly name: string;
  readonly value: string;
  readonly type: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER';
}

/**
 * The key of a project's template `Metadata` that tells which file of a repository its inline buildspec was made of:
 * `{ "file": "path in the repository", "content": "the file's text" }`. Any app may write it; without it, places are the inline text's.
 */
export const BUILDSPEC_SOURCE_METADATA = 'codebuild:buildspec-source';

/** A CodeBuild project, as far as a build needs it (CloudFormation, AWS::CodeBuild::Project). */
export interface Project {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  /** Inline text, a file of the primary source, an S3 ARN, or empty for the source's `buildspec.yml`. */
  readonly buildspec: string;
  /** The file that an inline buildspec was made of. */
  readonly buildspecSource?: OriginalFile;
  readonly variables: readonly ProjectVariable[];
  readonly image: string;
  /** `LINUX_CONTAINER`, `ARM_LAMBDA_CONTAINER`, … */
  readonly environmentType: string;
  readonly privileged: boolean;
  /** Undefined where the template says nothing. */
  readonly timeoutMinutes: number | undefined;
  readonly encryptionKey: string;
  readonly cache: CacheSettings;
  readonly batch?: BatchSettings;
  /** What its template lets it depend on and this rehearsal has not: a build of it would meet nothing there. */
  readonly unavailable: readonly UnavailableResource[];
  /** Every property as it was deployed. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The place of a property. */
  readonly place: (property: string) => Location;
}

/** A resource that was not rehearsed. */
export interface UnavailableResource {
  readonly logicalId: string;
  /** The tool that this machine lacks for it, else its type. */
  readonly missing: string;
}

/** Where a project keeps its cache. */
export interface CacheSettings {
  readonly type: 'NO_CACHE' | 'S3' | 'LOCAL';
  readonly modes: readonly string[];
  readonly location: string;
  readonly namespace: string;
}

/** How a project runs batches (CodeBuild API Reference, ProjectBuildBatchConfig). */
export interface BatchSettings {
  readonly serviceRole: string;
  readonly combineArtifacts: boolean;
  readonly maximumBuilds: number | undefined;
  readonly timeoutMinutes: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;
const map = (value: unknown): Json => (value !== null && typeof value === 'object' ? (value as Json) : {});
const flag = (value: unknown): boolean => String(value) === 'true';
const number = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

/**
 * The project that an action names, in the account in which the action acts.
 * @throws SaiondoError `PROJECT_MISSING` naming the projects that there are
 */
export function findProject(ledger: StackLedger, name: string, account: string, region: string): Project {
  const projects = ledger.resources('AWS::CodeBuild::Project', account, region);
  const found = projects.find((project) => project.physicalId === name);
  if (!found) {
    throw new SaiondoError(`account ${account} has no CodeBuild project ${name}`, {
      code: 'PROJECT_MISSING',
      next: `its projects: ${projects.map((project) => project.physicalId).join(', ') || 'none'}`,
    });
  }
  return readProject(found, account, region);
}

/** A deployed project. */
export function readProject(resource: ResourceOfStack, account: string, region: string): Project {
  const { properties } = resource;
  const environment = map(properties.Environment);
  const cache = map(properties.Cache);
  const source = buildspecSource(resource);
  const batch = properties.BuildBatchConfig === undefined ? undefined : map(properties.BuildBatchConfig);
  return {
    name: resource.physicalId,
    arn: `arn:aws:codebuild:${region}:${account}:project/${resource.physicalId}`,
    account,
    region,
    buildspec: String(map(properties.Source).BuildSpec ?? ''),
    ...(source ? { buildspecSource: source } : {}),
    variables: (Array.isArray(environment.EnvironmentVariables) ? environment.EnvironmentVariables : []).map((one) => {
      const variable = map(one);
      return {
        name: String(variable.Name),
        value: String(variable.Value ?? ''),
        type: String(variable.Type ?? 'PLAINTEXT') as ProjectVariable['type'],
      };
    }),
    image: String(environment.Image ?? ''),
    environmentType: String(environment.Type ?? 'LINUX_CONTAINER'),
    privileged: flag(environment.PrivilegedMode),
    timeoutMinutes: number(properties.TimeoutInMinutes),
    encryptionKey: String(properties.EncryptionKey ?? `arn:aws:kms:${region}:${account}:alias/aws/s3`),
    cache: {
      type: String(cache.Type ?? 'NO_CACHE') as CacheSettings['type'],
      modes: Array.isArray(cache.Modes) ? cache.Modes.map(String) : [],
      location: String(cache.Location ?? ''),
      namespace: String(cache.CacheNamespace ?? ''),
    },
    ...(batch
      ? {
          batch: {
            serviceRole: String(batch.ServiceRole ?? ''),
            combineArtifacts: flag(batch.CombineArtifacts),
            maximumBuilds: number(map(batch.Restrictions).MaximumBuildsAllowed),
            timeoutMinutes: number(batch.TimeoutInMins),
          },
        }
      : {}),
    unavailable: unavailableTo(resource),
    properties,
    place: (property) => ({
      file: resource.stack.stackName,
      path: `Resources.${resource.logicalId}.Properties.${property}`,
    }),
  };
}

function unavailableTo({ stack, logicalId }: ResourceOfStack): UnavailableResource[] {
  const open = Object.values(stack.resources).filter((one) => one.notRehearsed);
  if (open.length === 0) return [];
  const dependencies = allDependenciesOf(stack.template as unknown as Template, logicalId);
  return open
    .filter((one) => dependencies.has(one.logicalId))
    .map((one) => ({ logicalId: one.logicalId, missing: one.missing ?? one.type }));
}

function buildspecSource(resource: ResourceOfStack): OriginalFile | undefined {
  const template = map(map(resource.stack.template.Resources)[resource.logicalId]);
  const { file, content } = map(map(template.Metadata)[BUILDSPEC_SOURCE_METADATA]);
  return typeof file === 'string' && typeof content === 'string' ? { file, content } : undefined;
}
