/** Whether a text is a JSON list of objects that each have these texts; `undefined` where it is not there or holds a variable. */
export function jsonList(text: string | undefined, keys: readonly string[]): boolean | undefined {
  if (text === undefined || text.includes('#{')) return undefined;
  try {
    const list = JSON.parse(text) as unknown;
    return (
      Array.isArray(list) &&
      list.every(
        (one: unknown) =>
          one !== null &&
          typeof one === 'object' &&
          keys.every((key) => typeof (one as Record<string, unknown>)[key] === 'string'),
      )
    );
  } catch {
    return false;
  }
}
