/** What the texts end with that stand in for values of which nobody here knows AWS's form. */
const MARK = '.form-unknown';

/** A text for an attribute whose form on AWS is not known here. */
export function unknownValue(name: string, attribute: string): string {
  return `${name}.${attribute}${MARK}`;
}

/** The resource's attribute that a text, or a list of pieces of one, stands in for without having its form: `shop-Api-1a2b.Url`. */
export function unknownIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(unknownIn).find((one) => one !== undefined);
  if (typeof value !== 'string' || !value.includes(MARK)) return undefined;
  return value.slice(0, value.indexOf(MARK)).split(/\s/).pop();
}
