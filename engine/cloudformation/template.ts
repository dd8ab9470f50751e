/** A CloudFormation template as parsed JSON (CloudFormation User Guide, "Template sections"). */
export interface Template {
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Rules?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
  readonly Transform?: unknown;
}

/** One of a template's parameters. */
export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: unknown;
  readonly AllowedValues?: readonly unknown[];
  readonly AllowedPattern?: string;
  readonly NoEcho?: boolean;
}

/** One of a template's resources. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** One of a template's outputs. */
export interface TemplateOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

/** The logical ids that a value refers to, through Ref, GetAtt and Sub. Pseudo parameters are left out. */
export function references(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) {
    for (const item of value) references(item, found);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'Ref' && typeof inner === 'string') {
        if (!inner.startsWith('AWS::')) found.add(inner);
      } else if (key === 'Fn::GetAtt') {
        const name = Array.isArray(inner) ? inner[0] : String(inner).split('.')[0];
        if (typeof name === 'string') found.add(name);
        if (Array.isArray(inner)) references(inner.slice(1), found);
      } else if (key === 'Fn::Sub') {
        const [text, variables] = Array.isArray(inner) ? (inner as unknown[]) : [inner, {}];
        const own = new Set(Object.keys((variables as object | undefined) ?? {}));
        for (const [, name = ''] of String(text).matchAll(/\$\{([^!][^}]*)\}/g)) {
          const id = name.split('.')[0] ?? name;
          if (!id.startsWith('AWS::') && !own.has(name)) found.add(id);
        }
        references(variables, found);
      } else {
        references(inner, found);
      }
    }
  }
  return found;
}

/** What a resource has to wait for: what it refers to and what it names in DependsOn. */
export function dependenciesOf(template: Template, logicalId: string): readonly string[] {
  const resource = template.Resources[logicalId];
  const named = resource?.DependsOn ?? [];
  const all = [...references(resource?.Properties), ...(typeof named === 'string' ? [named] : named)];
  return [...new Set(all)].filter((id) => id in template.Resources && id !== logicalId);
}
