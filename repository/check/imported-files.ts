import * as path from 'node:path';
import { filesBelow, type Checkout } from '../checkout';
import type { CheckFinding } from './finding';

/** An import or a require of a JSON file by its path. */
const IMPORT = /(?:\bfrom\s+|\brequire\(\s*|\bimport\(\s*|\bimport\s+)['"](\.{1,2}\/[^'"]+\.json)['"]/g;

/**
 * JSON files that the code imports and that the repository has not, such as an account's key that .gitignore keeps out: it compiles on the
 * machines of those who have the file.
 */
export function checkImportedFiles(checkout: Checkout, name: string, directory: string): CheckFinding[] {
  const found = new Map<string, CheckFinding>();
  for (const relative of filesBelow(checkout, directory)) {
    if (!/\.[cm]?[jt]sx?$/.test(relative)) continue;
    const file = `${directory}/${relative}`;
    const text = checkout.text(file) ?? '';
    for (const match of text.matchAll(IMPORT)) {
      const wanted = path.posix.normalize(path.posix.join(path.posix.dirname(file), match[1] ?? ''));
      // What a build writes is not there before it.
      if (checkout.has(wanted) || /(^|\/)(dist|build|artifacts|generated)\//.test(wanted) || found.has(wanted))
        continue;
      found.set(wanted, {
        what: `${name}.files`,
        level: 'stops',
        where: { file, line: text.slice(0, match.index).split('\n').length },
        found: `it imports ${wanted}, which the repository has not`,
        needed: 'every file that the code imports: neither its test nor its image compiles without it',
        fix:
          `read it from a secret when the service starts; or write it in the build: components.${name}.install for the test, ` +
          `components.${name}.dockerfile for the image`,
      });
    }
  }
  return [...found.values()];
}
