// Longer than 300 lines: every check of a template stands next to the others, as CloudFormation reports them together.
import { closest } from '../../../model/nearest';
import { SaiondoError, type Location } from '../../../model/errors';
import { dynamicReferencesOf } from './dynamic-references';
import { checkFunctions } from './function-checks';
import { LANGUAGE_EXTENSIONS, transformsOf } from './language-extensions';
import { attributesOf, checkProperties, MOST_PROBLEMS } from './resource-schema';
import { nameForPeople, referencesIn, type Template } from './template';

/** Something in a template that CloudFormation refuses. */
export interface TemplateProblem {
  readonly where: Location;
  readonly message: string;
}

/** How many of a section's entries CloudFormation takes (CloudFormation User Guide, "Understand CloudFormation quotas"). */
const QUOTAS = { Resources: 500, Parameters: 200, Outputs: 200, Mappings: 200 } as const;

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
  'Hooks',
];

/**
 * `Description` is on no page of AWS and is taken: CodeStar's templates had one on every resource (shalupov/idea-cloudformation#117, aws/aws-cdk#10522).
 * `Version` is a custom resource's (CloudFormation's linter).
 */
const RESOURCE_KEYS = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'Metadata',
  'CreationPolicy',
  'UpdatePolicy',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'Description',
];
const CUSTOM_RESOURCE = /^(?:Custom::|AWS::CloudFormation::CustomResource$)/;

const POLICIES = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];

/** Properties that may hold an `ssm-secure` reference (CloudFormation User Guide, "Get a secure string value from Systems Manager Parameter Store"). */
const SECURE = new RegExp(
  `^AWS::(${[
    'DirectoryService::(MicrosoftAD|SimpleAD)/Properties/Password',
    'ElastiCache::ReplicationGroup/Properties/AuthToken',
    'IAM::User/Properties/LoginProfile',
    'KinesisFirehose::DeliveryStream/Properties/RedshiftDestinationConfiguration',
    'OpsWorks::App/Properties/AppSource',
    'OpsWorks::Stack/Properties/(CustomCookbooksSource|RdsDbInstances)',
    'RDS::(DBCluster|DBInstance)/Properties/MasterUserPassword',
    'Redshift::Cluster/Properties/MasterUserPassword',
  ].join('|')})$`,
);

/** Types of which a snapshot can be taken (CloudFormation User Guide, "DeletionPolicy attribute"). */
const SNAPSHOTS =
  /^AWS::(DocDB::DBCluster|EC2::Volume|ElastiCache::(CacheCluster|ReplicationGroup)|Neptune::DBCluster|RDS::(DBCluster|DBInstance)|Redshift::Cluster)$/;

/**
 * Everything that CloudFormation refuses in a template before it makes anything: sections and quotas, transforms, references that lead
 * nowhere, policies, and properties that AWS's published schemas do not have.
 */
export function templateProblems(template: Template, file: string): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const add = (path: string, message: string): void => void problems.push({ where: { file, path }, message });
  checkShapes(template, add);
  if (problems.length > 0) return problems;
  checkSections(template, add);
  if (problems.length > 0) return problems;
  checkFunctions(template, add);
  checkReferences(template, add);
  checkReferenceTexts(template, add);
  for (const logicalId of Object.keys(template.Resources)) {
    if (problems.length >= MOST_PROBLEMS) break;
    checkResource(template, logicalId, add);
  }
  return problems;
}

/** @throws SaiondoError `TEMPLATE_INVALID` with all of {@link templateProblems} */
export function refuseProblems(problems: readonly TemplateProblem[]): void {
  const [first] = problems;
  if (!first) return;
  throw new SaiondoError(
    problems.map(({ where, message }) => `${where.file} (${where.path ?? ''}): ${message}`).join('\n'),
    { code: 'TEMPLATE_INVALID', where: first.where, next: 'AWS’s resource reference has the type’s properties' },
  );
}

type Add = (path: string, message: string) => void;

/** Sections whose entries are maps themselves. */
const MAPS = ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs', 'Rules'];

/** What cannot be read as a template at all: everything after this relies on it. */
function checkShapes(template: Template, add: Add): void {
  const nulls = (value: unknown, path: readonly string[]): void => {
    if (value === null)
      add(path.join('.'), `Template format error: [/${path.join('/')}] 'null' values are not allowed in templates`);
    else if (typeof value === 'object')
      for (const [key, one] of Object.entries(value as object)) nulls(one, [...path, key]);
  };
  nulls(template, []);
  const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  for (const section of MAPS) {
    const entries: unknown = (template as unknown as Record<string, unknown>)[section];
    if (entries === undefined || entries === null) continue;
    if (!isMap(entries)) add(section, `Template format error: ${section} is not a map`);
    else
      for (const [name, entry] of Object.entries(entries as object)) {
        if (entry !== null && !isMap(entry))
          add(`${section}.${name}`, `Template format error: ${section}/${name} is not a map`);
        const condition: unknown =
          section === 'Resources' || section === 'Outputs'
            ? (entry as { Condition?: unknown } | null)?.Condition
            : undefined;
        if (condition !== undefined && condition !== null && typeof condition !== 'string')
          add(`${section}.${name}.Condition`, `Template format error: the Condition of ${section}/${name} is not text`);
      }
  }
}

function checkSections(template: Template, add: Add): void {
  for (const section of Object.keys(template)) {
    if (!SECTIONS.includes(section))
      add(section, `Invalid template property or properties [${section}]; did you mean ${closest(section, SECTIONS)}?`);
  }
  if ('Hooks' in template)
    add('Hooks', 'not rehearsed: the Hooks section (CodeDeploy blue/green through CloudFormation)');
  const version: unknown = template.AWSTemplateFormatVersion;
  if (version !== undefined && String(version) !== '2010-09-09')
    add('AWSTemplateFormatVersion', `Template format error: unsupported value ${String(version)}: expected 2010-09-09`);
  const resources: unknown = template.Resources;
  if (resources === null || typeof resources !== 'object' || Object.keys(resources).length === 0)
    add('Resources', 'Template format error: At least one Resources member must be defined.');
  for (const [section, most] of Object.entries(QUOTAS)) {
    const count = Object.keys((template as unknown as Record<string, object | undefined>)[section] ?? {}).length;
    if (count > most)
      add(
        section,
        `Template format error: Number of ${section.toLowerCase()}, ${count}, is greater than maximum allowed, ${most}`,
      );
  }
  for (const transform of transformsOf(template)) {
    if (transform !== LANGUAGE_EXTENSIONS)
      add('Transform', `not rehearsed: the transform ${transform} is a macro, which runs in AWS`);
  }
}

const PSEUDO = /^AWS::(AccountId|NotificationARNs|NoValue|Partition|Region|StackId|StackName|URLSuffix)$/;

function checkReferences(template: Template, add: Add): void {
  const { Resources: resources, Parameters: parameters = {}, Conditions: conditions = {} } = template;
  const known = (name: string): boolean =>
    Object.hasOwn(resources, name) || Object.hasOwn(parameters, name) || PSEUDO.test(name);
  const names = [...Object.keys(resources), ...Object.keys(parameters)];
  const unresolved = (name: string, block: string): string =>
    `Template format error: Unresolved resource dependencies [${name}] in the ${block} block of the template${names.length > 0 ? `; did you mean ${closest(name, names)}?` : ''}`;
  for (const block of ['Resources', 'Outputs'] as const) {
    for (const reference of referencesIn(template[block], block)) {
      if (!known(reference.name)) add(reference.at, unresolved(reference.name, block));
      else if (reference.attribute !== undefined) {
        const type = resources[reference.name]?.Type;
        if (type === undefined)
          add(reference.at, `Template error: instance of Fn::GetAtt references undefined resource ${reference.name}`);
        else checkAttribute(type, reference.name, reference.attribute, reference.at, add);
      }
    }
  }
  for (const reference of referencesIn(conditions, 'Conditions')) {
    if (!Object.hasOwn(parameters, reference.name) && !PSEUDO.test(reference.name))
      add(
        reference.at,
        `Template error: Unresolved dependencies [${reference.name}]. Cannot reference resources in the Conditions block of the template`,
      );
  }
  checkConditions(template, add);
}

function checkAttribute(type: string, logicalId: string, attribute: string, at: string, add: Add): void {
  const attributes = attributesOf(type);
  if (
    !attributes ||
    attributes.length === 0 ||
    type === 'AWS::CloudFormation::Stack' ||
    type === 'AWS::CloudFormation::CustomResource'
  )
    return;
  if (attributes.includes(attribute) || attributes.some((one) => one.startsWith(`${attribute}.`))) return;
  // Attributes that AWS documents and its schema leaves out are all of this form.
  if (attribute.endsWith('Arn') || attribute.endsWith('Id')) return;
  add(
    at,
    `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt; did you mean ${closest(attribute, [...attributes])}?`,
  );
}

function checkConditions(template: Template, add: Add): void {
  const conditions = template.Conditions ?? {};
  const names = Object.keys(conditions);
  const usedBy = (value: unknown, at: string, inConditions: boolean): { name: string; at: string }[] => {
    if (Array.isArray(value)) return value.flatMap((item, i) => usedBy(item, `${at}[${i}]`, inConditions));
    if (value === null || typeof value !== 'object') return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      const inside = `${at}.${key}`;
      const own =
        key === 'Fn::If' && Array.isArray(inner) && typeof inner[0] === 'string'
          ? [{ name: inner[0], at: inside }]
          : inConditions && key === 'Condition' && typeof inner === 'string'
            ? [{ name: inner, at: inside }]
            : [];
      return [...own, ...usedBy(inner, inside, inConditions)];
    });
  };
  const named = [
    ...Object.entries(template.Resources).flatMap(([id, resource]) => [
      ...(resource?.Condition ? [{ name: resource.Condition, at: `Resources.${id}.Condition` }] : []),
      ...usedBy(resource?.Properties, `Resources.${id}.Properties`, false),
    ]),
    ...Object.entries(template.Outputs ?? {}).flatMap(([id, output]) => [
      ...(output.Condition ? [{ name: output.Condition, at: `Outputs.${id}.Condition` }] : []),
      ...usedBy(output.Value, `Outputs.${id}.Value`, false),
    ]),
    ...usedBy(conditions, 'Conditions', true),
  ];
  for (const { name, at } of named) {
    if (!Object.hasOwn(conditions, name))
      add(
        at,
        `Template format error: Unresolved condition dependency ${name}${names.length > 0 ? `; did you mean ${closest(name, names)}?` : ''}`,
      );
  }
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      const cycle = [...trail.slice(trail.indexOf(name)), name].join(' → ');
      add(`Conditions.${name}`, `Template format error: Circular dependency between conditions: ${cycle}`);
      return;
    }
    state.set(name, 'open');
    for (const used of usedBy(conditions[name], '', true)) visit(used.name, [...trail, name]);
    state.set(name, 'done');
  };
  for (const name of names) visit(name, []);
}

function checkResource(template: Template, logicalId: string, add: Add): void {
  const resource = template.Resources[logicalId];
  const at = `Resources.${logicalId}`;
  const named = nameForPeople(template, logicalId);
  if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId))
    add(at, `Template format error: Resource name ${logicalId} is non alphanumeric.`);
  if (typeof resource?.Type !== 'string') {
    add(at, `Template format error: [${at}] has no Type`);
    return;
  }
  for (const key of Object.keys(resource)) {
    if (!RESOURCE_KEYS.includes(key) && !(key === 'Version' && CUSTOM_RESOURCE.test(resource.Type)))
      add(
        `${at}.${key}`,
        `${named}: Invalid template resource property '${key}'; did you mean ${closest(key, RESOURCE_KEYS)}?`,
      );
  }
  for (const dependency of [resource.DependsOn ?? []].flat()) {
    if (typeof dependency !== 'string' || !Object.hasOwn(template.Resources, dependency))
      add(
        `${at}.DependsOn`,
        `Template format error: Unresolved resource dependencies [${String(dependency)}] in the Resources block of the template`,
      );
    else if (dependency === logicalId) add(`${at}.DependsOn`, `Circular dependency for resource ${logicalId}`);
  }
  for (const key of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
    const policy: unknown = resource[key];
    if (policy === undefined || (typeof policy === 'object' && policy !== null)) continue;
    if (!POLICIES.includes(String(policy)))
      add(
        `${at}.${key}`,
        `Template format error: Unrecognized ${key} ${String(policy)} for resource ${logicalId}: expected ${POLICIES.join(', ')}`,
      );
    else if (policy === 'Snapshot' && !SNAPSHOTS.test(resource.Type))
      add(`${at}.${key}`, `Template error: resource type ${resource.Type} does not support ${key} Snapshot`);
  }
  checkDynamicReferences(resource.Properties, `${at}.Properties`, named, add);
  for (const [key, value] of Object.entries(resource.Properties ?? {})) {
    const property = `${resource.Type}/Properties/${key}`;
    if (!SECURE.test(property) && JSON.stringify(value)?.includes('{{resolve:ssm-secure:'))
      add(`${at}.Properties.${key}`, `SSM Secure reference is not supported in: ${property}`);
  }
  for (const problem of checkProperties(resource.Type, resource.Properties ?? {}, at))
    add(problem.path, `${resource.Type} ${named}: ${problem.message}`);
}

/** CloudFormation User Guide, "Get values stored in other services using dynamic references": considerations. */
const MOST_REFERENCES = 60;

function checkReferenceTexts(template: Template, add: Add): void {
  const text = JSON.stringify([template.Resources, template.Outputs ?? {}]);
  const count = text.match(/\{\{resolve:/g)?.length ?? 0;
  if (count > MOST_REFERENCES)
    add(
      'Resources',
      `Template error: Number of dynamic references, ${count}, is greater than maximum allowed, ${MOST_REFERENCES}`,
    );
  for (const [name, parameter] of Object.entries(template.Parameters ?? {})) {
    const given = typeof parameter.Default === 'string' ? parameter.Default : '';
    if (/\{\{resolve:ssm(?:-secure)?:[^:}]+\}\}/.test(given))
      add(
        `Parameters.${name}.Default`,
        `Template error: the dynamic reference ${given} in the Parameters section has no version: you must include a version number`,
      );
  }
}

function checkDynamicReferences(value: unknown, at: string, named: string, add: Add): void {
  if (typeof value === 'string') {
    const { problem } = value.includes('{{resolve:') ? dynamicReferencesOf(value) : {};
    if (problem) add(at, `${named}: ${problem}`);
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => checkDynamicReferences(item, `${at}[${i}]`, named, add));
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      // The parts of a joined reference make none by themselves.
      if (key !== 'Fn::Join' && key !== 'Fn::Sub') checkDynamicReferences(inner, `${at}.${key}`, named, add);
    }
  }
}
