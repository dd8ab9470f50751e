import type { AwsRequest } from '../ports/aws-request';
import type { Upstream } from '../gateway/upstream';
import { putParameter, putSecret } from './value-provisioners';
import { parameterKey, secretKey, type Values } from './values';

/** Notes the value of a request that puts a secret or a parameter into the local AWS endpoint: the next run's endpoint has to have it too. */
export function keepValue(values: Values, { account, region, operation, body: text }: AwsRequest): void {
  if (
    operation !== 'AmazonSSM.PutParameter' &&
    operation !== 'secretsmanager.PutSecretValue' &&
    operation !== 'secretsmanager.CreateSecret'
  )
    return;
  const body = JSON.parse(text.toString('utf8')) as Record<string, string | undefined>;
  if (operation === 'AmazonSSM.PutParameter') {
    if (body.Name) values.set(parameterKey(account, region, body.Name), body.Value ?? '');
    return;
  }
  const secret = body.Name ?? body.SecretId;
  if (secret && body.SecretString) values.set(secretKey(account, region, secret), body.SecretString);
}

/** Puts every value that was kept into the local AWS endpoint, but databases' passwords: they come back with their databases. */
export async function restoreValues(values: Values, endpoint: Upstream): Promise<void> {
  for (const [key, value] of values.entries()) {
    const [account = '', region = '', kind, ...rest] = key.split('/');
    const name = rest.join('/');
    if (kind === 'secret' && !name.endsWith('/password')) await putSecret(endpoint, account, region, name, value);
    if (kind === 'parameter') await putParameter(endpoint, account, region, name, value);
  }
}
