import type { ResourceToPermit } from '../../ports/resource-permission';
import { list, object, text, type Json } from '../account/json';
import { actionFacts, hasForm, type ActionFacts } from '../actions/action-data';
import type { ServiceCall } from '../calls/service-call';
import { CERTAIN, isNamedAfter, PASSED_TO } from './certain-permissions';
import { handlerPermissions } from './handler-permissions';

/** A call of a handler; `anything`: on which resource cannot be said here. */
export interface HandlerCall {
  readonly call: ServiceCall;
  readonly anything: boolean;
}

const SOURCE = 'the schema of the type in CloudFormation’s registry, "handlers"';
const MAY = 'the type’s handler lists it; whether these properties need it is not known';

/** The calls that CloudFormation's handler makes for a resource with the role of the stack. */
export async function handlerCalls(role: string, resource: ResourceToPermit): Promise<readonly HandlerCall[]> {
  const { type, operation } = resource;
  const listed = handlerPermissions(type, operation) ?? [];
  const found = await Promise.all(listed.map((action) => callsFor(action, role, resource)));
  return [...found.flat(), ...customCalls(role, resource)];
}

/** A custom resource is asked for of a function or a topic, as the stack's role (CloudFormation User Guide, "Create custom provisioning logic with custom resources"). */
function customCalls(by: string, { type, logicalId, operation, properties }: ResourceToPermit): HandlerCall[] {
  const resource = text(properties.ServiceToken);
  const action = CUSTOM[resource.split(':')[2] ?? ''];
  if (!/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(type) || !action) return [];
  const source = 'CloudFormation User Guide, "Create custom provisioning logic with custom resources"';
  const why = `to ${operation} ${logicalId} (${type})`;
  return [{ call: { by, session: { name: 'AWSCloudFormation' }, action, resource, why, source }, anything: false }];
}

const CUSTOM: Readonly<Record<string, string>> = { lambda: 'lambda:InvokeFunction', sns: 'sns:Publish' };

async function callsFor(action: string, by: string, resource: ResourceToPermit): Promise<readonly HandlerCall[]> {
  const { type, logicalId, operation } = resource;
  const why = `to ${operation} ${logicalId} (${type})`;
  const base = { by, session: { name: 'AWSCloudFormation' }, action, why, source: SOURCE };
  if (action === 'iam:PassRole') return passes(base, resource);
  const facts = await actionFacts(action);
  // Schemas name actions that AWS does not publish (`s3:REST.PUT.OBJECT`): nobody can grant them.
  if (!facts) return [];
  const certain = isCertain(action, resource);
  const arn = facts.wildcardOnly ? '*' : resourceOf(action, facts, resource);
  const context = { ...tagsGiven(action, resource), ...boundaryOf(action, resource) };
  const givenPolicy =
    type === 'AWS::KMS::Key' && operation === 'create' ? { givenPolicy: resource.properties.KeyPolicy } : {};
  const call = { ...base, ...givenPolicy, resource: arn ?? '*', context, ...(certain ? {} : { optional: MAY }) };
  return [{ call, anything: arn === undefined }];
}

/** Tags that a request of a handler carries: those of the resource, and of its stack where the type takes tags (CloudFormation User Guide, "Resource tag"). */
function tagsGiven(
  action: string,
  { type, operation, properties, stackTags = {} }: ResourceToPermit,
): NonNullable<ServiceCall['context']> {
  if (!/:(Create|Put|Register|Tag|AddTags|Run|Request|Import)/.test(action)) return {};
  const taken = (handlerPermissions(type, operation) ?? []).some((one) => /:(Tag|AddTags|CreateTags)/.test(one));
  const own = Array.isArray(properties.Tags)
    ? Object.fromEntries(properties.Tags.map((tag) => [text(object(tag).Key), text(object(tag).Value)]))
    : Object.fromEntries(Object.entries(object(properties.Tags)).map(([key, value]) => [key, text(value)]));
  const tags = { ...(taken ? stackTags : {}), ...own };
  if (Object.keys(tags).length === 0) return {};
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': Object.keys(tags),
  };
}

/** The boundary of a role that is made or changed: a condition may ask for it (Service Authorization Reference, AWS IAM: `iam:PermissionsBoundary`). */
function boundaryOf(action: string, { type, properties }: ResourceToPermit): NonNullable<ServiceCall['context']> {
  if (!action.startsWith('iam:') || !/^AWS::IAM::(Role|User)$/.test(type)) return {};
  const boundary = text(properties.PermissionsBoundary);
  return { 'iam:PermissionsBoundary': boundary === '' ? [] : [boundary] };
}

function isCertain(action: string, { type, operation, properties }: ResourceToPermit): boolean {
  if (isNamedAfter(action, type, operation)) return true;
  return (CERTAIN[type] ?? []).some(
    (one) =>
      one.action === action &&
      (one.on ?? ['create']).includes(operation) &&
      (one.property === undefined || isGiven(valueAt(properties, one.property))),
  );
}

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && list(value).length > 0;

function valueAt(properties: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => object(value)[key], properties);
}

/** Roles that the properties name have to be passed; a handler that lists PassRole needs it for nothing else. */
function passes(
  base: Omit<ServiceCall, 'resource'>,
  { type, properties: all, operation, previous, account }: ResourceToPermit,
): HandlerCall[] {
  if (operation === 'delete') return [];
  // A pipeline passes its own role; those of its actions it assumes, and hands on when they run.
  const properties = type === 'AWS::CodePipeline::Pipeline' ? { RoleArn: all.RoleArn } : all;
  const before = new Set(previous ? rolesIn(previous) : []);
  const to = PASSED_TO[type];
  return [...new Set(rolesIn(properties))]
    .filter((role) => !before.has(role) && isPassed(role, account))
    .map((resource) => ({
      call: { ...base, resource, ...(to ? { context: { 'iam:PassedToService': to } } : {}) },
      anything: false,
    }));
}

/** A role of another account cannot be passed, a service-linked one need not be (IAM User Guide, "Grant a user permissions to pass a role to an AWS service"). */
const isPassed = (role: string, account: string): boolean =>
  role.split(':')[4] === account && !role.includes(':role/aws-service-role/');

/** ARNs of roles in properties that are called after a role: those of policies' principals are not passed. */
function rolesIn(value: unknown, key = ''): readonly string[] {
  if (typeof value === 'string') return /role/i.test(key) && /^arn:[^:]+:iam::\d{12}:role\//.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => rolesIn(one, key));
  return Object.entries(object(value)).flatMap(([name, one]) => (/polic/i.test(name) ? [] : rolesIn(one, name)));
}

/** The ARN that an action of the type's own service is asked for; undefined: another service's, or one of several. */
function resourceOf(
  action: string,
  { arns }: ActionFacts,
  { type, physicalId, attributes, account, region, properties }: ResourceToPermit,
): string | undefined {
  const code = object(properties.Code);
  if (type === 'AWS::Lambda::Function' && action === 's3:GetObject' && text(code.S3Bucket) !== '')
    return `arn:aws:s3:::${text(code.S3Bucket)}/${text(code.S3Key)}`;
  if (type === 'AWS::IAM::Policy')
    return text(list(properties.Roles)[0])
      ? `arn:aws:iam::${account}:role/${text(list(properties.Roles)[0])}`
      : undefined;
  for (const own of [text(attributes.Arn), physicalId]) if (own.startsWith('arn:') && hasForm(own, arns)) return own;
  const [form, ...others] = arns;
  if (form === undefined || others.length > 0) return undefined;
  if (!isOwnService(action, type)) return undefined;
  const filled = form.replace('${Partition}', 'aws').replace('${Region}', region).replace('${Account}', account);
  const open = filled.match(/\$\{\w+\}/g) ?? [];
  return open.length === 1 ? filled.replace(/\$\{\w+\}/, () => physicalId) : undefined;
}

function isOwnService(action: string, type: string): boolean {
  const service = (type.split('::')[1] ?? '').toLowerCase();
  return (action.split(':')[0] ?? '').replaceAll('-', '') === service;
}
