import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { closest, distance } from '../../../model/nearest';

/** A property that AWS's published schema does not allow, or misses. */
export interface SchemaProblem {
  /** Where in the template: `Resources.Topic.Properties.TopicNam`. */
  readonly path: string;
  readonly message: string;
}

type Database = ReturnType<typeof loadAwsServiceSpecSync>;
type Resource = ReturnType<Database['get']> & {
  cloudFormationType: string;
  primaryIdentifier?: string[];
  tagInformation?: { tagPropertyName: string; variant: string };
  cfnRefIdentifier?: string[];
  arnTemplate?: string;
  attributes: Record<string, { type: PropertyType; documentation?: string }>;
  properties: Record<string, Property>;
};
interface Property {
  type: PropertyType;
  previousTypes?: PropertyType[];
  required?: boolean;
  causesReplacement?: 'yes' | 'no' | 'maybe';
}
interface PropertyType {
  type: string;
  element?: PropertyType;
  types?: PropertyType[];
  reference?: { $ref: string };
  allowedValues?: unknown[];
}

let database: Database | undefined;
const found = new Map<string, Resource | undefined>();

/** AWS's schema of a resource type (`@aws-cdk/aws-service-spec`). Loaded once, on first use: it takes half a second. */
function schemaOf(type: string): Resource | undefined {
  if (!found.has(type)) {
    database ??= loadAwsServiceSpecSync();
    const [resource] = [...database.lookup('resource', 'cloudFormationType', 'equals', type)];
    found.set(type, resource as unknown as Resource | undefined);
  }
  return found.get(type);
}

/** Types that a template may hold without a published schema: custom resources and CDK's own. */
const WITHOUT_SCHEMA = /^(Custom::|AWS::CDK::|AWS::CloudFormation::CustomResource$)/;

/** Attribute names of a type that `Fn::GetAtt` takes; undefined where no schema is published. */
export function attributesOf(type: string): readonly string[] | undefined {
  const schema = schemaOf(type);
  return schema && Object.keys(schema.attributes);
}

/** The names of the properties or attributes that make up a type's `Ref`, as far as they are published. */
export function refIdentifierOf(type: string): readonly string[] {
  const schema = schemaOf(type);
  return schema?.cfnRefIdentifier ?? schema?.primaryIdentifier ?? [];
}

/** The form of a type's ARN, `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`, where it is published. */
export function arnTemplateOf(type: string): string | undefined {
  return schemaOf(type)?.arnTemplate;
}

/** The type of what `Fn::GetAtt` gives. */
export function attributeTypeOf(
  type: string,
  attribute: string,
): { readonly type: string; readonly element?: { readonly type: string } } | undefined {
  return schemaOf(type)?.attributes[attribute]?.type;
}

/** What the published documentation says of an attribute: often with an example. */
export function attributeDocumentationOf(type: string, attribute: string): string | undefined {
  return schemaOf(type)?.attributes[attribute]?.documentation;
}

/** Whether a type has a property. */
export function hasProperty(type: string, property: string): boolean {
  return Object.hasOwn(schemaOf(type)?.properties ?? {}, property);
}

/** What changing a property does to the resource (CloudFormation User Guide, "Update behaviors of stack resources"). */
export function replacementOf(type: string, property: string): 'True' | 'False' | 'Conditional' {
  const causes = schemaOf(type)?.properties[property]?.causesReplacement;
  return causes === 'yes' ? 'True' : causes === 'maybe' ? 'Conditional' : 'False';
}

/** Whether a type takes tags, and in which property (stack-level tags are passed on to it). */
export function tagsPropertyOf(type: string): string | undefined {
  const tags = schemaOf(type)?.tagInformation;
  return tags?.variant === 'standard' ? tags.tagPropertyName : undefined;
}

/** Whether one property alone says which resource it is: two resources of the type cannot share it. */
export function hasSingleIdentifier(type: string): boolean {
  return schemaOf(type)?.primaryIdentifier?.length === 1;
}

/** So many problems of one resource are told: a person reads no more, and finding names for each takes time. */
export const MOST_PROBLEMS = 50;

/**
 * Checks a resource's properties against the published schema: unknown types, unknown, missing and wrongly typed properties.
 * @param at the resource's path, e.g. `Resources.Topic`
 */
export function checkProperties(type: string, properties: unknown, at: string): readonly SchemaProblem[] {
  if (WITHOUT_SCHEMA.test(type)) return [];
  const schema = schemaOf(type);
  if (!schema) {
    const message = type.startsWith('AWS::')
      ? `${type} is not a published resource type${nearestType(type)}`
      : `not rehearsed: ${type} is a type of the account's own registry`;
    return [{ path: `${at}.Type`, message }];
  }
  const problems: SchemaProblem[] = [];
  const add = (path: string, message: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ path, message });
  };
  checkMap(properties, schema.properties, `${at}.Properties`, add);
  return problems;
}

/** The published type whose name is nearest, where one is near. */
function nearestType(type: string): string {
  const names = database
    ? [...database.all('resource')].map((one) => (one as { cloudFormationType: string }).cloudFormationType)
    : [];
  const nearest = names.length > 0 ? closest(type, names) : '';
  return nearest && distance(type, nearest) <= 4 ? `; did you mean ${nearest}?` : '';
}

function checkMap(
  value: unknown,
  properties: Record<string, Property>,
  at: string,
  add: (path: string, message: string) => void,
): void {
  if (value === null || typeof value !== 'object' || isIntrinsic(value)) return;
  const names = Object.keys(properties);
  for (const [name, inner] of Object.entries(value)) {
    // A map of a template may have keys like `constructor`.
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!property) {
      add(`${at}.${name}`, `unknown property \`${name}\`; did you mean \`${closest(name, names)}\`?`);
      continue;
    }
    const types = [property.type, ...(property.previousTypes ?? [])];
    for (const { branch, path } of branchesOf(inner, `${at}.${name}`)) {
      if (types.some((type) => fits(branch, type))) descend(branch, property.type, path, add);
      else add(path, `\`${name}\` is ${shown(branch)}; expected ${expected(property.type)}`);
    }
  }
  for (const name of names) {
    if (properties[name]?.required && !(name in value)) add(`${at}.${name}`, `\`${name}\` is required and missing`);
  }
}

function descend(value: unknown, type: PropertyType, at: string, add: (path: string, message: string) => void): void {
  if (type.type === 'ref' && type.reference) {
    const definition = database?.get('typeDefinition', type.reference.$ref) as unknown as
      { properties: Record<string, Property> } | undefined;
    if (definition) checkMap(value, definition.properties, at, add);
  } else if (type.type === 'array' && type.element && Array.isArray(value)) {
    const element = type.element;
    value.forEach((item, i) => {
      for (const { branch, path } of branchesOf(item, `${at}[${i}]`)) {
        if (fits(branch, element)) descend(branch, element, path, add);
        else add(path, `an item is ${shown(branch)}; expected ${expected(element)}`);
      }
    });
  }
}

/** What `Fn::If` may give, each checked by itself; any other value is its own only branch. */
function branchesOf(value: unknown, path: string): { branch: unknown; path: string }[] {
  const choice = value !== null && typeof value === 'object' && 'Fn::If' in value ? value['Fn::If'] : undefined;
  if (!Array.isArray(choice) || choice.length !== 3) return [{ branch: value, path }];
  return [1, 2].flatMap((i) => branchesOf(choice[i], `${path}.Fn::If[${i}]`));
}

function expected(type: PropertyType): string {
  if (type.type === 'ref') return 'a map';
  if (type.type === 'array') return 'a list';
  if (type.type === 'union') return (type.types ?? []).map(expected).join(' or ');
  return type.type === 'map' || type.type === 'json' ? 'a map' : type.type;
}

function isIntrinsic(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]?.startsWith('Fn::') === true);
}

/** Whether a value may be given as a type. CloudFormation turns texts into numbers and booleans, and numbers into texts. */
function fits(value: unknown, type: PropertyType): boolean {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && isIntrinsic(value)) return true;
  switch (type.type) {
    case 'string':
    case 'date-time':
      return ['string', 'number', 'boolean'].includes(typeof value);
    case 'integer':
    case 'number':
      return (
        typeof value === 'number' ||
        (typeof value === 'string' &&
          ((value.trim() !== '' && !Number.isNaN(Number(value))) || value.includes('{{resolve:')))
      );
    case 'boolean':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'array':
      return Array.isArray(value);
    case 'ref':
    case 'map':
      return value !== null && typeof value === 'object' && !Array.isArray(value);
    case 'union':
      return (type.types ?? []).some((inner) => fits(value, inner));
    default:
      return true;
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a map';
  return JSON.stringify(value);
}
