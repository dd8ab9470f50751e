import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Location } from '../../model/errors';
import { transformsOf, LANGUAGE_EXTENSIONS } from '../cloudformation/template/language-extensions';
import { NEEDS_ANSWER } from '../cloudformation/resource-maker';
import { nameForPeople, referencesIn, type Template } from '../cloudformation/template/template';
import type { LambdaFunction } from '../functions/lambda-function';
import { whyNotAnswered } from '../resources/inline-function';
import type { AssemblyStack } from './assembly';
import { nestedFolder } from './own-paths';

/** Something in an assembly that a rehearsal on this machine lacks, known before anything runs. */
export interface AssemblyLimit {
  readonly where: Location;
  readonly message: string;
}

/**
 * What of an assembly's stacks a rehearsal cannot do: macros, custom resources that nothing here answers, waits for signals, and context that
 * the synth did not find. What the pipeline's actions lack is the plan's to say.
 * @param answered whether something on this machine answers a resource type
 */
export function assemblyLimits(
  stacks: readonly AssemblyStack[],
  directory: string,
  answered: (type: string) => boolean,
): readonly AssemblyLimit[] {
  const limits = stacks.flatMap((stack) => stackLimits(stack, answered));
  // What is so of every stack is said once, where it is met first.
  const first = limits.findIndex(({ message }) => message === ONE_TASK);
  return [...missingContext(directory), ...limits.filter(({ message }, at) => message !== ONE_TASK || at === first)];
}

function stackLimits(
  { stackName, templateFile, template }: AssemblyStack,
  answered: (type: string) => boolean,
): AssemblyLimit[] {
  const file = path.basename(templateFile);
  const macros = transformsOf(template)
    .filter((transform) => transform !== LANGUAGE_EXTENSIONS)
    .map((transform) => ({
      where: { file, path: 'Transform' },
      message: `stack ${stackName} will not be deployed: the transform ${transform} is a macro, which runs in AWS`,
    }));
  const resources = Object.entries(template.Resources ?? {})
    .filter(([, { Type: type }]) => NEEDS_ANSWER.test(type) && (type === CUSTOM || !answered(type)))
    .filter(([, resource]) => whyNotAnswered(functionBehind(resource.Properties?.ServiceToken, template)) !== undefined)
    .map(([logicalId, { Type: type }]) => ({
      where: { file, path: `Resources.${logicalId}` },
      message: `stack ${stackName} will be deployed, and its action not count as rehearsed: nothing here answers ${type} ${nameForPeople(template, logicalId)}`,
    }));
  return [...macros, ...resources, ...rollouts(template).map((path) => ({ where: { file, path }, message: ONE_TASK }))];
}

const ONE_TASK =
  'each ECS service runs as one container: rolling deployment, circuit breaker and alarms are not rehearsed';

/** The first ECS service of a template that says how it is rolled out: one is enough to say it of all. */
function rollouts({ Resources }: Template): string[] {
  const says = ['DeploymentConfiguration', 'DeploymentController', 'DesiredCount'];
  const [found] = Object.entries(Resources ?? {}).filter(
    ([, { Type, Properties = {} }]) => Type === 'AWS::ECS::Service' && says.some((key) => key in Properties),
  );
  return found ? [`Resources.${found[0]}`] : [];
}

const CUSTOM = 'AWS::CloudFormation::CustomResource';

/** The function of the same template that a ServiceToken names. */
function functionBehind(token: unknown, template: Template): LambdaFunction | undefined {
  const [reference] = referencesIn(token, '');
  const found = reference && template.Resources[reference.name];
  return found?.Type === 'AWS::Lambda::Function' ? (found.Properties as LambdaFunction | undefined) : undefined;
}

/** What a synth asked AWS for and was not told; the values in the templates are the CDK's dummies (`cdk.context.json` keeps real ones). */
function missingContext(directory: string): AssemblyLimit[] {
  const file = path.join(directory, 'manifest.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    missing?: readonly { key: string; provider: string }[];
    artifacts?: Record<string, { type: string; properties?: { directoryName?: string } }>;
  };
  const own = (manifest.missing ?? []).map(({ key, provider }) => ({
    where: { file: 'manifest.json', path: 'missing' },
    message: `the assembly lacks the context ${key} (look-up ${provider}): its templates hold dummy values; run cdk synth with an account once and commit cdk.context.json`,
  }));
  const nested = Object.values(manifest.artifacts ?? {}).flatMap(({ type, properties }) =>
    type === 'cdk:cloud-assembly' && properties?.directoryName
      ? missingContext(nestedFolder(file, properties.directoryName))
      : [],
  );
  return [...own, ...nested];
}
