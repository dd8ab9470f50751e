import * as fs from 'node:fs';
import * as path from 'node:path';
import { closest } from '../../../model/nearest';
import { z } from 'zod';
import { SaiondoError } from '../../../model/errors';
import type { ActionContext } from '../../ports/action';
import type { StackPolicy } from '../../cloudformation/template/stack-policy';
import { artifactAttribute } from './artifact-attributes';

/** What a CloudFormation action does (CodePipeline User Guide, "AWS CloudFormation deploy action reference", ActionMode). */
export const ACTION_MODES = [
  'CHANGE_SET_EXECUTE',
  'CHANGE_SET_REPLACE',
  'CREATE_UPDATE',
  'DELETE_ONLY',
  'REPLACE_ON_FAILURE',
] as const;
/** One of {@link ACTION_MODES}. */
export type ActionMode = (typeof ACTION_MODES)[number];

const KEYS = [
  'ActionMode',
  'StackName',
  'Capabilities',
  'ChangeSetName',
  'RoleArn',
  'TemplatePath',
  'OutputFileName',
  'ParameterOverrides',
  'TemplateConfiguration',
];

/** Keys that a mode cannot do without, besides StackName. */
const REQUIRED: Readonly<Record<ActionMode, readonly string[]>> = {
  CHANGE_SET_EXECUTE: ['ChangeSetName'],
  CHANGE_SET_REPLACE: ['ChangeSetName', 'TemplatePath', 'RoleArn'],
  CREATE_UPDATE: ['TemplatePath', 'RoleArn'],
  DELETE_ONLY: ['RoleArn'],
  REPLACE_ON_FAILURE: ['TemplatePath', 'RoleArn'],
};

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'];

/** The most that ParameterOverrides may hold, in bytes. */
const MAXIMUM_OVERRIDES = 1024;

function refuse(context: ActionContext, message: string, next?: string): never {
  throw new SaiondoError(`${context.stage}/${context.action.name}: ${message}`, {
    code: 'ConfigurationError',
    next: next ?? 'see "AWS CloudFormation deploy action reference" in the CodePipeline User Guide',
  });
}

/** The action's mode, its configuration checked: keys that there are, keys that the mode needs. @throws SaiondoError `ConfigurationError` */
export function modeOf(context: ActionContext): ActionMode {
  const { configuration } = context.action;
  for (const key of Object.keys(configuration)) {
    if (!KEYS.includes(key))
      refuse(context, `unknown configuration key \`${key}\``, `did you mean ${closest(key, KEYS)}?`);
  }
  const mode = configuration.ActionMode ?? '';
  if (!(ACTION_MODES as readonly string[]).includes(mode))
    return refuse(context, `the ActionMode ${JSON.stringify(mode)} is none`, `expected ${ACTION_MODES.join(', ')}`);
  for (const key of ['StackName', ...REQUIRED[mode as ActionMode]]) {
    if (!configuration[key]) refuse(context, `${mode} needs the configuration key \`${key}\``);
  }
  if (configuration.OutputFileName && context.outputs.length === 0)
    refuse(context, 'OutputFileName needs an output artifact to put the file into');
  return mode as ActionMode;
}

/** The capabilities that the action acknowledges. @throws SaiondoError `ConfigurationError` for one that there is not */
export function capabilitiesOf(context: ActionContext): readonly string[] {
  const given = (context.action.configuration.Capabilities ?? '').split(',').map((one) => one.trim());
  const capabilities = given.filter(Boolean);
  const unknown = capabilities.find((one) => !CAPABILITIES.includes(one));
  if (unknown) refuse(context, `there is no capability ${unknown}`, `expected ${CAPABILITIES.join(', ')}`);
  return capabilities;
}

/** What a template configuration file holds (CloudFormation User Guide, "AWS CloudFormation artifacts"). */
export interface TemplateConfiguration {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Tags?: Readonly<Record<string, string>>;
  readonly StackPolicy?: StackPolicy;
}

const texts = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const configurationSchema = z.strictObject({
  Parameters: z.record(z.string(), z.union([texts, z.array(texts)])).optional(),
  Tags: z.record(z.string().min(1).max(128), texts).optional(),
  StackPolicy: z.looseObject({ Statement: z.union([z.array(z.unknown()), z.looseObject({})]) }).optional(),
});

/** Reads the action's template configuration; none is an empty one. @throws SaiondoError `ConfigurationError` */
export function templateConfigurationOf(context: ActionContext): TemplateConfiguration {
  const reference = context.action.configuration.TemplateConfiguration;
  if (!reference) return {};
  const { file, text } = readArtifact(context, reference, 'TemplateConfiguration', MAXIMUM_JSON);
  const read = configurationSchema.safeParse(parseJson(context, text, file));
  if (!read.success)
    return refuse(
      context,
      `${file} is not a template configuration: ${z.prettifyError(read.error)}`,
      'it holds Parameters, Tags and StackPolicy',
    );
  return read.data as TemplateConfiguration;
}

/** The action's parameter overrides, `Fn::GetParam` and `Fn::GetArtifactAtt` resolved. @throws SaiondoError `ConfigurationError` */
export function parameterOverridesOf(context: ActionContext): Record<string, unknown> {
  const text = context.action.configuration.ParameterOverrides ?? '{}';
  const bytes = Buffer.byteLength(text);
  if (bytes > MAXIMUM_OVERRIDES)
    refuse(
      context,
      `ParameterOverrides has ${bytes} bytes; it may have ${MAXIMUM_OVERRIDES}`,
      'put parameters into a template configuration',
    );
  const overrides = parseJson(context, text, 'ParameterOverrides');
  if (overrides === null || typeof overrides !== 'object' || Array.isArray(overrides))
    return refuse(context, 'ParameterOverrides is not a JSON map');
  return Object.fromEntries(Object.entries(overrides).map(([name, value]) => [name, override(name, value, context)]));
}

function override(name: string, value: unknown, context: ActionContext): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const [[key, argument] = ['', undefined], more] = Object.entries(value) as [string, unknown][];
  const parts = Array.isArray(argument) ? argument.map(String) : [];
  if (more === undefined && key === 'Fn::GetParam' && parts.length === 3) {
    const [artifact = '', file = '', of = ''] = parts;
    const read = readArtifact(context, `${artifact}::${file}`, `ParameterOverrides.${name}`, MAXIMUM_JSON);
    const json = parseJson(context, read.text, read.file) as Record<string, unknown> | null;
    if (!json || !Object.hasOwn(json, of))
      refuse(context, `ParameterOverrides.${name}: ${artifact}::${file} has no key ${of}`);
    return json?.[of];
  }
  if (more === undefined && key === 'Fn::GetArtifactAtt' && parts.length === 2) {
    const [artifact = '', attribute = ''] = parts;
    if (!context.inputs.some((input) => input.name === artifact))
      refuse(context, `ParameterOverrides.${name}: ${artifact} is not an input artifact of the action`);
    return (
      artifactAttribute(context, artifact, attribute) ??
      refuse(
        context,
        `ParameterOverrides.${name}: an artifact has no attribute ${attribute}`,
        'expected BucketName, ObjectKey or URL',
      )
    );
  }
  return refuse(context, `ParameterOverrides.${name} is neither a value nor Fn::GetParam or Fn::GetArtifactAtt`);
}

/**
 * Bytes of a file of parameters: 200 parameters of 4,096 bytes, tags and a stack policy (CloudFormation User Guide, "Understand CloudFormation quotas"),
 * with room for escapes. JSON of that size is read within some tens of milliseconds.
 */
const MAXIMUM_JSON = 4 * 1024 * 1024;

/**
 * A file of an input artifact, by `Artifact::path`; a path never leads out of its artifact.
 * @param most bytes that are read
 * @throws SaiondoError `ConfigurationError`
 */
export function readArtifact(
  context: ActionContext,
  reference: string,
  key: string,
  most: number,
): { file: string; text: string } {
  const [artifact = '', file = ''] = reference.split(/::(.*)/s);
  const input = context.inputs.find((one) => one.name === artifact);
  const inside = input && fs.existsSync(input.path) ? fs.realpathSync(input.path) : undefined;
  const at = inside && path.resolve(inside, file);
  const real = at && fs.existsSync(at) ? fs.realpathSync(at) : undefined;
  if (!inside || !real?.startsWith(inside + path.sep) || !fs.statSync(real).isFile())
    return refuse(
      context,
      `${key} is ${reference}, and there is no such file`,
      `its input artifacts: ${context.inputs.map((one) => one.name).join(', ') || 'none'}`,
    );
  const { size } = fs.statSync(real);
  if (size > most) refuse(context, `${reference} has ${size} bytes; at most ${most} are read`);
  return { file, text: fs.readFileSync(real, 'utf8') };
}

function parseJson(context: ActionContext, text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    return refuse(context, `${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
