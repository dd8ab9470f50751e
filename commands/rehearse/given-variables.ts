import * as fs from 'node:fs';
import { SaiondoError } from '../../model/errors';

/**
 * The variables of files that a person gives to builds: a line `NAME=VALUE` each, as Docker's `--env-file` takes them. Empty lines and lines that
 * begin with `#` say nothing; a value is taken as it stands, quotes and all. A later file's value holds.
 * @throws SaiondoError `VARIABLES_INVALID` with the line
 */
export function readVariables(files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.flatMap(readFile));
}

function readFile(file: string): [string, string][] {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SaiondoError(`cannot read the variables of ${file}: ${(cause as Error).message}`, {
      code: 'VARIABLES_INVALID',
      where: { file },
      next: 'name a file with a line NAME=VALUE for each variable',
      cause,
    });
  }
  return text.split(/\r?\n/).flatMap((line, index): [string, string][] => {
    if (line.trim() === '' || line.trimStart().startsWith('#')) return [];
    const at = line.indexOf('=');
    const name = line.slice(0, at).trim();
    if (at > 0 && /^[A-Za-z_]\w*$/.test(name) && !line.includes('\0')) return [[name, line.slice(at + 1)]];
    throw new SaiondoError(at < 0 ? 'the line has no =' : 'the line does not begin with the name of a variable', {
      code: 'VARIABLES_INVALID',
      where: { file, line: index + 1 },
      next: 'write NAME=VALUE, the name of letters, digits and _',
    });
  });
}
