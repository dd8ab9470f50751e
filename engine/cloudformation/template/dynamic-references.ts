import type { LocalAws } from '../../ports/local-aws';
import { partsOf, withoutEnd } from '../../text/parts';

/** A dynamic reference (CloudFormation User Guide, "Get values stored in other services using dynamic references"). */
export interface DynamicReference {
  /** The whole text, `{{resolve:…}}`. */
  readonly text: string;
  readonly service: 'ssm' | 'ssm-secure' | 'secretsmanager';
  /** `ssm`, `ssm-secure`: name[:version]. `secretsmanager`: id[:SecretString[:json-key[:stage[:version]]]]. */
  readonly reference: string;
}

/** The dynamic references of a text. */
export function dynamicReferencesOf(text: string): { found: DynamicReference[]; problem?: string } {
  const found: DynamicReference[] = [];
  for (const part of partsOf(text, '{{resolve:', '}}')) {
    const colon = typeof part === 'string' ? -1 : part.inside.indexOf(':');
    if (typeof part === 'string' || colon < 1 || part.inside.includes('}')) continue;
    const whole = `{{resolve:${part.inside}}}`;
    const service = part.inside.slice(0, colon);
    const reference = part.inside.slice(colon + 1);
    if (service !== 'ssm' && service !== 'ssm-secure' && service !== 'secretsmanager')
      return { found, problem: `${whole}: CloudFormation resolves ssm, ssm-secure and secretsmanager, not ${service}` };
    const problem = service === 'secretsmanager' ? secretProblem(reference) : parameterProblem(reference);
    if (problem) return { found, problem: `${whole}: ${problem}` };
    found.push({ text: whole, service, reference });
  }
  return { found };
}

/** The references of a value that name no version: CloudFormation reads them again when the template changes, and only then. */
export function unversionedReferencesIn(value: unknown): DynamicReference[] {
  if (typeof value === 'string')
    return value.includes('{{resolve:ssm:')
      ? dynamicReferencesOf(value).found.filter((one) => one.service === 'ssm' && !one.reference.includes(':'))
      : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(unversionedReferencesIn);
}

function parameterProblem(reference: string): string | undefined {
  return /^[a-zA-Z0-9_.\-/]+(:\d+)?$/.test(reference)
    ? undefined
    : 'expected {{resolve:ssm:parameter-name}} or {{resolve:ssm:parameter-name:version}}';
}

function secretProblem(reference: string): string | undefined {
  const [, , field, , stage, version] = splitSecret(reference);
  if (field && field !== 'SecretString') return `the only field is SecretString, not ${field}`;
  return stage && version ? 'give a version stage or a version id, not both' : undefined;
}

/** `[whole, id, field, key, stage, version]`; an ARN's colons belong to the id. */
function splitSecret(reference: string): (string | undefined)[] {
  const arn = /^(arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]*)(?::(.*))?$/.exec(reference);
  const [id, ...rest] = arn ? [arn[1], ...(arn[2]?.split(':') ?? [])] : reference.split(':');
  return [reference, id, ...rest];
}

/** Reads the value that a reference names. @throws SaiondoError where there is none */
export type DynamicReferenceSource = (account: string, region: string, reference: DynamicReference) => Promise<string>;

/** Reads dynamic references from what stands in for Secrets Manager and Parameter Store here. */
export function dynamicReferencesFrom(local: Pick<LocalAws, 'secret' | 'parameter'>): DynamicReferenceSource {
  return (account, region, reference) =>
    reference.service === 'secretsmanager'
      ? local.secret(account, region, secretReferenceOf(reference))
      : local.parameter(account, region, reference.reference);
}

/** `secretsmanager` references in the form of CodeBuild's `secrets-manager`: `id[:json-key[:stage[:version]]]`. */
export function secretReferenceOf(reference: DynamicReference): string {
  const [, id, , key, stage, version] = splitSecret(reference.reference);
  return withoutEnd([id, key ?? '', stage ?? '', version ?? ''].join(':'), ':');
}

/** A value with every dynamic reference replaced by what it names. The value given stays as it is: only the caller's copy holds secrets. */
export async function withDynamicReferences(
  value: unknown,
  read: (reference: DynamicReference) => Promise<string>,
): Promise<unknown> {
  if (typeof value === 'string') {
    if (!value.includes('{{resolve:')) return value;
    const { found, problem } = dynamicReferencesOf(value);
    if (problem) throw new Error(problem);
    let text = value;
    for (const reference of found)
      text = text.replace(
        reference.text,
        (
          (resolved) => () =>
            resolved
        )(await read(reference)),
      );
    return text;
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => withDynamicReferences(item, read)));
  if (value === null || typeof value !== 'object') return value;
  const entries = await Promise.all(
    Object.entries(value).map(async ([key, inner]) => [key, await withDynamicReferences(inner, read)] as const),
  );
  return Object.fromEntries(entries);
}
