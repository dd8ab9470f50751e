import { anyOne, anyRun, type Pattern, type PatternPart } from './pattern';

/** What the request has for a key: its values, nothing (it surely has none), how its one value begins, or why that cannot be said. */
export type KeyValue =
  | { readonly values: readonly string[] }
  | { readonly absent: true }
  | { readonly begins: string; readonly why: string }
  | { readonly unknown: string };

/** Reads a key of the request, without regard to case. */
export type ReadKey = (key: string) => KeyValue;

/** A text with its variables filled in; `null` where one has no value, so that nothing equals the text; or why one is not known. */
export type Expanded = { readonly pattern: Pattern } | { readonly null: true } | { readonly unknown: string };

const variable = /\$\{([^{},]+)(?:,\s*'([^']*)'\s*)?\}/y;

/**
 * A text of a policy as a pattern, with `${key}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}` filled in (IAM User Guide, "IAM policy elements:
 * Variables and tags"). What a key brings in means itself.
 * @param variables whether the policy's version knows variables, and the element takes them
 * @param wildcards whether `*` and `?` are wildcards here
 */
export function expand(text: string, read: ReadKey, variables: boolean, wildcards: boolean): Expanded {
  const pattern: PatternPart[] = [];
  for (let i = 0; i < text.length;) {
    variable.lastIndex = i;
    const found = variables && text[i] === '$' ? variable.exec(text) : null;
    if (found) {
      const value = valueOf((found[1] ?? '').trim(), found[2], read);
      if (typeof value !== 'string') return value;
      pattern.push(...Array.from(value));
      i = variable.lastIndex;
      continue;
    }
    const char = String.fromCodePoint(text.codePointAt(i) ?? 0);
    pattern.push(wildcards && char === '*' ? anyRun : wildcards && char === '?' ? anyOne : char);
    i += char.length;
  }
  return { pattern };
}

function valueOf(
  key: string,
  fallback: string | undefined,
  read: ReadKey,
): string | Exclude<Expanded, { pattern: Pattern }> {
  if (key === '*' || key === '?' || key === '$') return key;
  const value = read(key);
  if ('unknown' in value) return value;
  if ('begins' in value) return { unknown: value.why };
  if ('absent' in value || value.values.length === 0) return fallback ?? { null: true };
  const [only, ...more] = value.values;
  // "You can't use a multivalued condition key as a variable."
  return more.length > 0 ? { unknown: `\${${key}} has several values in this request` } : (only ?? '');
}
