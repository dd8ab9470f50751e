import { firstMatch, type Recognizer } from '../../evidence/evidence';

const EXECUTABLE =
  /Executable doesn['’]t exist at (\S+)|Could not find (Chrom(?:e|ium) \([^)]+\)|browser revision \d+)|Failed to launch the browser process.*?(ENOENT)/;
const LIBRARIES = /Host system is missing (?:a few )?dependencies/;
const LIBRARY = /(lib[\w.+-]+\.so[\w.]*)/;
const CYPRESS = /^Cypress failed to start|Your system is missing the dependency: (\w+)/;

/** The browsers of Playwright, Puppeteer and Cypress: one that was not downloaded, or whose libraries the image has not. */
export const browser: Recognizer = {
  name: 'browser',
  recognize: ({ output }) => {
    const libraries = firstMatch(output, LIBRARIES) ?? firstMatch(output, CYPRESS);
    if (libraries) {
      const names = output.slice(libraries.line).flatMap((line) => LIBRARY.exec(line)?.[1] ?? []);
      const named = [...new Set(names)].slice(0, 3).join(', ');
      return {
        summary: `the browser cannot start: ${named ? `missing dependencies: ${named}` : libraries.groups[0]}`,
        line: libraries.line,
        length: 1,
        known: 'browser-missing',
      };
    }
    const absent = firstMatch(output, EXECUTABLE);
    return (
      absent && {
        summary: `the browser is not there: ${absent.groups[0]}`,
        line: absent.line,
        length: 1,
        known: 'browser-missing',
      }
    );
  },
};
