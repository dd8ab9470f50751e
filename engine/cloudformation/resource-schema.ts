import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { closest } from 'fastest-levenshtein';
import type { Location } from '../../model/errors';
import type { Template } from './template';

/** A property that AWS's published schema does not allow, or misses. */
export interface SchemaProblem {
  readonly where: Location;
  readonly logicalId: string;
  readonly message: string;
}

type Database = ReturnType<typeof loadAwsServiceSpecSync>;
type Resource = ReturnType<Database['get']> & {
  cloudFormationType: string;
  primaryIdentifier?: string[];
  cfnRefIdentifier?: string[];
  attributes: Record<string, unknown>;
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
const WITHOUT_SCHEMA = /^(Custom::|AWS::CDK::|AWS::CloudFormation::CustomResource)/;

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

/** What changing a property does to the resource (CloudFormation User Guide, "Update behaviors of stack resources"). */
export function replacementOf(type: string, property: string): 'True' | 'False' | 'Conditional' {
  const causes = schemaOf(type)?.properties[property]?.causesReplacement;
  return causes === 'yes' ? 'True' : causes === 'maybe' ? 'Conditional' : 'False';
}

/** Checks every property of a template against the published schemas: unknown types, unknown, missing and wrongly typed properties. */
export function checkTemplate(template: Template, file: string): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const at = `Resources.${logicalId}`;
    if (typeof resource?.Type !== 'string') {
      problems.push({ where: { file, path: at }, logicalId, message: `${at} has no Type` });
      continue;
    }
    if (WITHOUT_SCHEMA.test(resource.Type)) continue;
    const schema = schemaOf(resource.Type);
    if (!schema) {
      problems.push({
        where: { file, path: `${at}.Type` },
        logicalId,
        message: `${resource.Type} is no published resource type`,
      });
      continue;
    }
    const add = (path: string, message: string): void => {
      problems.push({ where: { file, path }, logicalId, message: `${resource.Type} ${logicalId}: ${message}` });
    };
    checkProperties(resource.Properties ?? {}, schema.properties, `${at}.Properties`, add);
  }
  return problems;
}

function checkProperties(
  value: unknown,
  properties: Record<string, Property>,
  at: string,
  add: (path: string, message: string) => void,
): void {
  if (value === null || typeof value !== 'object' || isIntrinsic(value)) return;
  const names = Object.keys(properties);
  for (const [name, inner] of Object.entries(value)) {
    const property = properties[name];
    if (!property) {
      add(`${at}.${name}`, `unknown property \`${name}\`; did you mean \`${closest(name, names)}\`?`);
      continue;
    }
    const types = [property.type, ...(property.previousTypes ?? [])];
    if (!types.some((type) => fits(inner, type))) {
      add(
        `${at}.${name}`,
        `\`${name}\` is ${shown(inner)}; expected ${property.type.type === 'ref' ? 'a map' : property.type.type}`,
      );
      continue;
    }
    descend(inner, property.type, `${at}.${name}`, add);
  }
  for (const name of names) {
    if (properties[name]?.required && !(name in value)) add(`${at}.${name}`, `\`${name}\` is required and missing`);
  }
}

function descend(value: unknown, type: PropertyType, at: string, add: (path: string, message: string) => void): void {
  if (type.type === 'ref' && type.reference) {
    const definition = database?.get('typeDefinition', type.reference.$ref) as unknown as
      { properties: Record<string, Property> } | undefined;
    if (definition) checkProperties(value, definition.properties, at, add);
  } else if (type.type === 'array' && type.element && Array.isArray(value)) {
    value.forEach((item, i) => descend(item, type.element as PropertyType, `${at}[${i}]`, add));
  }
}

function isIntrinsic(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]?.startsWith('Fn::') === true);
}

/** Whether a value may stand for a type. CloudFormation turns texts into numbers and booleans, and numbers into texts. */
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
