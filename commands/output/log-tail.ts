import * as fs from 'node:fs';
import { plain } from '../../model/plain-text';
import { fitWidth } from '../../views/text-width';

/** How much of a log's end is read for a screen, in bytes. */
const BYTES = 64 * 1024;

/** The last lines of a log that fit a screen: as text, each on a row of its own. A log that is not there yet has none. */
export function logTail(file: string, size: { readonly columns: number; readonly rows: number }): string[] {
  let text: string;
  try {
    const handle = fs.openSync(file, 'r');
    try {
      const { size: all } = fs.fstatSync(handle);
      const bytes = Buffer.alloc(Math.min(all, BYTES));
      fs.readSync(handle, bytes, 0, bytes.length, all - bytes.length);
      text = bytes.toString('utf8');
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    return [];
  }
  const lines = plain(text).replace(/\n$/, '').split('\n');
  return lines.slice(-size.rows).map((line) => fitWidth(line.replaceAll('\t', '  '), size.columns));
}
