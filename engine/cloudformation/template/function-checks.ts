import { attributeTypeOf } from './resource-schema';
import { hasLanguageExtensions } from './language-extensions';
import type { Template } from './template';

/** Says what is wrong at a path. */
type Add = (path: string, message: string) => void;

/** Where each function may stand, and of what kind an output's value is: what CloudFormation refuses before it makes anything. */
export function checkFunctions(template: Template, add: Add): void {
  checkStackOutputs(template, add);
  checkImports(template, add);
  checkExportNames(template, add);
  checkConditionFunctions(template, add);
  checkMaps(template, add);
  checkOutputs(template, add);
}

/** A function of a template: its name, its argument, its place and the functions that it stands in. */
interface Use {
  readonly name: string;
  readonly argument: unknown;
  readonly at: string;
  readonly within: readonly string[];
}

/** The functions of a value, the outer ones first. A template has tens of thousands of values: nothing is made of one that is not a function. */
function usesIn(value: unknown, at: string, within: readonly string[] = [], uses: Use[] = []): Use[] {
  if (value === null || typeof value !== 'object') return uses;
  if (Array.isArray(value)) {
    value.forEach((item: unknown, i) => {
      if (item !== null && typeof item === 'object') usesIn(item, `${at}[${i}]`, within, uses);
    });
    return uses;
  }
  for (const key of Object.keys(value)) {
    const inner = (value as Readonly<Record<string, unknown>>)[key];
    const isFunction = key.startsWith('Fn::') || key === 'Ref';
    if (isFunction) uses.push({ name: key, argument: inner, at: `${at}.${key}`, within });
    if (inner !== null && typeof inner === 'object')
      usesIn(inner, `${at}.${key}`, isFunction ? [...within, key] : within, uses);
  }
  return uses;
}

const STACK_OUTPUT = 'Fn::GetStackOutput';
const STACK_OUTPUT_KEYS = ['StackName', 'OutputName', 'Region', 'RoleArn'];

/** `Fn::GetStackOutput` stands in Resources and Outputs, with its own keys (cfn-lint, rules E1060 and E6101). */
function checkStackOutputs(template: Template, add: Add): void {
  for (const section of ['Conditions', 'Rules', 'Mappings', 'Parameters'] as const)
    for (const { name, at } of usesIn(template[section], section))
      if (name === STACK_OUTPUT) add(at, `Template error: Cannot use ${STACK_OUTPUT} in ${section}.`);
  for (const section of ['Resources', 'Outputs'] as const)
    for (const { name, argument, at } of usesIn(template[section], section)) {
      if (name !== STACK_OUTPUT) continue;
      if (argument === null || typeof argument !== 'object' || Array.isArray(argument)) {
        add(at, `Template error: ${STACK_OUTPUT} takes a map with ${STACK_OUTPUT_KEYS.join(', ')}`);
        continue;
      }
      for (const key of Object.keys(argument))
        if (!STACK_OUTPUT_KEYS.includes(key))
          add(
            `${at}.${key}`,
            `Template error: ${STACK_OUTPUT} has the unknown key ${key}: expected ${STACK_OUTPUT_KEYS.join(', ')}`,
          );
      for (const key of STACK_OUTPUT_KEYS.slice(0, 2))
        if (!Object.hasOwn(argument, key)) add(at, `Template error: ${STACK_OUTPUT} has no ${key}`);
    }
}

/** Functions whose value is known only when something was made, or elsewhere. */
const LATE = new Set(['Fn::GetAtt', 'Fn::ImportValue', 'Fn::GetAZs', STACK_OUTPUT]);

function isLate(template: Template, { name, argument }: Use): boolean {
  return (
    LATE.has(name) || (name === 'Ref' && typeof argument === 'string' && Object.hasOwn(template.Resources, argument))
  );
}

/** CloudFormation User Guide, "Fn::ImportValue": its argument depends on no resource. */
function checkImports(template: Template, add: Add): void {
  for (const section of ['Resources', 'Outputs'] as const)
    for (const use of usesIn(template[section], section))
      if (use.within.includes('Fn::ImportValue') && isLate(template, use))
        add(
          use.at,
          'Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs',
        );
  for (const { name, at } of usesIn(template.Conditions, 'Conditions'))
    if (name === 'Fn::ImportValue') add(at, 'Template error: Cannot use Fn::ImportValue in Conditions.');
}

/** CloudFormation User Guide, "Outputs section syntax": an export's name depends on no resource. */
function checkExportNames(template: Template, add: Add): void {
  for (const [name, output] of Object.entries(template.Outputs ?? {}))
    for (const use of usesIn(output.Export?.Name, `Outputs.${name}.Export.Name`))
      if (isLate(template, use))
        add(
          use.at,
          `Template error: Output ${name} is malformed. The Name field of Export must not depend on any resources, imported values, or Fn::GetAZs`,
        );
}

const CONDITION_FUNCTIONS = new Set(['Fn::Equals', 'Fn::And', 'Fn::Or', 'Fn::Not']);

/** Conditions are made in Conditions and Rules; a property names one in `Fn::If`. The transform takes them in an Fn::If's place too. */
function checkConditionFunctions(template: Template, add: Add): void {
  if (hasLanguageExtensions(template)) return;
  for (const [id, resource] of Object.entries(template.Resources))
    for (const { name, at } of usesIn(resource?.Properties, `Resources.${id}.Properties`))
      if (CONDITION_FUNCTIONS.has(name))
        add(at, `Template validation error: Template error: ${name} is not supported outside of Conditions and Rules`);
}

/** The fourth item of `Fn::FindInMap`; and what a mapping holds: texts and lists. */
function checkMaps(template: Template, add: Add): void {
  for (const section of ['Resources', 'Outputs', 'Conditions'] as const)
    for (const { name, argument, at } of usesIn(template[section], section)) {
      if (name !== 'Fn::FindInMap' || !Array.isArray(argument) || argument.length <= 3) continue;
      const fallback: unknown = argument[3];
      const keys =
        fallback !== null && typeof fallback === 'object' && !Array.isArray(fallback) ? Object.keys(fallback) : [];
      if (argument.length > 4 || keys.length !== 1 || keys[0] !== 'DefaultValue')
        add(`${at}[3]`, 'Template error: the fourth item of Fn::FindInMap is { DefaultValue: … }');
    }
  for (const [map, tops] of Object.entries(template.Mappings ?? {}))
    for (const [top, values] of Object.entries(tops))
      for (const [key, value] of Object.entries((values ?? {}) as object))
        if (value !== null && typeof value === 'object' && !Array.isArray(value))
          add(
            `Mappings.${map}.${top}.${key}`,
            'Template format error: Every Mappings attribute must be a String or a List.',
          );
}

/** What a value comes to, as far as the template tells. */
type Kind = 'text' | 'list' | 'boolean' | 'number' | 'map' | 'unknown';

const KINDS: Readonly<Record<string, Kind>> = {
  'Fn::GetAZs': 'list',
  'Fn::Split': 'list',
  'Fn::Cidr': 'list',
  'Fn::Equals': 'boolean',
  'Fn::And': 'boolean',
  'Fn::Or': 'boolean',
  'Fn::Not': 'boolean',
};
const LIST_PARAMETER = /^(CommaDelimitedList$|List<|AWS::SSM::Parameter::Value<(CommaDelimitedList|List<))/;

/** The kind of a value; of an `Fn::If` each of its branches'. */
function kindsOf(template: Template, value: unknown): Kind[] {
  if (Array.isArray(value)) return ['list'];
  if (value === null || typeof value !== 'object') return ['text'];
  const [only, ...more] = Object.entries(value);
  if (!only || more.length > 0) return ['map'];
  const [name, argument] = only as [string, unknown];
  if (name === 'Fn::If' && Array.isArray(argument))
    return argument.slice(1).flatMap((branch: unknown) => kindsOf(template, branch));
  if (name === 'Ref' && typeof argument === 'string') {
    const parameter = template.Parameters?.[argument];
    return [argument === 'AWS::NotificationARNs' || LIST_PARAMETER.test(parameter?.Type ?? '') ? 'list' : 'text'];
  }
  if (name === 'Fn::GetAtt') return [attributeKind(template, argument)];
  return [KINDS[name] ?? (name.startsWith('Fn::') ? 'unknown' : 'map')];
}

function attributeKind(template: Template, argument: unknown): Kind {
  const [id, attribute] = Array.isArray(argument) ? (argument as unknown[]) : String(argument).split(/\.(.*)/s);
  const type = typeof id === 'string' ? template.Resources[id]?.Type : undefined;
  const kind = type !== undefined && typeof attribute === 'string' ? attributeTypeOf(type, attribute)?.type : undefined;
  if (kind === 'array') return 'list';
  if (kind === 'boolean') return 'boolean';
  return kind === 'integer' || kind === 'number' ? 'number' : 'unknown';
}

const MUST: Readonly<Record<Exclude<Kind, 'text' | 'unknown'>, string>> = {
  list: 'it is a list: join it (Fn::Join)',
  boolean: 'it is a boolean',
  number: 'it is a number: put it into a text (Fn::Sub)',
  map: 'it is a map',
};

/** CloudFormation User Guide, "Outputs section syntax"; words as in cfn-lint#3013. */
function checkOutputs(template: Template, add: Add): void {
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    if (output.Value === undefined) continue;
    const wrong = kindsOf(template, output.Value).find((kind) => kind !== 'text' && kind !== 'unknown');
    if (wrong !== undefined)
      add(
        `Outputs.${name}.Value`,
        `Template format error: The Value field of every Outputs member must evaluate to a String; ${MUST[wrong as keyof typeof MUST]}`,
      );
  }
}
