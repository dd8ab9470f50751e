import { randomInt } from 'node:crypto';
import { SaiondoError } from '../../model/errors';
import type { Provisioner } from '../ports/provisioner';
import { callJson, send } from './aws-client';
import type { Upstream } from '../gateway/upstream';
import { parameterKey, secretKey, type Values } from './values';

interface GenerateSecretString {
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
  readonly PasswordLength?: number;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeCharacters?: string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A password as Secrets Manager's GetRandomPassword makes one: length and excluded characters as asked. */
export function generatePassword(options: GenerateSecretString = {}): string {
  const excluded = new Set(options.ExcludeCharacters ?? '');
  const characters = [...(options.ExcludePunctuation ? LETTERS : LETTERS + PUNCTUATION)].filter(
    (one) => !excluded.has(one),
  );
  return Array.from({ length: options.PasswordLength ?? 32 }, () => characters[randomInt(characters.length)]).join('');
}

function generated(options: GenerateSecretString): string {
  const password = generatePassword(options);
  if (!options.GenerateStringKey) return password;
  const template = JSON.parse(options.SecretStringTemplate ?? '{}') as Record<string, unknown>;
  return JSON.stringify({ ...template, [options.GenerateStringKey]: password });
}

/** Puts a secret into the local endpoint, whether it is there already or not. */
export async function putSecret(
  endpoint: Upstream,
  account: string,
  region: string,
  name: string,
  value: string,
): Promise<void> {
  const call = (operation: string, body: Record<string, unknown>): Promise<unknown> =>
    callJson(endpoint, account, region, 'secretsmanager', `secretsmanager.${operation}`, body);
  await call('CreateSecret', { Name: name, SecretString: value }).catch(() =>
    call('PutSecretValue', { SecretId: name, SecretString: value }),
  );
}

/** Puts a parameter into the local endpoint. */
export async function putParameter(
  endpoint: Upstream,
  account: string,
  region: string,
  name: string,
  value: string,
): Promise<void> {
  await callJson(endpoint, account, region, 'ssm', 'AmazonSSM.PutParameter', {
    Name: name,
    Value: value,
    Type: 'String',
    Overwrite: true,
  });
}

/** Deletes a parameter of the local endpoint; one that is not there is deleted already. */
export async function deleteParameter(
  endpoint: Upstream,
  account: string,
  region: string,
  name: string,
): Promise<void> {
  await callJson(endpoint, account, region, 'ssm', 'AmazonSSM.DeleteParameter', { Name: name }).catch(unlessMissing);
}

/** A secret's name in its ARN: without the six characters that AWS appends. */
export function secretNameOf(physicalId: string): string {
  const at = physicalId.indexOf(':secret:');
  const name = at < 0 ? '' : physicalId.slice(at + ':secret:'.length);
  return name ? name.replace(/-[A-Za-z0-9]{6}$/, '') : physicalId;
}

/** Secrets, parameters and buckets: stored in the local AWS endpoint, their values kept for the next run. */
export function valueProvisioners(endpoint: () => Upstream, values: Values): [string, Provisioner][] {
  return [
    [
      'AWS::SecretsManager::Secret',
      {
        async ensure({ account, region, physicalId, properties }) {
          const name = secretNameOf(physicalId);
          const key = secretKey(account, region, name);
          const value =
            typeof properties.SecretString === 'string'
              ? properties.SecretString
              : (values.get(key) ?? generated((properties.GenerateSecretString ?? {}) as GenerateSecretString));
          values.set(key, value);
          await putSecret(endpoint(), account, region, name, value);
          return { standing: 'real' };
        },
        async remove(resource, account, region) {
          const name = secretNameOf(resource.physicalId);
          values.forget((key) => key === secretKey(account, region, name));
          await callJson(endpoint(), account, region, 'secretsmanager', 'secretsmanager.DeleteSecret', {
            SecretId: name,
            ForceDeleteWithoutRecovery: true,
          }).catch(unlessMissing);
        },
      },
    ],
    [
      'AWS::SSM::Parameter',
      {
        async ensure({ account, region, physicalId, properties }) {
          const value = String(properties.Value);
          values.set(parameterKey(account, region, physicalId), value);
          await putParameter(endpoint(), account, region, physicalId, value);
          return { standing: 'real', attributes: { Value: value, Type: 'String' } };
        },
        async remove(resource, account, region) {
          values.forget((key) => key === parameterKey(account, region, resource.physicalId));
          await deleteParameter(endpoint(), account, region, resource.physicalId);
        },
      },
    ],
    [
      'AWS::S3::Bucket',
      {
        async ensure({ account, region, physicalId }) {
          await ensureBucket(endpoint(), account, region, physicalId);
          return {
            standing: 'real',
            attributes: {
              DomainName: `${physicalId}.s3.amazonaws.com`,
              RegionalDomainName: `${physicalId}.s3.${region}.amazonaws.com`,
            },
          };
        },
        async remove(resource, account, region) {
          const { status } = await send(endpoint(), account, region, 's3', 'DELETE', `/${resource.physicalId}`);
          if (status === 409)
            throw new SaiondoError(`The bucket you tried to delete is not empty: ${resource.physicalId}`, {
              code: 'BucketNotEmpty',
              next: 'empty it first, or let the CDK do it (autoDeleteObjects)',
            });
        },
      },
    ],
  ];
}

/** What is not there is removed already. */
function unlessMissing(error: unknown): void {
  if (!(error instanceof SaiondoError) || !/NotFound/.test(error.code)) throw error;
}

/** Makes a bucket in the local endpoint; one that is there is left as it is. */
export async function ensureBucket(endpoint: Upstream, account: string, region: string, bucket: string): Promise<void> {
  const body =
    region === 'us-east-1'
      ? ''
      : `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
  await send(endpoint, account, region, 's3', 'PUT', `/${bucket}`, body);
}
