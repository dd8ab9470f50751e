/**
 * JSON with comments and commas ahead of closing brackets, as TypeScript reads its own configuration. An empty object where it is neither.
 */
export function looseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(withoutComments(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** One pass: what stands in a string stays. A comma is written once it is known that no bracket closes behind it. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let comma = false;
  for (let at = 0; at < text.length;) {
    const two = text.slice(at, at + 2);
    if (two === '//' || two === '/*') {
      const end = text.indexOf(two === '//' ? '\n' : '*/', at + 2);
      at = end < 0 ? text.length : end + (two === '//' ? 0 : 2);
      continue;
    }
    const character = text[at] ?? '';
    let piece = character;
    if (character === '"') {
      let end = at + 1;
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
      piece = text.slice(at, end + 1);
    }
    at += piece.length;
    if (character === ',') {
      comma = true;
      continue;
    }
    if (comma && /\S/.test(character)) {
      if (character !== '}' && character !== ']') parts.push(',');
      comma = false;
    }
    parts.push(piece);
  }
  return parts.join('');
}
