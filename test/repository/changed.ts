import { posix } from 'node:path';
import type { Checkout } from '../../repository/checkout';

/** A checkout with other files: a text, or undefined for one (or a folder) that is not there. */
export function changed(checkout: Checkout, files: Readonly<Record<string, string | undefined>>): Checkout {
  const gone = (file: string): boolean =>
    Object.entries(files).some(([one, text]) => text === undefined && (file === one || file.startsWith(`${one}/`)));
  const added = Object.keys(files).filter((file) => files[file] !== undefined);
  return {
    root: checkout.root,
    files: [...new Set([...checkout.files, ...added])].filter((file) => !gone(file)).sort(),
    text: (given) => {
      const file = posix.normalize(given);
      return gone(file) ? undefined : (files[file] ?? checkout.text(file));
    },
    has: (given) => {
      const file = posix.normalize(given);
      return !gone(file) && (added.some((one) => one === file || one.startsWith(`${file}/`)) || checkout.has(file));
    },
  };
}

/** A checkout of these files alone. */
export function checkoutOf(files: Readonly<Record<string, string>>): Checkout {
  const nothing: Checkout = { root: '/nowhere', files: [], text: () => undefined, has: (file) => file === '.' };
  return changed(nothing, files);
}
