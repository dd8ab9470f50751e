import { partsOf } from '../../text/parts';

/** A CloudFormation template as parsed JSON (CloudFormation User Guide, "Template sections"). */
export interface Template {
  readonly AWSTemplateFormatVersion?: string;
  readonly Description?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Rules?: Readonly<Record<string, TemplateRule>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
  readonly Transform?: unknown;
}

/** One of a template's parameters. */
export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: unknown;
  readonly Description?: string;
  readonly AllowedValues?: readonly unknown[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinLength?: number | string;
  readonly MaxLength?: number | string;
  readonly MinValue?: number | string;
  readonly MaxValue?: number | string;
  readonly NoEcho?: boolean | string;
}

/** One of a template's rules: what its parameters must be, together. */
export interface TemplateRule {
  readonly RuleCondition?: unknown;
  readonly Assertions?: readonly { readonly Assert: unknown; readonly AssertDescription?: string }[];
}

/** One of a template's resources. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly CreationPolicy?: Readonly<Record<string, unknown>>;
  readonly UpdatePolicy?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** One of a template's outputs. */
export interface TemplateOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

/** The path of the construct that a resource comes from, where the CDK left it in the metadata: `Dev/Data/Database/Resource`. */
export function constructPathOf(template: Template, logicalId: string): string | undefined {
  const path = template.Resources[logicalId]?.Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? path : undefined;
}

/** A resource as failures name it: its logical id, and the construct that it comes from. */
export function nameForPeople(template: Template, logicalId: string): string {
  const path = constructPathOf(template, logicalId);
  return path ? `${logicalId} (${path})` : logicalId;
}

/** A reference from one part of a template to another. */
export interface Reference {
  /** A resource, a parameter or a pseudo parameter. */
  readonly name: string;
  /** Of `Fn::GetAtt` and `${Name.Attribute}`. */
  readonly attribute?: string;
  /** Where it stands: `Resources.Topic.Properties.TopicName.Fn::Sub`. */
  readonly at: string;
}

/** Every reference in a value, through Ref, GetAtt and Sub, in the order in which they stand. */
export function referencesIn(value: unknown, at: string): Reference[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => referencesIn(item, `${at}[${i}]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]): Reference[] => {
    const inside = `${at}.${key}`;
    if (key === 'Ref' && typeof inner === 'string') return [{ name: inner, at: inside }];
    if (key === 'Fn::GetAtt') {
      const [name, attribute] = Array.isArray(inner) ? (inner as unknown[]) : String(inner).split(/\.(.*)/s);
      const own =
        typeof name === 'string' ? [{ name, ...(typeof attribute === 'string' ? { attribute } : {}), at: inside }] : [];
      return [...own, ...(Array.isArray(inner) ? referencesIn(inner.slice(1), inside) : [])];
    }
    if (key === 'Fn::Sub') return substitutions(inner, inside);
    return referencesIn(inner, inside);
  });
}

function substitutions(argument: unknown, at: string): Reference[] {
  const [text, variables] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  const own = new Set(Object.keys((variables as object | null | undefined) ?? {}));
  const found = partsOf(String(text), '${', '}').flatMap((part): Reference[] => {
    if (typeof part === 'string' || part.inside === '' || part.inside.startsWith('!')) return [];
    const trimmed = part.inside.trim();
    if (own.has(trimmed)) return [];
    const [name = '', attribute] = trimmed.split(/\.(.*)/s);
    return [{ name, ...(attribute ? { attribute } : {}), at }];
  });
  return [...found, ...referencesIn(variables, at)];
}

/** Every resource that has to be there before one, through others too. */
export function allDependenciesOf(template: Template, logicalId: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [logicalId];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const id of dependenciesOf(template, next))
      if (!found.has(id)) {
        found.add(id);
        open.push(id);
      }
  return found;
}

/** What a resource has to wait for: what it refers to and what it names in DependsOn. */
export function dependenciesOf(template: Template, logicalId: string): readonly string[] {
  const resource = template.Resources[logicalId];
  const named = resource?.DependsOn ?? [];
  const all = [
    ...referencesIn(resource?.Properties, '').map(({ name }) => name),
    ...(typeof named === 'string' ? [named] : named),
  ];
  return [...new Set(all)].filter((id) => Object.hasOwn(template.Resources, id));
}
