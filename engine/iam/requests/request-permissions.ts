import { cbor } from '@smithy/core/cbor';
import { operationName } from '../../ports/aws-request';
import { list, object, text, type Json } from '../account/json';
import type { Asked, AskedPermission, AskedRequest } from './asked-request';
import { namedResources } from './named-resources';
import { restPermission } from './rest-operations';
import { s3Permissions } from './s3-request';

/** Services whose signing name is not the prefix of their actions (Service Authorization Reference, "service prefix"). */
const PREFIXES: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  email: 'ses',
  tagging: 'tag',
  'ecs-tasks': 'ecs',
};
/** "No permissions are required to perform this operation" (STS API Reference, GetCallerIdentity, GetSessionToken). */
const FREE = /^sts:(GetCallerIdentity|GetSessionToken)$/;

/** What a signed request has to be allowed. */
export function permissionsOf(request: AskedRequest): Asked {
  const { service } = request;
  if (service === 's3') return { permissions: s3Permissions(request) };
  const operation = operationName(request);
  if (operation === '') {
    const found = restPermission(request);
    return found
      ? { permissions: [found] }
      : { unknown: `which action of ${service} ${request.method} ${request.url.split('?')[0] ?? ''} is` };
  }
  const action = `${PREFIXES[service] ?? service}:${operation}`;
  if (FREE.test(action)) return { permissions: [] };
  const values = parametersOf(request);
  const { account, region } = request;
  const context = contextOf(service, values);
  const resources = namedResources[service]?.({ account, region, operation, values });
  const asked: AskedPermission[] =
    resources === undefined ? [{ action, context }] : resources.map((resource) => ({ action, resource, context }));
  return {
    permissions: [
      ...asked,
      ...ofSession(service, operation, values, context),
      ...passedRoles(service, operation, values),
    ],
  };
}

/** Keys of the request that its parameters show (Service Authorization Reference: the condition keys of each service). */
function contextOf(service: string, values: Json): Record<string, string | readonly string[]> {
  const tags = [values.Tags, values.tags].flatMap(list).map(object);
  const named = tags.map((tag) => [text(tag.Key) || text(tag.key), text(tag.Value) || text(tag.value)] as const);
  return {
    ...Object.fromEntries(named.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(named.length > 0 ? { 'aws:TagKeys': named.map(([key]) => key) } : {}),
    ...(service === 'sts' && text(values.ExternalId) ? { 'sts:ExternalId': text(values.ExternalId) } : {}),
    ...(service === 'sts' ? { 'sts:RoleSessionName': text(values.RoleSessionName) } : {}),
    ...(service === 'sts' && text(values.SourceIdentity) ? { 'sts:SourceIdentity': text(values.SourceIdentity) } : {}),
    ...(service === 'kms' ? keyContextOf(values) : {}),
    ...(service === 'cloudformation' && text(values.ChangeSetName)
      ? { 'cloudformation:ChangeSetName': text(values.ChangeSetName) }
      : {}),
    ...(service === 'cloudformation' && text(values.RoleARN) ? { 'cloudformation:RoleArn': text(values.RoleARN) } : {}),
  };
}

/** KMS is asked directly here, through no other service; what the request binds the text to is a key of its own (KMS Developer Guide, "AWS KMS condition keys"). */
function keyContextOf(values: Json): Record<string, string | readonly string[]> {
  const bound = Object.entries(object(values.EncryptionContext));
  return {
    'kms:ViaService': [],
    'kms:EncryptionContextKeys': bound.map(([key]) => key),
    ...Object.fromEntries(bound.map(([key, value]) => [`kms:EncryptionContext:${key}`, text(value)])),
  };
}

/**
 * What the tags and the source identity of a session ask for, of the role that is assumed (IAM User Guide, "Pass session tags in AWS STS", "Monitor and control actions
 * taken with assumed roles").
 */
function ofSession(
  service: string,
  operation: string,
  values: Json,
  context: Record<string, string | readonly string[]>,
): readonly AskedPermission[] {
  if (service !== 'sts' || operation !== 'AssumeRole') return [];
  const resource = text(values.RoleArn);
  return [
    ...(list(values.Tags).length > 0 ? [{ action: 'sts:TagSession', resource, context }] : []),
    ...(text(values.SourceIdentity) ? [{ action: 'sts:SetSourceIdentity', resource, context }] : []),
  ];
}

/** Roles that a request hands to a service: each has to be passed (IAM User Guide, "Grant a user permissions to pass a role to an AWS service"). */
function passedRoles(service: string, operation: string, values: Json): readonly AskedPermission[] {
  const pass = (role: unknown, to: string): readonly AskedPermission[] =>
    text(role).startsWith('arn:')
      ? [{ action: 'iam:PassRole', resource: text(role), context: { 'iam:PassedToService': to } }]
      : [];
  if (service === 'cloudformation') return pass(values.RoleARN, 'cloudformation.amazonaws.com');
  if (service === 'ecs' && /^(RegisterTaskDefinition|RunTask)$/.test(operation)) {
    const from = { ...values, ...object(values.overrides) };
    return [
      ...pass(from.taskRoleArn, 'ecs-tasks.amazonaws.com'),
      ...pass(from.executionRoleArn, 'ecs-tasks.amazonaws.com'),
    ];
  }
  return [];
}

/** What the rehearsal answers itself and reads as a form, whatever the headers say. */
const FORMS = /^(sts|cloudformation)$/;

function parametersOf({ service, headers, body }: AskedRequest): Json {
  if (FORMS.test(service)) return formOf(body.toString('utf8'));
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') {
    try {
      return object(cbor.deserialize(body));
    } catch {
      return {};
    }
  }
  if (/x-www-form-urlencoded/.test(headers['content-type'] ?? '')) return formOf(body.toString('utf8'));
  try {
    return object(JSON.parse(body.toString('utf8')));
  } catch {
    // What is not JSON is refused by the service itself.
    return {};
  }
}

/** A form of the query protocols: lists as `Name.member.1`, of EC2 and SQS `Name.1`. Of a field that is there twice the first one counts, as for what answers. */
function formOf(form: string): Json {
  const values: Record<string, unknown> = {};
  const tags = new Map<string, Record<string, string>>();
  for (const [name, value] of new URLSearchParams(form)) {
    const [head = '', ...rest] = name.split('.');
    const [at = '', field] = rest.filter((part) => part !== 'member');
    if (rest.length === 0) values[head] ??= value;
    else if (head === 'Tags' && field) tags.set(at, { [field]: value, ...tags.get(at) });
    else if (field === undefined) values[head] = [...list(values[head]), value];
  }
  return tags.size > 0 ? { ...values, Tags: [...tags.values()] } : values;
}
