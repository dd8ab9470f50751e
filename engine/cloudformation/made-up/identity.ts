import {
  arnTemplateOf,
  attributeDocumentationOf,
  attributesOf,
  attributeTypeOf,
  hasProperty,
  refIdentifierOf,
} from '../template/resource-schema';
import { unknownValue } from '../template/unknown-value';
import type { Properties, ResourceAddress } from './address';
import { likeExample } from './example';
import { FORMS } from './forms';
import { fill, hexOf, type Filling } from './seeded';

/** The name of a resource: the one that its properties give, or one that is generated like CloudFormation's, the same in every run. */
export function nameOf(address: ResourceAddress, properties: Properties): string {
  const given = nameProperties(address.type)
    .map((property) => properties[property])
    .find((value) => typeof value === 'string' && value !== '') as string | undefined;
  if (given !== undefined)
    return address.type === 'AWS::ECS::TaskDefinition' ? `${given}:${address.generation}` : given;
  return generatedName(address);
}

function generatedName(address: ResourceAddress): string {
  const { stackName, logicalId, type } = address;
  const end = `-${hexOf(address, 12)}`;
  if (LOWER_CASE.test(type)) return `${stackName}-${logicalId}${end}`.toLowerCase().slice(-63);
  // Of a long name both parts lose their ends: policies name what begins with the stack.
  const stack = stackName.slice(0, Math.max(24, 50 - logicalId.length));
  return `${stack}-${logicalId}`.slice(0, 64 - end.length) + end;
}

/** The properties that may name a resource of a type, the likeliest first. */
function nameProperties(type: string): string[] {
  const kind = type.split('::')[2] ?? '';
  const [, placeholder = ''] = /\$\{([A-Za-z]+)\}[^$]*$/.exec(arnTemplateOf(type) ?? '') ?? [];
  const byArn = /Name$/.test(placeholder) ? [placeholder] : [];
  const known = FORMS[type]?.name;
  if (known) return [known];
  return [...refIdentifierOf(type), ...byArn, `${kind}Name`, 'Name'].filter((property) => hasProperty(type, property));
}

/** Types whose names AWS takes in lower case only. */
const LOWER_CASE = /^AWS::(S3::Bucket|RDS::|ElastiCache::|ECR::)/;

const SERVICE: Readonly<Record<string, string>> = {
  ElasticLoadBalancingV2: 'elasticloadbalancing',
  ApplicationAutoScaling: 'application-autoscaling',
  CertificateManager: 'acm',
  EFS: 'elasticfilesystem',
  MSK: 'kafka',
  StepFunctions: 'states',
};
const GLOBAL = new Set(['iam', 'cloudfront', 's3', 'route53', 'globalaccelerator', 'organizations']);

/** The ARN of a resource by its type's form (Service Authorization Reference, as `@aws-cdk/aws-service-spec` publishes it). */
export function arnOf(filling: Filling): string {
  const { address } = filling;
  const [, family = '', kind = ''] = address.type.split('::');
  const service = SERVICE[family] ?? family.toLowerCase();
  const form = FORMS[address.type]?.arn;
  const template = form === undefined ? arnTemplateOf(address.type) : undefined;
  if (template !== undefined) return fill(formOfTemplate(template, address.type), filling);
  const example = form === undefined ? arnExample(address.type) : undefined;
  if (example !== undefined) return likeExample(example, filling);
  const rest = form ?? `${kind.toLowerCase()}/{name}`;
  if (/^(arn:|\{(of|p)\.)/.test(rest)) return fill(rest, filling);
  // `/name` after a slash has one slash (a parameter's ARN); after a colon it keeps its own (a log group's).
  const name = rest.includes('/{name}') ? filling.name.replace(/^\//, '') : filling.name;
  const region = GLOBAL.has(service) ? '' : '{region}';
  return fill(`arn:{partition}:${service}:${region}:{account}:${rest}`, { ...filling, name });
}

function arnExample(type: string): string | undefined {
  const kind = type.split('::')[2] ?? '';
  const attributes = ['Arn', 'ARN', 'ResourceARN', `${kind}Arn`, ...refIdentifierOf(type)];
  return attributes
    .map((one) => exampleOf(type, one))
    .find((one) => one?.startsWith('arn:') && one.split(':').length > 5);
}

/** A template `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}` as a form: its last part is the resource, the others its parents. */
function formOfTemplate(template: string, type: string): string {
  const whole: Readonly<Record<string, string>> = {
    Partition: '{partition}',
    Region: '{region}',
    Account: '{account}',
  };
  const [identifier = ''] = refIdentifierOf(type);
  const byArn = /Arn$|ARN$/.test(identifier);
  const named = nameProperties(type).length > 0 ? '{name}' : '{uuid}';
  const last = template.lastIndexOf('${');
  return template.replace(/\$\{([A-Za-z0-9]+)\}/g, (_all, name: string, at: number) => {
    if (whole[name]) return whole[name];
    if (at !== last) return hasProperty(type, name) ? `{p.${name}}` : '{low:10}';
    if (/Name$/.test(name)) return '{name}';
    return byArn ? named : '{id}';
  });
}

/** What `Ref` gives (CloudFormation Template Reference, "Return values" of each type). */
export function refOf(address: ResourceAddress, properties: Properties): string {
  const filling: Filling = { address, properties, name: nameOf(address, properties) };
  const { type } = address;
  const form = FORMS[type]?.ref;
  if (form !== undefined) return fill(form, form.includes('{arn}') ? { ...filling, arn: arnOf(filling) } : filling);
  const [identifier = ''] = refIdentifierOf(type);
  if (/Arn$|ARN$/.test(identifier)) return arnOf(filling);
  const given = properties[identifier];
  if (typeof given === 'string' && given !== '') return filling.name;
  const [, service = '', kind = ''] = type.split('::');
  if (service === 'EC2') return `${kind.toLowerCase()}-${hexOf(address, 17)}`;
  const example = exampleOf(type, identifier);
  if (example !== undefined && /\d/.test(example)) return likeExample(example, filling);
  if (hasProperty(type, identifier)) return filling.name;
  // An id that AWS makes: a policy's `PolicyName`, for one, names no resource of its own.
  return /[a-z](Id|Identifier)$/.test(identifier) ? fill('{uuid}', filling) : generatedName(address);
}

/**
 * What `Fn::GetAtt` gives of a resource that nothing stands in for on this machine, in AWS's form; a text whose end says that its form is not known
 * here; undefined where the published schema has no such attribute.
 */
export function attributeOf(address: ResourceAddress, properties: Properties, id: string, attribute: string): unknown {
  const { type } = address;
  const name = nameOf(address, properties);
  const filling: Filling = { address, properties, name, id };
  const arn = (): string => (id.startsWith('arn:') ? id : arnOf(filling));
  const form = FORMS[type]?.attributes?.[attribute];
  if (form !== undefined) {
    const full = { ...filling, ...(JSON.stringify(form).includes('{arn}') ? { arn: arn() } : {}) };
    return typeof form === 'string' ? fill(form, full) : form.map((one) => fill(one, full));
  }
  const property = attribute
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], properties);
  if (property !== undefined && typeof property !== 'object' && !attribute.endsWith('Arn')) return property;
  const known = attributesOf(type);
  if (known && !known.includes(attribute) && !/A(rn|RN)$/.test(attribute)) return undefined;
  const [identifier] = refIdentifierOf(type);
  const kind = type.split('::')[2] ?? '';
  if (attribute === identifier) return id;
  if (/^(Arn|ARN|ResourceArn|ResourceARN)$/.test(attribute) || attribute === `${kind}Arn`) return arn();
  const byType = byAttributeType(type, attribute, filling);
  if (byType !== undefined) return byType;
  const example = exampleOf(type, attribute);
  if (example !== undefined) return likeExample(example, filling);
  return byName(attribute, filling, arn) ?? unknownValue(name, attribute);
}

/** Values whose type alone says what they look like. */
function byAttributeType(type: string, attribute: string, filling: Filling): unknown {
  const schema = attributeTypeOf(type, attribute);
  switch (schema?.type) {
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return attribute.endsWith('Port') ? 0 : 1;
    case 'date-time':
      return `${fill('{time}', filling)}Z`;
    case 'array': {
      if (schema.element?.type !== 'string') return [];
      const one = attributeOf(filling.address, filling.properties, filling.id ?? filling.name, `${attribute}[0]`);
      return [
        one ??
          byName(attribute.replace(/s$/, ''), filling, () => arnOf(filling)) ??
          unknownValue(filling.name, attribute),
      ];
    }
    case 'map':
    case 'json':
    case 'ref':
      return {};
    default:
      return undefined;
  }
}

/** Values whose attribute's name says what they look like. */
function byName(attribute: string, filling: Filling, arn: () => string): string | undefined {
  const { name, id = name } = filling;
  const last = attribute.split('.').pop() ?? attribute;
  if (/A(rn|RN)$/.test(last)) return arn();
  if (/Port$/.test(last)) return '0';
  if (/(Time|Timestamp|Date|At)$/.test(last)) return `${fill('{time}', filling)}Z`;
  if (/^(.*(Account|Owner)Id|Owner|RegistryId)$/.test(last)) return filling.address.account;
  if (/^(.*AvailabilityZone)$/.test(last)) return `${filling.address.region}a`;
  if (/Region$/.test(last)) return filling.address.region;
  if (/VpcId$/.test(last)) return fill('vpc-{hex:17:vpc}', filling);
  if (/^Status|Status$|State$/.test(last)) return 'ACTIVE';
  if (/Version$|VersionNumber$|Revision$/.test(last)) return '1';
  if (/DomainName$|Url$|URL$|Uri$|Endpoint$|Address$|Dns$/.test(last)) return undefined;
  if (last === 'Name' || /Name$/.test(last)) return id.startsWith('arn:') || last === 'Name' ? name : id;
  if (last === 'Id' || /(Id|Identifier)$/.test(last)) return id.startsWith('arn:') ? id.split(/[:/]/).pop() : id;
  return undefined;
}

/** The first example in an attribute's documentation that is a value. */
function exampleOf(type: string, attribute: string): string | undefined {
  const documentation = attributeDocumentationOf(type, attribute) ?? '';
  return [...documentation.matchAll(/`([^`]+)`/g)]
    .map(([, example = '']) => example.replace(/\s*\*\s*/g, '').trim())
    .find((example) => VALUE.test(example));
}

/** An ARN, an address, a name of a host, an id with a prefix. */
const VALUE = /^(arn:[^\s{]+|[a-z+]+:\/\/[^\s{]+|[a-z0-9-]+(\.[a-z0-9-]+){2,}(:\d+)?|[a-z]+-[a-z0-9-]*\d[a-z0-9-]*)$/;
