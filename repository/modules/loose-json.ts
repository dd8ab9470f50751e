import { parse, type ParseError } from 'jsonc-parser';

/**
 * JSON with comments and commas ahead of closing brackets, as TypeScript reads its own configuration. An empty object where it is neither.
 */
export function looseJson(text: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  try {
    const value: unknown = parse(text, errors, { allowTrailingComma: true });
    return errors.length === 0 && typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch (error) {
    // Brackets in brackets without end.
    if (error instanceof RangeError) return {};
    throw error;
  }
}
