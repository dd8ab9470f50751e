import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Template } from '../cloudformation/template/template';
import { parseTemplate } from '../cloudformation/template/template-file';

/** A stack of a cloud assembly. */
export interface AssemblyStack {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  /** Path of the template, absolute. */
  readonly templateFile: string;
  readonly template: Template;
  /** Stack-level tags, as `cdk deploy` gives them. */
  readonly tags: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly environment?: string;
        readonly displayName?: string;
        readonly properties?: {
          readonly templateFile?: string;
          readonly stackName?: string;
          readonly directoryName?: string;
          readonly tags?: Readonly<Record<string, string>>;
        };
      }
    >
  >;
}

/** What stands for an account or region that the app leaves open. */
const UNKNOWN_ACCOUNT = '000000000000';
const UNKNOWN_REGION = 'us-east-1';

/**
 * Reads a cloud assembly with its nested ones (`aws-cdk-lib/cloud-assembly-schema`).
 * @throws SaiondoError `ASSEMBLY_INVALID`
 */
export function readAssembly(directory: string): AssemblyStack[] {
  const file = path.join(directory, 'manifest.json');
  let manifest: Manifest;
  try {
    manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest;
  } catch (cause) {
    throw new SaiondoError(`${directory} holds no cloud assembly`, {
      code: 'ASSEMBLY_INVALID',
      where: { file },
      next: 'run cdk synth, or name its output with --assembly',
      cause,
    });
  }
  return Object.entries(manifest.artifacts ?? {}).flatMap(([id, artifact]) => {
    if (artifact.type === 'cdk:cloud-assembly')
      return readAssembly(path.join(directory, artifact.properties?.directoryName ?? ''));
    if (artifact.type !== 'aws:cloudformation:stack') return [];
    const templateFile = path.join(directory, artifact.properties?.templateFile ?? '');
    const [, account = '', region = ''] = /^aws:\/\/([^/]*)\/(.*)$/.exec(artifact.environment ?? '') ?? [];
    return [
      {
        stackName: artifact.properties?.stackName ?? id,
        account: /^\d{12}$/.test(account) ? account : UNKNOWN_ACCOUNT,
        region: region && !region.startsWith('unknown') ? region : UNKNOWN_REGION,
        templateFile,
        template: parseTemplate(fs.readFileSync(templateFile, 'utf8'), path.basename(templateFile)),
        tags: artifact.properties?.tags ?? {},
      },
    ];
  });
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
