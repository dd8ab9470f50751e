import type { Aws, Place } from '../aws';
import { isAbsent, look, type Finding } from './finding.shape';

/** A value that somebody has to put in place. */
export interface WantedValue {
  readonly place: Place;
  readonly kind: 'secret' | 'parameter';
  readonly name: string;
  /** Keys that the secret's JSON has to have. */
  readonly keys: readonly string[];
}

/** The operations of {@link checkValue}. */
export type ValueOperations = 'describeSecret' | 'getSecretValue' | 'getParameter';

/** What people write where a value is still to come. */
const PLACEHOLDER =
  /^(?:change[-_ ]?me|todo|tbd|placeholder|replace[-_ ]?me|dummy|example|secret|password|x{3,}|\.{3}|<.*>|\$\{.*\}|(?:0x)?0+)?$/i;

/** Whether a secret or a parameter is there and is not a placeholder. Its value is compared and never kept, shown or logged. */
export async function checkValue(aws: Aws<ValueOperations>, wanted: WantedValue): Promise<Finding[]> {
  const check = 'secrets';
  const { place, name, kind } = wanted;
  const what = `${kind} ${name} of ${place.account}`;
  const fix =
    kind === 'secret'
      ? `aws secretsmanager create-secret --name ${name} --region ${place.region} --secret-string file://FILE   # JSON with ${wanted.keys.join(', ')}`
      : `aws ssm put-parameter --name ${name} --region ${place.region} --type SecureString --value VALUE`;
  return look(check, `the ${what}`, async () => {
    try {
      const value = await valueOf(aws, wanted);
      if (value === undefined)
        return [{ check, status: 'warning', text: `the ${what} is there; its value may not be read from here` }];
      const problem = problemOf(value, wanted.keys);
      return problem
        ? [
            {
              check,
              status: 'error',
              text: `the ${what} ${problem}`,
              fix: fix
                .replace('create-secret --name', 'put-secret-value --secret-id')
                .replace('put-parameter', 'put-parameter --overwrite'),
            },
          ]
        : [{ check, status: 'ok', text: `the ${what} is there` }];
    } catch (error) {
      if (isAbsent(error)) return [{ check, status: 'error', text: `the ${what} is not there`, fix }];
      throw error;
    }
  });
}

/** @returns the value; undefined where it is there and may not be read */
async function valueOf(aws: Aws<ValueOperations>, { place, kind, name }: WantedValue): Promise<string | undefined> {
  const there = aws(place);
  if (kind === 'parameter')
    return (await there.getParameter({ Name: name, WithDecryption: true })).Parameter?.Value ?? '';
  await there.describeSecret({ SecretId: name });
  try {
    return (await there.getSecretValue({ SecretId: name })).SecretString ?? '';
  } catch (error) {
    if (error instanceof Error && /AccessDenied/.test(error.name)) return undefined;
    throw error;
  }
}

function problemOf(value: string, keys: readonly string[]): string | undefined {
  if (keys.length === 0) return PLACEHOLDER.test(value.trim()) ? 'holds a placeholder' : undefined;
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(value) as Record<string, unknown>;
  } catch {
    return 'is not JSON';
  }
  const missing = keys.find((key) => !(key in (parsed ?? {})));
  if (missing) return `has no key \`${missing}\``;
  const placeholder = keys.find((key) => PLACEHOLDER.test(String(parsed[key]).trim()));
  return placeholder ? `holds a placeholder in \`${placeholder}\`` : undefined;
}
