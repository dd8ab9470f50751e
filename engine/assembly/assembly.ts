import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Template } from '../cloudformation/template/template';
import { parseTemplate } from '../cloudformation/template/template-file';
import { nestedFolder, ownPath } from './own-paths';
import { refuseUnknownRegion } from './regions';

/** A stack of a cloud assembly. */
export interface AssemblyStack {
  /** Its artifact's id in the manifest. */
  readonly id: string;
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  /** Path of the template, absolute. */
  readonly templateFile: string;
  readonly template: Template;
  /** Stack-level tags, as `cdk deploy` gives them. */
  readonly tags: Readonly<Record<string, string>>;
  /** Values of its parameters that the app gives (`StackProps`, legacy exports). */
  readonly parameters: Readonly<Record<string, string>>;
  /** Ids of the stacks of the same manifest that are deployed before it. */
  readonly dependsOn: readonly string[];
  /** Path of the manifest of its assets, absolute, where it has assets. */
  readonly assetManifest?: string;
}

/** The account and region of stacks that the app leaves open, as `cdk deploy` takes them from the person's profile. */
export interface Place {
  readonly account?: string;
  readonly region?: string;
}

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly environment?: string;
        readonly displayName?: string;
        readonly dependencies?: readonly string[];
        readonly properties?: {
          readonly templateFile?: string;
          readonly stackName?: string;
          readonly directoryName?: string;
          readonly tags?: Readonly<Record<string, string>>;
          readonly parameters?: Readonly<Record<string, string>>;
          /** Of an asset manifest. */
          readonly file?: string;
        };
      }
    >
  >;
}

/** What stands in for an account or region that neither the app nor the person names. */
export const UNKNOWN_PLACE = { account: '000000000000', region: 'us-east-1' } as const;

/**
 * Reads a cloud assembly with its nested ones (`aws-cdk-lib/cloud-assembly-schema`).
 * @param place of the stacks that the app leaves open
 * @throws SaiondoError `ASSEMBLY_INVALID`, `REGION_UNKNOWN`
 */
export function readAssembly(directory: string, place: Place = {}): AssemblyStack[] {
  if (place.region !== undefined) refuseUnknownRegion(place.region);
  const stacks = stacksIn(directory, place);
  const account = place.account ?? accountOfServiceRoles(stacks);
  return account === undefined
    ? stacks
    : stacks.map((stack) => (stack.account === UNKNOWN_PLACE.account ? { ...stack, account } : stack));
}

/** Properties that name a role which its service takes from the stack's own account only (CodeBuild: "Service role account ID does not match caller's account"; `iam:PassRole`). */
const SERVICE_ROLES: Readonly<Record<string, string>> = {
  'AWS::CodeBuild::Project': 'ServiceRole',
  'AWS::CodePipeline::Pipeline': 'RoleArn',
  'AWS::Lambda::Function': 'Role',
};

/** The account that an app which leaves it open can only be meant for: the one whose roles its stacks give to their own services. Undefined for none or several. */
function accountOfServiceRoles(stacks: readonly AssemblyStack[]): string | undefined {
  const named = stacks
    .filter(({ account }) => account === UNKNOWN_PLACE.account)
    .flatMap(({ template }) => Object.values(template.Resources ?? {}))
    .flatMap(({ Type, Properties }) => {
      const role = SERVICE_ROLES[Type];
      return /:iam::(\d{12}):role\//.exec(role === undefined ? '' : flatten(Properties?.[role]))?.[1] ?? [];
    });
  const [first, ...others] = new Set(named.length > 0 ? named : accountsOfConnections(stacks));
  return others.length === 0 ? first : undefined;
}

/** The accounts of the connections that pipelines of open stacks take their sources by: a pipeline uses those of its own account (CodePipeline User Guide, "CodeStarSourceConnection"). */
function accountsOfConnections(stacks: readonly AssemblyStack[]): string[] {
  return stacks
    .filter(({ account }) => account === UNKNOWN_PLACE.account)
    .flatMap(({ template }) => Object.values(template.Resources ?? {}))
    .filter(({ Type }) => Type === 'AWS::CodePipeline::Pipeline')
    .flatMap(({ Properties }) => [...JSON.stringify(Properties?.Stages ?? []).matchAll(CONNECTION)])
    .flatMap(([, account]) => account ?? []);
}
const CONNECTION = /"ConnectionArn":"arn:[\w-]+:(?:codestar-connections|codeconnections):[\w-]+:(\d{12}):/g;

/** The account that stands in for one that the app leaves open and the person does not name. */
export function assumedAccount(directory: string): string {
  return accountOfServiceRoles(stacksIn(directory, {})) ?? UNKNOWN_PLACE.account;
}

function stacksIn(directory: string, place: Place): AssemblyStack[] {
  const artifacts = readManifest(directory).artifacts ?? {};
  const manifest = path.join(directory, 'manifest.json');
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    const { type, properties = {}, environment = '', dependencies = [] } = artifact;
    if (type === 'cdk:cloud-assembly') return stacksIn(nestedFolder(manifest, properties.directoryName ?? ''), place);
    if (type !== 'aws:cloudformation:stack') return [];
    const templateFile = ownPath(manifest, properties.templateFile ?? '', 'file');
    const [, account = '', region = ''] = /^aws:\/\/([^/]*)\/(.*)$/.exec(environment) ?? [];
    if (region && !region.startsWith('unknown')) refuseUnknownRegion(region, { manifest, artifact: id });
    const assets = dependencies.find((one) => artifacts[one]?.type === 'cdk:asset-manifest');
    const assetManifest = assets === undefined ? undefined : artifacts[assets]?.properties?.file;
    return [
      {
        id,
        stackName: properties.stackName ?? id,
        account: /^\d{12}$/.test(account) ? account : (place.account ?? UNKNOWN_PLACE.account),
        region: region && !region.startsWith('unknown') ? region : (place.region ?? UNKNOWN_PLACE.region),
        templateFile,
        template: parseTemplate(fs.readFileSync(templateFile, 'utf8'), path.basename(templateFile)),
        tags: properties.tags ?? {},
        parameters: properties.parameters ?? {},
        dependsOn: dependencies.filter((one) => artifacts[one]?.type === 'aws:cloudformation:stack'),
        ...(assetManifest === undefined ? {} : { assetManifest: ownPath(manifest, assetManifest, 'file') }),
      },
    ];
  });
}

function readManifest(directory: string): Manifest {
  const file = path.join(directory, 'manifest.json');
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest;
  } catch (cause) {
    throw new SaiondoError(`${directory} holds no cloud assembly`, {
      code: 'ASSEMBLY_INVALID',
      where: { file },
      next: 'run cdk synth, or name its output with --assembly',
      cause,
    });
  }
}

/** Whether an assembly has a stack whose account or region the app leaves open. */
export function leavesOpen(directory: string): { account: boolean; region: boolean } {
  const open = { account: false, region: false };
  for (const { type, environment = '', properties } of Object.values(readManifest(directory).artifacts ?? {})) {
    if (type === 'cdk:cloud-assembly') {
      const nested = leavesOpen(nestedFolder(path.join(directory, 'manifest.json'), properties?.directoryName ?? ''));
      open.account ||= nested.account;
      open.region ||= nested.region;
    }
    if (type !== 'aws:cloudformation:stack') continue;
    open.account ||= environment.includes('unknown-account');
    open.region ||= environment.includes('unknown-region');
  }
  return open;
}

/** The stack that defines a pipeline: the named one, or the only one. @throws SaiondoError `PIPELINE_MISSING`, `PIPELINE_AMBIGUOUS` */
export function findPipelineStack(stacks: readonly AssemblyStack[], name: string | undefined): AssemblyStack {
  const pipelines = stacks.flatMap((stack) =>
    Object.values(stack.template.Resources ?? {})
      .filter((resource) => resource.Type === 'AWS::CodePipeline::Pipeline')
      .map((resource) => ({
        stack,
        name: typeof resource.Properties?.Name === 'string' ? resource.Properties.Name : stack.stackName,
      })),
  );
  const found =
    name === undefined ? pipelines : pipelines.filter((one) => one.name === name || one.stack.stackName === name);
  const [first, second] = found;
  const names = pipelines.map((one) => one.name).join(', ');
  if (!first)
    throw new SaiondoError(name ? `the assembly has no pipeline ${name}` : 'the assembly has no pipeline', {
      code: 'PIPELINE_MISSING',
      next: names ? `its pipelines: ${names}` : 'name an assembly that has one',
    });
  if (second)
    throw new SaiondoError(`the assembly has several pipelines: ${names}`, {
      code: 'PIPELINE_AMBIGUOUS',
      next: 'choose one with --pipeline NAME',
    });
  return first.stack;
}

/** The shell text of every CodeBuild project of an assembly: what the projects will need is looked for in it before anything runs. */
export function projectCommands(stacks: readonly AssemblyStack[]): { project: string; text: string }[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources ?? {})
      .filter(([, resource]) => resource.Type === 'AWS::CodeBuild::Project')
      .map(([logicalId, resource]) => {
        const properties = (resource.Properties ?? {}) as { Name?: unknown; Source?: { BuildSpec?: unknown } };
        return {
          project: typeof properties.Name === 'string' ? properties.Name : logicalId,
          text: flatten(properties.Source?.BuildSpec),
        };
      }),
  );
}

/** The literal parts of a text that may be joined from tokens. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(flatten).join('');
  if (value !== null && typeof value === 'object') return Object.values(value).map(flatten).join('');
  return '';
}
