import { firstMatch, type Recognizer } from '../evidence/evidence';

/** What a compiler of a package's native part lacks. */
const LACKS: readonly { readonly pattern: RegExp; readonly say: (name: string) => string }[] = [
  {
    pattern: /fatal error: '?([\w./+-]+\.h(?:pp)?)'?(?:: No such file| file not found)/,
    say: (name) => `the header ${name} is missing`,
  },
  {
    pattern:
      /(?:Error: )?(pg_config|mysql_config|pkg-config|xmlsec1|llvm-config|cmake|CMake) (?:executable not found|is not found|was not found|not found|must be installed)/i,
    say: (name) => `${name} is missing`,
  },
  {
    pattern: /(?:No package|Package) '([^']+)'(?:, required by .*)? ?(?:found|not found)/,
    say: (name) => `the development package of ${name} is missing`,
  },
  {
    pattern:
      /(?:unable to execute|error: command) '?([\w.-]*(?:gcc|g\+\+|cc|clang|rustc|cargo))'?(?:: No such file| failed: No such file|: not found)/,
    say: (name) => `the compiler ${name} is missing`,
  },
  {
    pattern:
      /(?:can't find|Cannot find|requires?) (Rust compiler|a Rust toolchain|Python executable "?[^"]*"?|any Python installation to use)/i,
    say: (name) => `${name} is missing`,
  },
  {
    pattern:
      /(?:Error loading shared library|error while loading shared libraries:|ImportError:|Error:) ?(lib[\w.+-]+\.so[\w.]*): (?:No such file|cannot open shared object)/,
    say: (name) => `the shared library ${name} is missing`,
  },
  { pattern: /gyp ERR! find (Python|VS)\b/, say: (name) => `${name} is missing for node-gyp` },
];
const PACKAGE = [
  /Failed building wheel for (\S+)/,
  /Failed to build installable wheels for some pyproject\.toml based projects \(([^)]+)\)/,
  /Building wheel for (\S+) \(/,
  /gyp ERR! cwd .*node_modules\/((?:@[^/]+\/)?[^/]+)/,
  /npm (?:ERR!|error) path .*node_modules\/((?:@[^/]+\/)?[^/\s]+)/,
];

/** A package with a native part (a wheel, node-gyp) whose build lacks a header, a library or a compiler; or a ready one whose shared library is not there. */
export const nativeBuild: Recognizer = {
  name: 'native-build',
  recognize: ({ output }) => {
    for (const { pattern, say } of LACKS) {
      const found = firstMatch(output, pattern);
      if (!found) continue;
      const named = PACKAGE.map((one) => firstMatch(output, one)?.groups[1]).find((one) => one !== undefined);
      return {
        summary: `${named ? `${named} cannot be built` : /\.so\b/.test(found.groups[1] ?? '') ? 'a native part cannot be loaded' : 'a native part cannot be built'}: ${say(found.groups[1] ?? '')}`,
        line: found.line,
        length: 1,
        known: 'missing-headers',
      };
    }
    return undefined;
  },
};
