import type { AwsRequest } from '../ports/aws-request';
import type { Upstream } from '../gateway/upstream';
import { putParameter, putSecret } from './value-provisioners';
import { earlierKey, parameterKey, secretKey, type Values } from './values';

/** Earlier values of a parameter that are kept: it has 100 versions at most (Parameter Store, "Working with parameter versions"). */
const EARLIER = 99;

/** Notes what a request puts into the local AWS endpoint, or deletes there, as a secret or a parameter: the next run's endpoint has to be the same. */
export function keepValue(values: Values, { account, region, operation, body: text }: AwsRequest): void {
  const [service, name = ''] = operation.split('.');
  if (service === 'AmazonSSM' && /^(Put|Delete)Parameters?$/.test(name)) {
    const body = JSON.parse(text.toString('utf8')) as { Name?: string; Names?: string[]; Value?: string };
    if (name !== 'PutParameter') return forget(values, account, region, body.Names ?? [body.Name ?? '']);
    if (body.Name) putAfter(values, account, region, body.Name, body.Value ?? '');
    return;
  }
  if (operation !== 'secretsmanager.PutSecretValue' && operation !== 'secretsmanager.CreateSecret') return;
  const body = JSON.parse(text.toString('utf8')) as Record<string, string | undefined>;
  const secret = body.Name ?? body.SecretId;
  if (secret && body.SecretString) values.set(secretKey(account, region, secret), body.SecretString);
}

/** A parameter's history is part of it: a rollback finds there where a contract was before. */
function putAfter(values: Values, account: string, region: string, name: string, value: string): void {
  const before = values.get(parameterKey(account, region, name));
  if (before !== undefined)
    values.set(
      earlierKey(account, region, name),
      JSON.stringify([...earlier(values, account, region, name), before].slice(-EARLIER)),
    );
  values.set(parameterKey(account, region, name), value);
}

function earlier(values: Values, account: string, region: string, name: string): string[] {
  return JSON.parse(values.get(earlierKey(account, region, name)) ?? '[]') as string[];
}

function forget(values: Values, account: string, region: string, names: readonly string[]): void {
  const gone = new Set(
    names.flatMap((name) => [parameterKey(account, region, name), earlierKey(account, region, name)]),
  );
  if (values.entries().some(([key]) => gone.has(key))) values.forget((key) => gone.has(key));
}

/** Puts every value that was kept into the local AWS endpoint, but databases' passwords: they come back with their databases. */
export async function restoreValues(values: Values, endpoint: Upstream): Promise<void> {
  for (const [key, value] of values.entries()) {
    const [account = '', region = '', kind, ...rest] = key.split('/');
    const name = rest.join('/');
    if (kind === 'secret' && !name.endsWith('/password')) await putSecret(endpoint, account, region, name, value);
    if (kind !== 'parameter') continue;
    for (const one of [...earlier(values, account, region, name), value])
      await putParameter(endpoint, account, region, name, one);
  }
}
