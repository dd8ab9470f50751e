import { SaiondoError } from '../../model/errors';
import type { StackLedger } from '../ledger';

/** One environment variable of a project or an action (CodeBuild API Reference, EnvironmentVariable). */
export interface ProjectVariable {
  readonly name: string;
  readonly value: string;
  readonly type: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER';
}

/** A CodeBuild project, as far as a build needs it. */
export interface Project {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  /** Inline text, a file of the primary source, or empty for its `buildspec.yml`. */
  readonly buildspec: string;
  readonly variables: readonly ProjectVariable[];
  readonly image: string;
  readonly privileged: boolean;
  readonly timeoutMinutes: number;
  readonly cache: { readonly type: string; readonly modes: readonly string[] };
}

interface ProjectProperties {
  readonly Source?: { readonly BuildSpec?: string };
  readonly Environment?: {
    readonly Image?: string;
    readonly PrivilegedMode?: boolean | string;
    readonly EnvironmentVariables?: readonly {
      readonly Name: string;
      readonly Value: unknown;
      readonly Type?: string;
    }[];
  };
  readonly TimeoutInMinutes?: number | string;
  readonly Cache?: { readonly Type?: string; readonly Modes?: readonly string[] };
}

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
  const properties = found.properties as ProjectProperties;
  const environment = properties.Environment ?? {};
  return {
    name,
    arn: `arn:aws:codebuild:${region}:${account}:project/${name}`,
    account,
    region,
    buildspec: properties.Source?.BuildSpec ?? '',
    variables: (environment.EnvironmentVariables ?? []).map((variable) => ({
      name: variable.Name,
      value: String(variable.Value ?? ''),
      type: (variable.Type ?? 'PLAINTEXT') as ProjectVariable['type'],
    })),
    image: environment.Image ?? '',
    privileged: String(environment.PrivilegedMode) === 'true',
    timeoutMinutes: Number(properties.TimeoutInMinutes ?? 60),
    cache: { type: properties.Cache?.Type ?? 'NO_CACHE', modes: properties.Cache?.Modes ?? [] },
  };
}
