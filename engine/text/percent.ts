/** A text without its percent-encoding (RFC 3986, 2.1); one that is not well-formed is left as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
