import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import { list, object, text } from './json';

/** The policies of CloudWatch Logs in an account and region, as one: their statements name the log groups. */
export function logsPolicy({ stack }: ResourceOfStack, ledger: Pick<StackLedger, 'resources'>): unknown {
  const documents = ledger
    .resources('AWS::Logs::ResourcePolicy', stack.account, stack.region)
    .map(({ properties }) => documentIn(properties.PolicyDocument));
  if (documents.length === 0) return undefined;
  return { Version: '2012-10-17', Statement: documents.flatMap((one) => list(object(one).Statement)) };
}

/** A function's policy, which its permissions make, one statement each (Lambda API Reference, AddPermission). */
export function functionPolicy(
  { physicalId, stack }: ResourceOfStack,
  ledger: Pick<StackLedger, 'resources'>,
): unknown {
  const permissions = ledger
    .resources('AWS::Lambda::Permission', stack.account, stack.region)
    .map(({ properties }) => properties)
    .filter(({ FunctionName: name }) => functionNamed(text(name)) === physicalId);
  if (permissions.length === 0) return undefined;
  return { Version: '2012-10-17', Statement: permissions.map((one) => permissionStatement(one, physicalId, stack)) };
}

/** A policy that a template gives as an object or as its text; undefined for a text that is not JSON, which is refused where it is deployed. */
function documentIn(given: unknown): unknown {
  try {
    return typeof given === 'string' ? JSON.parse(given) : given;
  } catch {
    return undefined;
  }
}

/** The name of a function that is named by its ARN, qualified or not, or by its name. */
const functionNamed = (named: string): string => (named.split(':function:').at(-1) ?? '').split(':')[0] ?? '';

function permissionStatement(
  permission: Readonly<Record<string, unknown>>,
  name: string,
  { account, region }: ResourceOfStack['stack'],
): object {
  const principal = text(permission.Principal);
  const source = text(permission.SourceArn);
  const owner = text(permission.SourceAccount);
  const condition = {
    ...(source ? { ArnLike: { 'AWS:SourceArn': source } } : {}),
    ...(owner ? { StringEquals: { 'AWS:SourceAccount': owner } } : {}),
  };
  return {
    Effect: 'Allow',
    Principal: /\.amazonaws\.com$/.test(principal) ? { Service: principal } : { AWS: principal },
    Action: text(permission.Action),
    Resource: `arn:aws:lambda:${region}:${account}:function:${name}`,
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}
