import { SaiondoError } from '../../model/errors';
import type { Provisioned, ProvisionRequest } from '../ports/provisioner';
import type { LocalEndpoint } from '../ports/local-aws';
import { matchesPattern } from '../text/regular-expression';

/** What calls of AWS from custom resources go to. */
export interface AwsCallHost {
  /** The local AWS endpoint; it may not listen yet when the provisioners are made. */
  readonly endpoint: LocalEndpoint;
  readonly putParameter: (account: string, region: string, name: string, value: string) => Promise<void>;
  readonly deleteParameter: (account: string, region: string, name: string) => Promise<void>;
}

interface AwsCall {
  readonly service: string;
  readonly action: string;
  readonly parameters?: unknown;
  readonly physicalResourceId?: { readonly id?: string; readonly responsePath?: string };
  readonly outputPaths?: readonly string[];
  readonly ignoreErrorCodesMatching?: string;
  readonly region?: string;
  readonly assumedRoleArn?: string;
}

interface Client {
  send(command: unknown): Promise<Record<string, unknown>>;
  destroy(): void;
}

/** The SDK's clients that this package has: what the operator's commands and the local endpoint know. By the client's name in the SDK. */
const CLIENTS: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  cloudformation: () => import('@aws-sdk/client-cloudformation'),
  cloudwatchlogs: () => import('@aws-sdk/client-cloudwatch-logs'),
  ecr: () => import('@aws-sdk/client-ecr'),
  ecs: () => import('@aws-sdk/client-ecs'),
  iam: () => import('@aws-sdk/client-iam'),
  s3: () => import('@aws-sdk/client-s3'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  ssm: () => import('@aws-sdk/client-ssm'),
  sts: () => import('@aws-sdk/client-sts'),
};

/**
 * The CDK's AwsCustomResource: one call of AWS when it is created, updated or deleted (aws-cdk-lib/custom-resources, "Custom Resources for AWS
 * APIs"). A service without a client here is not rehearsed, by name.
 * @throws SaiondoError with AWS's error, unless the call ignores it
 */
export async function answerAwsCall(
  host: AwsCallHost,
  request: ProvisionRequest,
  event: 'Create' | 'Update' | 'Delete',
): Promise<Provisioned> {
  const { properties, previous, physicalId } = request;
  const given = properties[event];
  const known = previous?.physicalId ?? physicalId;
  if (given === undefined) return { standing: 'real', physicalId: known, attributes: previous?.attributes ?? {} };
  const call = decoded(typeof given === 'string' ? JSON.parse(given) : given, known) as AwsCall;
  const service = call.service
    .toLowerCase()
    .replace(/^@aws-sdk\/client-/, '')
    .replaceAll('-', '');
  const load = CLIENTS[service];
  const action = call.action.replace(/Command$/, '');
  const name = `${action[0]?.toUpperCase() ?? ''}${action.slice(1)}`;
  if (!load)
    return {
      standing: 'recorded',
      notRehearsed: `Custom::AWS calls ${call.service} ${name}, which this package has no client for`,
    };
  const sdk = await load();
  const Command = sdk[`${name}Command`] as (new (input: unknown) => unknown) | undefined;
  if (!Command)
    throw new SaiondoError(`Custom::AWS calls ${call.service} ${call.action}, which the service does not have`, {
      code: 'ValidationError',
    });
  const response = await send(host, request, call, sdk, Command);
  const data = response ? flattened(response) : {};
  const { id, responsePath } = call.physicalResourceId ?? {};
  const paths = call.outputPaths;
  return {
    standing: 'real',
    physicalId: id ?? (responsePath ? String(data[responsePath] ?? known) : known),
    attributes: paths
      ? Object.fromEntries(Object.entries(data).filter(([key]) => paths.some((path) => key.startsWith(path))))
      : data,
  };
}

async function send(
  host: AwsCallHost,
  request: ProvisionRequest,
  call: AwsCall,
  sdk: Record<string, unknown>,
  Command: new (input: unknown) => unknown,
): Promise<Record<string, unknown> | undefined> {
  const Client = Object.entries(sdk).find(
    ([key]) => /^[A-Z]\w*Client$/.test(key) && !key.startsWith('__'),
  )?.[1] as new (options: unknown) => Client;
  const account = /^arn:aws[^:]*:iam::(\d{12}):/.exec(call.assumedRoleArn ?? '')?.[1] ?? request.account;
  const client = new Client({
    endpoint: host.endpoint.endpointUrl,
    region: call.region ?? request.region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: host.endpoint.credentials(account),
  });
  try {
    return await client.send(new Command(call.parameters ?? {}));
  } catch (error) {
    const { name: code = '', message = '' } = error as { name?: string; message?: string };
    const { ignoreErrorCodesMatching: ignored } = call;
    // The template's own pattern, which may backtrack without end.
    if (ignored && (await matchesPattern(ignored, code, false))) return undefined;
    throw new SaiondoError(`${call.service} ${call.action}: ${message}`, {
      code: code || 'ValidationError',
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

/** CloudFormation makes texts of everything; the CDK marks what was a boolean, and the place of the physical id. */
function decoded(value: unknown, physicalId: string): unknown {
  if (value === 'TRUE:BOOLEAN') return true;
  if (value === 'FALSE:BOOLEAN') return false;
  if (value === 'PHYSICAL:RESOURCEID:') return physicalId;
  if (Array.isArray(value)) return value.map((item) => decoded(item, physicalId));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decoded(inner, physicalId)]));
}

/** `{ Parameter: { Value: 'x' } }` as `{ 'Parameter.Value': 'x' }`: attribute names have no depth. */
function flattened(value: Readonly<Record<string, unknown>>, at = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      const name = at ? `${at}.${key}` : key;
      if (name === '$metadata') return [];
      return inner !== null && typeof inner === 'object' && !(inner instanceof Date)
        ? Object.entries(flattened(inner as Record<string, unknown>, name))
        : [[name, inner instanceof Date ? inner.toISOString() : inner]];
    }),
  );
}
