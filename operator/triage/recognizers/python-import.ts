import { firstMatch, type Recognizer } from '../evidence/evidence';

const MODULE = /(?:^|\s)ModuleNotFoundError: No module named '?([\w.]+)'?/;
const NAME = /(?:^|\s)ImportError: (cannot import name '?\w+'? from '?[\w.]+'?)/;
const AT = /^(\S+\.py):(\d+): in /;

/** Python's import errors, in a test's collection or at a start. */
export const pythonImport: Recognizer = {
  name: 'python-import',
  recognize: ({ output }) => {
    const module = firstMatch(output, MODULE);
    const name = module ? undefined : firstMatch(output, NAME);
    const found = module ?? name;
    if (!found) return undefined;
    const at = output
      .slice(Math.max(0, found.line - 8), found.line)
      .reverse()
      .map((line) => AT.exec(line))
      .find((match) => match !== null);
    const where = at ? ` (${at[1]}:${at[2]})` : '';
    return {
      summary: module
        ? `Python has no module ${module.groups[1]}${where}`
        : `Python: ${name?.groups[1] ?? 'an import fails'}${where}`,
      line: found.line,
      length: 1,
      known: 'python-import',
    };
  },
};
