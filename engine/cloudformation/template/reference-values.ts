import { createHash } from 'node:crypto';
import type { DeployedResource, DeployedStack } from '../../ports/ledger';
import { unversionedReferencesIn, type DynamicReferenceSource } from './dynamic-references';

/** Where references are read. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/** What references without a version name now: the hash of each value, by the reference's text. */
export type ReferenceValues = Readonly<Record<string, string>>;

/** Reads what references of a value without a version name. One that cannot be read is left out: who uses it says so. */
export async function referenceValuesOf(
  value: unknown,
  { account, region }: Place,
  read: DynamicReferenceSource | undefined,
): Promise<ReferenceValues> {
  const values: Record<string, string> = {};
  for (const reference of read ? unversionedReferencesIn(value) : [])
    await read?.(account, region, reference).then(
      (text) => (values[reference.text] = createHash('sha256').update(text).digest('hex')),
      () => undefined,
    );
  return values;
}

/** What the references of a deployed stack name now. */
export async function rereadValues(
  previous: DeployedStack | undefined,
  read: DynamicReferenceSource,
): Promise<ReferenceValues> {
  if (!previous) return {};
  const properties = Object.values(previous.resources).filter(({ references }) => references);
  return referenceValuesOf(
    properties.map((one) => one.properties),
    previous,
    read,
  );
}

/** The top-level properties of a deployed resource whose references name something else now. */
export function rereadProperties({ properties, references = {} }: DeployedResource, now: ReferenceValues): string[] {
  return Object.entries(properties)
    .filter(([, value]) =>
      unversionedReferencesIn(value).some(({ text }) => {
        const before = references[text];
        return before !== undefined && now[text] !== undefined && now[text] !== before;
      }),
    )
    .map(([name]) => name);
}
