/** True, false, or why it cannot be said. */
export type Truth = boolean | { readonly unknown: readonly string[] };

/** What cannot be said, with its reason. */
export function unknown(...reasons: readonly string[]): Truth {
  return { unknown: [...new Set(reasons)] };
}

/** Whether it cannot be said. */
export function isUnknown(truth: Truth): truth is { readonly unknown: readonly string[] } {
  return typeof truth === 'object';
}

/** True if all are; one that is false decides, whatever is unknown. */
export function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  const open = truths.filter(isUnknown);
  return open.length === 0 ? true : unknown(...open.flatMap(({ unknown: reasons }) => reasons));
}

/** True if one is, whatever is unknown. */
export function any(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  const open = truths.filter(isUnknown);
  return open.length === 0 ? false : unknown(...open.flatMap(({ unknown: reasons }) => reasons));
}

/** The opposite; the opposite of what cannot be said cannot be said. */
export function negate(truth: Truth): Truth {
  return isUnknown(truth) ? truth : !truth;
}
