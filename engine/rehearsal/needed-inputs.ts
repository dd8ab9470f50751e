import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import { accountOf, actionPath, type ActionDefinition, type PipelineDefinition } from '../../model/pipeline';
import type { AssemblyStack } from '../assembly/assembly';
import { givenParameters } from '../assembly/stack-parameters';
import { dynamicReferencesOf } from '../cloudformation/template/dynamic-references';
import { findProject, type Project } from '../codebuild/project/project';
import type { Buildspec } from '../codebuild/spec/buildspec';
import { parseBuildspec } from '../codebuild/spec/parse-buildspec';
import { inlineBuildspec } from '../codebuild/start/buildspec-source';
import { secretName, type AccountInputs } from '../ports/account-inputs';
import type { StackLedger } from '../ports/ledger';
import type { SourceRepositories } from '../ports/sources';

/** Something that an app needs of its account, and that a person gives for a rehearsal. */
export interface NeededInput {
  readonly kind: 'parameter' | 'parameter-store' | 'secret' | 'source';
  /** Of a stack parameter `STACK:NAME`, or NAME where one stack alone has it; of a source what `--source` calls it; of a secret its name without the six characters of an ARN. */
  readonly name: string;
  /** What needs it: an action, or a template's place. */
  readonly by: string;
}

/** What every account has without anybody's doing: AWS's public parameters, and what `cdk bootstrap` and cross-region references leave there. */
const ALWAYS_THERE = /^(\/?aws\/|\/cdk-bootstrap\/|\/cdk\/exports\/)/;

/** The stack parameters without a value, of the stacks that are deployed before the pipeline starts. */
export function neededParameters(
  stacks: readonly AssemblyStack[],
  inputs: Pick<AccountInputs, 'parameters'>,
  ledger: StackLedger,
): NeededInput[] {
  return stacks.flatMap((stack) => {
    const { account, region, stackName, template } = stack;
    const given = givenParameters(stack, inputs, ledger.get(account, region, stackName));
    return Object.entries(template.Parameters ?? {})
      .filter(([name, { Default }]) => given[name] === undefined && Default === undefined)
      .map(([name]) => ({
        kind: 'parameter' as const,
        name: nameAmong(stacks, stack, name),
        by: `stack ${stackName}`,
      }));
  });
}

/** How a stack's parameter is called among those of other stacks: by its name, where it is the only one. */
export function nameAmong(stacks: readonly AssemblyStack[], stack: AssemblyStack, name: string): string {
  const others = stacks.filter((one) => one !== stack && Object.hasOwn(one.template.Parameters ?? {}, name));
  return others.length > 0 ? `${stack.stackName}:${name}` : name;
}

/** The repositories of a pipeline's sources that nothing on this machine stands in for. */
export function sourceInputs(pipeline: PipelineDefinition, sources: SourceRepositories): NeededInput[] {
  return pipeline.stages.flatMap((stage) =>
    stage.actions.flatMap((action) => {
      const { FullRepositoryId, Owner = '', Repo = '', RepositoryName } = action.configuration;
      const names: Readonly<Record<string, string | undefined>> = {
        CodeStarSourceConnection: FullRepositoryId,
        GitHub: `${Owner}/${Repo}`,
        CodeCommit: RepositoryName,
      };
      const name = action.category === 'Source' ? names[action.provider] : undefined;
      if (name === undefined || sources.has(name)) return [];
      return [{ kind: 'source' as const, name, by: actionPath(stage.name, action.name) }];
    }),
  );
}

/** What templates read of the parameter store and of secrets, and do not make themselves. */
export function templateInputs(
  stacks: readonly AssemblyStack[],
  inputs: Pick<AccountInputs, 'parameters'>,
  ledger: StackLedger,
): NeededInput[] {
  return stacks.flatMap((stack) => {
    const { account, region, stackName, template } = stack;
    const given = givenParameters(stack, inputs, ledger.get(account, region, stackName));
    const parameters = Object.entries(template.Parameters ?? {})
      .filter(([, { Type }]) => /^AWS::SSM::Parameter::(Value|Name)/.test(Type))
      .map(([name, { Default }]) => given[name] ?? Default)
      .filter((name) => name !== undefined)
      .map((name) => ({ kind: 'parameter-store' as const, name: String(name), by: `stack ${stackName}` }));
    const references = Object.entries(template.Resources ?? {})
      // A pipeline's own source needs no token here, and a webhook no secret: its source is on this machine.
      .filter(([, { Type }]) => !Type.startsWith('AWS::CodePipeline::'))
      .flatMap(([logicalId, { Properties }]) =>
        dynamicReferencesOf(literalsOf(Properties, stack)).found.map(({ service, reference }) => ({
          kind: service === 'secretsmanager' ? ('secret' as const) : ('parameter-store' as const),
          name: service === 'secretsmanager' ? secretOf(reference) : (reference.split(':')[0] ?? ''),
          by: `stack ${stackName}, ${logicalId}`,
        })),
      );
    return [...parameters, ...references];
  });
}

/** What the builds of a pipeline read: of projects that are deployed, as far as their buildspec is in the project or in a source that is here. */
export function buildInputs(
  pipeline: PipelineDefinition,
  ledger: StackLedger,
  sources: SourceRepositories,
): NeededInput[] {
  return pipeline.stages.flatMap((stage) =>
    stage.actions.flatMap((action) => {
      const by = actionPath(stage.name, action.name);
      const own = [...variablesIn(action.configuration.EnvironmentVariables), ...(action.environmentVariables ?? [])];
      const project = action.provider === 'CodeBuild' ? projectOf(action, pipeline, ledger) : undefined;
      const buildspec = project && buildspecOf(project, action, sources);
      return [
        ...inputsOf([...own, ...(project?.variables ?? [])], by),
        ...Object.values(buildspec?.parameterStore ?? {}).map((name) => storeInput(name, by)),
        ...Object.values(buildspec?.secretsManager ?? {}).map((name) => secretInput(name, by)),
      ];
    }),
  );
}

/** Those of the needed inputs that nobody gives: not the person, not an earlier run, no stack of the app, not AWS. Each once. */
export function missingInputs(
  needed: readonly NeededInput[],
  given: {
    readonly inputs: AccountInputs;
    /** Whether the machine keeps a value from an earlier run. */
    readonly kept: (kind: 'parameter-store' | 'secret', name: string) => boolean;
    readonly stacks: readonly AssemblyStack[];
  },
): NeededInput[] {
  const made = new Set(given.stacks.flatMap((stack) => namesMade(stack)));
  const secrets = new Set(Object.keys(given.inputs.secrets).map(secretName));
  const seen = new Set<string>();
  return needed.filter(({ kind, name }) => {
    const key = `${kind} ${name}`;
    if (seen.has(key) || name === '') return false;
    seen.add(key);
    if (kind === 'parameter' || kind === 'source') return true;
    // A name that holds a variable, or what a stack made up, is made by the app itself.
    if (ALWAYS_THERE.test(name) || made.has(key) || name.includes('#{') || name.includes('\0')) return false;
    if (given.kept(kind, name)) return false;
    return kind === 'secret' ? !secrets.has(name) : given.inputs.parameterStore[name] === undefined;
  });
}

/** How a person gives an input: the option, with VALUE to be filled in. */
export function optionFor({ kind, name }: NeededInput): string {
  const quoted = /^[\w./:@-]+$/.test(name) ? name : `'${name}'`;
  return `--${kind} ${quoted}=${kind === 'source' ? 'PATH' : 'VALUE'}`;
}

const SECTIONS = {
  parameter: 'parameters',
  'parameter-store': 'parameterStore',
  secret: 'secrets',
  source: 'sources',
} as const;

/** The same as lines of the inputs file. */
export function fileLinesFor(missing: readonly NeededInput[]): string[] {
  return Object.entries(SECTIONS).flatMap(([kind, section]) => {
    const names = missing.filter((one) => one.kind === kind).map(({ name }) => name);
    const value = kind === 'source' ? 'PATH' : 'VALUE';
    return names.length === 0 ? [] : [`${section}:`, ...names.map((name) => `  ${JSON.stringify(name)}: ${value}`)];
  });
}

function inputsOf(
  variables: readonly { readonly type?: string | undefined; readonly value: string }[],
  by: string,
): NeededInput[] {
  return variables.flatMap(({ type, value }) => {
    if (type === 'PARAMETER_STORE') return [storeInput(value, by)];
    return type === 'SECRETS_MANAGER' ? [secretInput(value, by)] : [];
  });
}

function storeInput(name: string, by: string): NeededInput {
  return { kind: 'parameter-store', name, by };
}

function secretInput(reference: string, by: string): NeededInput {
  return { kind: 'secret', name: secretOf(reference), by };
}

/** `id:key:stage:version`, where the id may be an ARN. */
function secretOf(reference: string): string {
  const [arn] = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]*/.exec(reference) ?? [];
  return secretName(arn ?? reference.split(':')[0] ?? '');
}

function variablesIn(text: string | undefined): { type?: string; value: string }[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? (list as { type?: string; value: string }[]) : [];
  } catch {
    return [];
  }
}

function projectOf(action: ActionDefinition, pipeline: PipelineDefinition, ledger: StackLedger): Project | undefined {
  try {
    return findProject(ledger, action.configuration.ProjectName ?? '', accountOf(action, pipeline), action.region);
  } catch (error) {
    if (error instanceof SaiondoError) return undefined;
    throw error;
  }
}

function buildspecOf(project: Project, action: ActionDefinition, sources: SourceRepositories): Buildspec | undefined {
  const given = action.configuration.BuildspecOverride ?? project.buildspec;
  try {
    const inline = inlineBuildspec(project, given);
    if (inline) return inline.buildspec;
    const file = given || 'buildspec.yml';
    const folder = [...sources.values()].find((one) => fs.existsSync(path.join(one.path, file)));
    return folder && parseBuildspec(fs.readFileSync(path.join(folder.path, file), 'utf8'), file);
  } catch {
    // A wrong buildspec fails its action, which says what is wrong with it.
    return undefined;
  }
}

/** `secret NAME`, `parameter-store NAME` of what a template makes under a name that it gives. */
function namesMade({ template }: AssemblyStack): string[] {
  return Object.values(template.Resources ?? {}).flatMap(({ Type, Properties = {} }) => {
    const { Name } = Properties;
    if (typeof Name !== 'string') return [];
    if (Type === 'AWS::SSM::Parameter') return [`parameter-store ${Name}`];
    return Type === 'AWS::SecretsManager::Secret' ? [`secret ${Name}`] : [];
  });
}

/** The texts of a value, joined; a token that only a deployment fills in leaves a NUL in its place. */
function literalsOf(value: unknown, stack: AssemblyStack): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one) => literalsOf(one, stack)).join('\n');
  if (value === null || typeof value !== 'object') return '';
  const [[key, inner] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && key === 'Ref') return pseudo(String(inner), stack);
  if (more.length === 0 && key === 'Fn::Join' && Array.isArray(inner) && Array.isArray(inner[1]))
    return inner[1].map((one) => literalsOf(one, stack)).join(String(inner[0]));
  if (more.length === 0 && key.startsWith('Fn::') && key !== 'Fn::If')
    return key === 'Fn::Sub' ? literalsOf(inner, stack) : '\0';
  return Object.values(value)
    .map((one) => literalsOf(one, stack))
    .join('\n');
}

function pseudo(name: string, { account, region, stackName }: AssemblyStack): string {
  const known: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::StackName': stackName,
  };
  return known[name] ?? '\0';
}
