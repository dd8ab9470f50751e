/** A message as a person typed it, made fit to store: trimmed, single spaces, at most 2,000 characters. Empty ones are refused. */
export function normalizeMessage(body: string): string {
  const text = body.replace(/\s+/g, ' ').trim();
  if (text === '') throw new RangeError('a message needs at least one character');
  return text.slice(0, 2000);
}
