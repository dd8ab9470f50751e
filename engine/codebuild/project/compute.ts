import { SaiondoError } from '../../../model/errors';
import type { Buildspec } from '../spec/buildspec';
import type { Limit } from '../../../model/limit';
import { BUILDSPEC_PHASES } from '../spec/buildspec';
import { isCodeBuildImage } from './image';
import type { Project } from './project';

/** CodeBuild's own build timeout, in minutes, where a project names none. */
const DEFAULT_TIMEOUT = 60;
/** Lambda compute ends every build after so many minutes (CodeBuild User Guide, "Limitations of AWS Lambda compute"). */
const LAMBDA_TIMEOUT = 15;

/** Properties of a project that make no difference to a build of a pipeline, here as there. */
const WITHOUT_EFFECT: readonly string[] = [
  'Artifacts', 'BadgeEnabled', 'BuildBatchConfig', 'Cache', 'ConcurrentBuildLimit', 'Description', 'EncryptionKey', 'Environment',
  'LogsConfig', 'Name', 'QueuedTimeoutInMinutes', 'ResourceAccessRole', 'SecondaryArtifacts', 'ServiceRole', 'Source',
  'Tags', 'TimeoutInMinutes', 'Visibility',
]; // prettier-ignore

/** Least and most minutes of a build and of its wait for capacity (CodeBuild User Guide, "Quotas"; API Reference, CreateProject). */
const RANGES = [
  ['TimeoutInMinutes', 5, 2160],
  ['QueuedTimeoutInMinutes', 5, 480],
] as const;

/** What a rehearsal does otherwise with a property. */
const PROPERTIES: Readonly<Record<string, string>> = {
  AutoRetryLimit: 'CodeBuild does not retry builds of a pipeline by itself, and neither does this',
  FileSystemLocations: 'file systems are not mounted',
  SecondarySources: 'a build of a pipeline gets the action’s input artifacts, not the project’s secondary sources',
  SecondarySourceVersions:
    'a build of a pipeline gets the action’s input artifacts, not the project’s secondary sources',
  SourceVersion: 'a build of a pipeline gets the action’s input artifacts, not a version of the project’s source',
  Triggers: 'webhooks start no build here',
  VpcConfig: 'the build runs in this machine’s network, not in the VPC',
};

/** Whether a build runs on Lambda compute. */
export function isLambda(project: Project): boolean {
  return /^(LINUX|ARM)_LAMBDA_CONTAINER$/.test(project.environmentType);
}

/** Minutes until a build times out. */
export function timeoutOf(project: Project): number {
  return project.timeoutMinutes ?? (isLambda(project) ? LAMBDA_TIMEOUT : DEFAULT_TIMEOUT);
}

/** Minutes that a build waits for capacity at most (API Reference, CreateProject, queuedTimeoutInMinutes: 480 where a project names none). */
export function queuedTimeoutOf(project: Project): number {
  return Number(project.properties.QueuedTimeoutInMinutes ?? 480);
}

/** Whether CodeBuild follows a phase's `on-failure` with this compute (CodeBuild User Guide, "phases/*\/on-failure"). */
export function followsOnFailure(project: Project): boolean {
  return (
    !isLambda(project) && fleetOf(project) === undefined && (project.image === '' || isCodeBuildImage(project.image))
  );
}

/** Operating systems that a rehearsal has not: the build is not rehearsed. */
export function otherSystem(project: Project): string | undefined {
  return /WINDOWS|MAC_ARM/.test(project.environmentType) ? project.environmentType : undefined;
}

/**
 * What AWS refuses to create with Lambda compute (CodeBuild User Guide, "Limitations of AWS Lambda compute").
 * @throws SaiondoError `PROJECT_INVALID`
 */
export function checkLambda(project: Project): void {
  if (!isLambda(project)) return;
  const { properties } = project;
  const refused = [
    project.privileged ? 'Environment.PrivilegedMode' : undefined,
    project.cache.type === 'NO_CACHE' ? undefined : 'Cache',
    ...['TimeoutInMinutes', 'QueuedTimeoutInMinutes', 'VpcConfig', 'FileSystemLocations'].filter(
      (name) => properties[name] !== undefined,
    ),
    String(properties.BadgeEnabled) === 'true' ? 'BadgeEnabled' : undefined,
  ].find((name) => name !== undefined);
  if (refused)
    throw new SaiondoError(`Lambda compute (${project.environmentType}) takes no ${refused}`, {
      code: 'PROJECT_INVALID',
      where: project.place(refused),
      next: 'see "Limitations of AWS Lambda compute" of the CodeBuild User Guide',
    });
}

/** What of a project a rehearsal does otherwise, each with its place: nothing is ignored silently. */
export function projectLimits(project: Project, buildspec: Buildspec): Limit[] {
  const { properties } = project;
  const limits: Limit[] = [];
  for (const name of Object.keys(properties)) {
    if (WITHOUT_EFFECT.includes(name)) continue;
    limits.push({
      where: project.place(name),
      text: `${project.name}: ${PROPERTIES[name] ?? `the property ${name} is not followed`}`,
    });
  }
  for (const [name, least, most] of RANGES) {
    const value = properties[name];
    if (value !== undefined && (Number(value) < least || Number(value) > most))
      limits.push({
        where: project.place(name),
        text: `${project.name}: ${name} is ${String(value)}; CodeBuild takes ${least} to ${most} and refuses the project`,
      });
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$/.test(project.name))
    limits.push({
      where: project.place('Name'),
      text: `${project.name}: a project’s name has 2 to 150 of A-Z, a-z, 0-9 and _-; CodeBuild refuses it`,
    });
  if (project.cache.type === 'LOCAL' && properties.VpcConfig !== undefined)
    limits.push({
      where: project.place('Cache'),
      text: `${project.name}: CodeBuild has no local cache for a build in a VPC; here there is one`,
    });
  const environment = (properties.Environment ?? {}) as Record<string, unknown>;
  for (const [name, text] of [
    ['Fleet', 'no reserved capacity here: the build runs on this machine'],
    ['DockerServer', 'no Docker server of its own: this machine’s container engine builds'],
    ['Certificate', 'the certificate is not installed'],
  ] as const)
    if (environment[name] !== undefined)
      limits.push({ where: project.place(`Environment.${name}`), text: `${project.name}: ${text}` });
  if (/^ARM_|_GPU_/.test(project.environmentType))
    limits.push({
      where: project.place('Environment.Type'),
      text: `${project.name}: ${project.environmentType} is another processor than this machine may have`,
    });
  if (isLambda(project))
    limits.push({
      where: project.place('Environment.Type'),
      text: `${project.name}: on Lambda compute a build is not root, writes below /tmp only and has no Docker; here nothing keeps it from that`,
    });
  if (!followsOnFailure(project))
    for (const name of BUILDSPEC_PHASES) {
      const { onFailure } = buildspec.phases[name] ?? {};
      if (onFailure)
        limits.push({
          where: onFailure.where,
          text: 'on-failure works with CodeBuild’s own images on EC2 compute only: the phase fails as if it were not there',
        });
    }
  return limits;
}

function fleetOf(project: Project): unknown {
  return ((project.properties.Environment ?? {}) as Record<string, unknown>).Fleet;
}
