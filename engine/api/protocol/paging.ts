import { ApiError } from './api-error';

/** One page of a list, and the token of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/**
 * Cuts a page out of a list. The token holds the key of the page's last item, so that what is new at the list's head in the meantime
 * moves nothing.
 * @param code the service's error for a token that it did not give (`InvalidNextTokenException`)
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  options: { readonly size: number; readonly token?: string | undefined; readonly code: string },
): Page<T> {
  let from = 0;
  if (options.token !== undefined) {
    const last = fromToken(options.token, options.code);
    const at = items.findIndex((item) => keyOf(item) === last);
    if (at < 0) throw new ApiError(options.code, 'The next token is not one that this operation gave.');
    from = at + 1;
  }
  const cut = items.slice(from, from + options.size);
  const last = cut.at(-1);
  return last !== undefined && from + cut.length < items.length
    ? { items: cut, nextToken: toToken(keyOf(last)) }
    : { items: cut };
}

/** A token that a client cannot mistake for anything to be changed. */
export function toToken(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** @throws ApiError of the given code */
export function fromToken(token: string, code: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (toToken(key) !== token) throw new ApiError(code, 'The next token is not one that this operation gave.');
  return key;
}
