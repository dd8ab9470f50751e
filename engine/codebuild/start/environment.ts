import { SaiondoError, type Location } from '../../../model/errors';
import type { LocalAws } from '../../ports/local-aws';
import type { NamedSecret } from '../../ports/run-secrets';
import type { Buildspec } from '../spec/buildspec';
import type { Limit } from '../../../model/limit';
import type { Project, ProjectVariable } from '../project/project';
import { DISCOVERY_VARIABLES } from '../reports/report-discovery';

const SETTINGS: ReadonlySet<string> = new Set(DISCOVERY_VARIABLES);

/** The variables that a build starts with. */
export interface BuildVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets that the log never shows, by the names of their variables. */
  readonly secrets: readonly NamedSecret[];
  /** Variables that are never exported: those that come from a secret or a parameter of the project. */
  readonly unexportable: ReadonlySet<string>;
  readonly limits: readonly Limit[];
}

/** Where a variable's value comes from, before it is looked up. */
export interface VariableOrigin {
  /** The text itself, or the name of the parameter or the secret that holds it. */
  readonly value: string;
  readonly type: ProjectVariable['type'];
  /** Of the project or of the action, not of the buildspec. */
  readonly ofProject: boolean;
  readonly where: Location;
}

/**
 * The origin of each of a build's variables by CodeBuild's precedence: what the build is started with over the project over the buildspec
 * (CodeBuild User Guide, "Environment variables in build environments").
 */
export function variableOrigins(
  project: Project,
  buildspec: Buildspec,
  overrides: readonly (ProjectVariable & { readonly where: Location })[],
): { readonly origins: ReadonlyMap<string, VariableOrigin>; readonly limits: readonly Limit[] } {
  const origins = new Map<string, VariableOrigin>();
  const limits: Limit[] = [];
  const put = (name: string, origin: VariableOrigin): void => {
    // CodeBuild's own names, but for those by which a project sets something.
    if (name.startsWith('CODEBUILD_') && !SETTINGS.has(name)) {
      limits.push({
        where: origin.where,
        text: `${name}: names that begin with CODEBUILD_ are CodeBuild’s own; ignored`,
      });
      return;
    }
    origins.set(name, origin);
  };
  for (const [type, section] of [
    ['PLAINTEXT', buildspec.variables],
    ['PARAMETER_STORE', buildspec.parameterStore],
    ['SECRETS_MANAGER', buildspec.secretsManager],
  ] as const) {
    for (const [name, value] of Object.entries(section))
      put(name, { value, type, ofProject: false, where: buildspec.variablePlaces[name] ?? { file: project.name } });
  }
  for (const one of project.variables)
    put(one.name, { ...one, ofProject: true, where: project.place('Environment.EnvironmentVariables') });
  for (const one of overrides) put(one.name, { ...one, ofProject: true });
  return { origins, limits };
}

/**
 * A build's variables. Only the value that wins is looked up. Values are literal: nothing is expanded.
 * @throws SaiondoError with the variable's place where a secret or parameter is missing
 */
export async function resolveVariables(
  local: LocalAws,
  project: Project,
  buildspec: Buildspec,
  overrides: readonly (ProjectVariable & { readonly where: Location })[],
): Promise<BuildVariables> {
  const { origins, limits } = variableOrigins(project, buildspec, overrides);
  const variables: Record<string, string> = {};
  const secrets: NamedSecret[] = [];
  const unexportable = new Set<string>();
  for (const [name, origin] of origins) {
    const value = await lookUp(local, project, name, origin);
    variables[name] = value;
    if (origin.type === 'PLAINTEXT') continue;
    secrets.push({ name, value });
    local.secrets?.add(name, value);
    if (origin.ofProject) unexportable.add(name);
  }
  return { variables, secrets, unexportable, limits };
}

async function lookUp(local: LocalAws, project: Project, name: string, origin: VariableOrigin): Promise<string> {
  const { account, region } = project;
  try {
    switch (origin.type) {
      case 'PLAINTEXT':
        return origin.value;
      case 'PARAMETER_STORE':
        return await local.parameter(account, region, origin.value);
      case 'SECRETS_MANAGER':
        return await local.secret(account, region, origin.value);
      default:
        throw new SaiondoError(`${String(origin.type)} is not a type of an environment variable`, {
          code: 'VARIABLE_INVALID',
          next: 'expected PLAINTEXT, PARAMETER_STORE or SECRETS_MANAGER',
        });
    }
  } catch (cause) {
    if (!(cause instanceof SaiondoError)) throw cause;
    throw new SaiondoError(`the variable ${name}: ${cause.message}`, {
      code: cause.code,
      where: origin.where,
      ...(cause.next ? { next: cause.next } : {}),
      cause,
    });
  }
}
