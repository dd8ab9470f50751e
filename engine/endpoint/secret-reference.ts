import { SaiondoError } from '../../model/errors';

/** What a `secrets-manager` reference names. */
export interface SecretReference {
  /** Names to look for, in this order: an ARN's name with its random suffix may also be a name as it stands. */
  readonly ids: readonly string[];
  readonly account: string;
  readonly region: string;
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

/**
 * Reads `secret-id[:json-key[:version-stage[:version-id]]]`; the id is a name, or an ARN where the secret is of another account
 * (CodeBuild User Guide, "env/secrets-manager" of the build specification reference).
 * @throws SaiondoError `SECRET_REFERENCE_INVALID`
 */
export function parseSecretReference(reference: string, account: string, region: string): SecretReference {
  const arn = /^arn:[^:]*:secretsmanager:([^:]*):(\d{12}):secret:([^:]+)(:.*)?$/s.exec(reference);
  const [id = '', ...rest] = arn ? [arn[3], ...(arn[4] ?? '').split(':').slice(1)] : reference.split(':');
  const [jsonKey, versionStage, versionId] = rest;
  const invalid = (message: string): never => {
    throw new SaiondoError(message, {
      code: 'SECRET_REFERENCE_INVALID',
      next: 'expected secret-id, secret-id:json-key, secret-id:json-key:version-stage or secret-id:json-key::version-id',
    });
  };
  if (id === '' || rest.length > 3) invalid(`${JSON.stringify(reference)} is not a reference to a secret`);
  if (versionStage && versionId) invalid(`${JSON.stringify(reference)} names a version stage and a version id`);
  const name = arn ? id.replace(/-[A-Za-z0-9]{6}$/, '') : id;
  return {
    ids: [...new Set([name, id])],
    account: arn?.[2] ?? account,
    region: arn?.[1] || region,
    ...(jsonKey ? { jsonKey } : {}),
    ...(versionStage ? { versionStage } : {}),
    ...(versionId ? { versionId } : {}),
  };
}

/** Reads one version of a secret; undefined where there is none. */
export type ReadSecret = (id: string, reference: SecretReference) => Promise<string | undefined>;

/**
 * The value that a reference names: the whole text, or one key of it.
 * @throws SaiondoError `SECRET_REFERENCE_INVALID`, `SECRET_MISSING`
 */
export async function secretValue(
  reference: string,
  account: string,
  region: string,
  read: ReadSecret,
): Promise<string> {
  const parsed = parseSecretReference(reference, account, region);
  const [name = ''] = parsed.ids;
  const missing = (why: string): never => {
    throw new SaiondoError(`the secret ${name} of account ${parsed.account} ${why}`, {
      code: 'SECRET_MISSING',
      next: `put it in place: saiondo rehearse --secret ${name}=…; on AWS: aws secretsmanager create-secret --region ${parsed.region} --name ${name} --secret-string …`,
    });
  };
  let text: string | undefined;
  for (const id of parsed.ids) text ??= await read(id, parsed);
  if (text === undefined) {
    const version = parsed.versionId ?? parsed.versionStage;
    return missing(version ? `does not exist in the version ${version}` : 'does not exist');
  }
  if (!parsed.jsonKey) return text;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return missing(`is not JSON, but its key \`${parsed.jsonKey}\` is asked for`);
  }
  if (content === null || typeof content !== 'object' || !(parsed.jsonKey in content))
    return missing(`has no key \`${parsed.jsonKey}\``);
  const value = (content as Record<string, unknown>)[parsed.jsonKey];
  return typeof value === 'string' ? value : JSON.stringify(value);
}
