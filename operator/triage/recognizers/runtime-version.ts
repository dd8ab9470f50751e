import { firstMatch, type Evidence, type Finding, type Recognizer } from '../evidence/evidence';

/** A tool that says which version it needs, with what it found. */
const NEEDS: readonly { readonly pattern: RegExp; readonly say: (groups: readonly string[]) => string }[] = [
  {
    pattern:
      /The engine "(node|npm|yarn|pnpm)" is incompatible with this module\. Expected version "([^"]+)"\. Got "([^"]+)"/,
    say: ([, tool, wanted, got]) => `${tool} ${got} is not the version that a package needs: ${wanted}`,
  },
  {
    pattern: /You are using Node\.js (v?[\d.]+?)\. (\S.*? requires (?:a )?Node\.js version .+?)\.(?: |$)/,
    say: ([, got, wanted]) => `Node.js ${got} is not the version that is needed: ${wanted}`,
  },
  {
    pattern: /You are using Node\.js (v?[\d.]+)\.? For (.+?), Node\.js version "?([^"]+?)"? is required/,
    say: ([, got, tool, wanted]) => `Node.js ${got} is too old for ${tool}, which needs ${wanted}`,
  },
  {
    pattern: /((?:requires?|needs?) (?:at least )?Node(?:\.js)?(?: version)? ?(?:>=|\^|~|v?\d)[^\s,;'"]*)/i,
    say: ([, wanted]) => `another version of Node.js is needed: it ${wanted}`,
  },
  {
    pattern: /requires a different Python: (\S+) not in '([^']+)'/,
    say: ([, got, wanted]) => `Python ${got} is not the version that a package needs: ${wanted}`,
  },
  {
    pattern: /go: (?:\S+: )?(?:go\.mod )?requires go ?>= ?(\S+) \((?:running|local) go (\S+?);?[ )]/,
    say: ([, wanted, got]) => `Go ${got} is too old: ${wanted} is needed`,
  },
  {
    // aws-cdk-cli, cloud-assembly-schema/lib/manifest.ts: said by the CDK CLI and by cdk-assets, which reads what another version of the CDK wrote.
    pattern:
      /Cloud assembly schema version mismatch: Maximum schema version supported is ([\d.x]+), but found ([\d.]+)/,
    say: ([, got, wanted]) =>
      `schema version mismatch: the CDK CLI or cdk-assets reads assemblies up to schema ${got}, and aws-cdk-lib writes ${wanted}; a newer tool is needed, or an older aws-cdk-lib`,
  },
  { pattern: /: module requires Go (\S+)/, say: ([, wanted]) => `Go is too old: a module requires Go ${wanted}` },
  {
    pattern:
      /The current project's (?:supported )?Python requirement \(([^)]+)\) is not compatible with some of the required/,
    say: ([, got]) => `Python ${got} is not what the packages need: some of them require another Python`,
  },
  {
    pattern: /Current Python version \(([^)]+)\) is not allowed by the project \(([^)]+)\)/,
    say: ([, got, wanted]) => `Python ${got} is not the version that the project needs: ${wanted}`,
  },
  {
    pattern:
      /No interpreter found for (Python \S+(?:, *[<>=~!.\d]+)*)|The requested interpreter resolved to (Python \S+), which is incompatible/,
    say: ([whole]) => `the Python that is needed is not there: ${whole}`,
  },
  {
    pattern: /Cannot find a Java installation on your machine .*?\{languageVersion=(\d+)/,
    say: ([, wanted]) =>
      `the JDK that the build asks for is not there: Java ${wanted} (Cannot find a Java installation)`,
  },
  {
    pattern: /compatible with Java (\d+) and the consumer needed a component,? compatible with Java (\d+)/,
    say: ([, wanted, got]) =>
      `the JDK is older than a library needs: it is compatible with Java ${wanted}, the build runs Java ${got}`,
  },
  {
    pattern: /Unsupported class file major version (\d+)/,
    say: ([, major]) =>
      `the build tool is older than the JDK: class file version ${major} is Java ${Number(major) - 44}`,
  },
  {
    pattern: /error NETSDK1045: (.+?)(?: \[|$)/,
    say: ([, why]) => `the .NET SDK is too old: ${why}`,
  },
  {
    pattern: /(?:Requested SDK version|A compatible .NET SDK was not found|The specified SDK version)[: ]*(.*)$/,
    say: ([whole]) => `the .NET SDK that global.json asks for is not there: ${whole}`,
  },
  {
    pattern: /Your Ruby version is (\S+), but your Gemfile specified (\S+)/,
    say: ([, got, wanted]) => `the Ruby version is ${got}, and the Gemfile needs ${wanted}`,
  },
  {
    pattern: /(?:requires|require) php (\S+) (?:but|->) your php version \(([^)]+)\)/,
    say: ([, wanted, got]) => `PHP ${got} is not the version that is needed: a package requires php ${wanted}`,
  },
  {
    pattern:
      /(?:package|requires) [`']?\S*? ?requires rustc (\S+) or newer, while the currently active rustc version is (\S+)/,
    say: ([, wanted, got]) => `rustc ${got} is too old: ${wanted} is needed`,
  },
  {
    pattern:
      /(?:UnsupportedClassVersionError: (\S+)|invalid (?:source|target) release: (\S+)|release version (\d+) not supported)/,
    say: ([whole]) => `the JDK is older than the code needs: ${whole}`,
  },
];

/** Errors that a Node.js gives of code that is newer, or older, than it: none names the version that it would take. */
const FOREIGN_TO_NODE =
  /^(?:\w+: )?((?:CompileError: WebAssembly|SyntaxError: (?:Unexpected token '?(?:\?|\.|\|\|=|&&=|\?\?=|#|with|static)|Invalid regular expression flags|The requested module '(?:node:|fs|util|crypto))|Error: error:0308010C|TypeError: (?:\w+\.)*(?:structuredClone|replaceAll|findLast|at|hasOwn|toSorted|styleText) is not a function|ReferenceError: (?:structuredClone|fetch|File|CustomEvent|ReadableStream|AbortController|globalThis) is not defined).*)$/;
/** The file that it stood in; only a package's speaks of the version, the project's own file may be wrong itself. */
const OF_A_PACKAGE = /(?:node_modules\/((?:@[^/\s]+\/)?[^/\s:]+)|node:internal|internal\/)/;
const RUNNING = /^Node\.js (v\d+\.\d+\.\d+)$|current: \{ node: '(v[\d.]+)'/;

/** The current Dart, what the app or a package asks for, and pub's verdict. */
const DART = /The current (?:Dart|Flutter) SDK version is (\S+?)\.?$/;
const UNSOLVED = /^.*?((?:Because|So, because) .*)version solving failed\.?$/;

/** A runtime that is older, or newer, than a tool or a package takes: Node.js, Python, Go, Java, Dart and Flutter. */
export const runtimeVersion: Recognizer = {
  name: 'runtime-version',
  recognize: (evidence) => dart(evidence) ?? said(evidence) ?? engine(evidence) ?? foreign(evidence),
};

function said({ output }: Evidence): Finding | undefined {
  for (const { pattern, say } of NEEDS) {
    const found = firstMatch(output, pattern);
    // A warning of npm's is none of its failures.
    if (found && !/^npm (?:WARN|warn)/.test(output[found.line] ?? ''))
      return { summary: say(found.groups), line: found.line, length: 1, known: 'toolchain-version' };
  }
  return undefined;
}

/** npm's EBADENGINE as an error (`engine-strict`): what is needed and what runs stand on the lines after it. */
function engine({ output }: Evidence): Finding | undefined {
  const code = firstMatch(output, /^npm (?:error|ERR!) code EBADENGINE/);
  if (!code) return undefined;
  const detail = (pattern: RegExp): string => firstMatch(output, pattern, code.line)?.groups[1] ?? '';
  const wanted = detail(/Required: (.+)$/);
  const got = detail(/Actual: +(.+)$/);
  return {
    summary: `${detail(/Not compatible with your version of [^:]+: (\S+)/) || 'a package'} needs ${wanted}; here is ${got}`,
    line: code.line,
    length: 4,
    known: 'toolchain-version',
  };
}

function foreign({ output }: Evidence): Finding | undefined {
  const found = firstMatch(output, FOREIGN_TO_NODE);
  if (!found) return undefined;
  const around = output.slice(Math.max(0, found.line - 6), found.line + 4);
  const place = around.map((line) => OF_A_PACKAGE.exec(line)).find((match) => match !== null);
  if (!place) return undefined;
  const named = around.map((line) => OF_A_PACKAGE.exec(line)?.[1]).find((name) => name !== undefined);
  const running = firstMatch(output, RUNNING);
  const version = running?.groups[1] || running?.groups[2];
  const openssl = /0308010C/.test(found.groups[1] ?? '');
  const what = openssl ? 'is too new for' : 'is too old for';
  return {
    summary: `Node.js${version ? ` ${version}` : ''} ${what} ${named ?? 'what it runs'}: ${found.groups[1]}`,
    line: found.line,
    length: 1,
    known: 'toolchain-version',
  };
}

/** pub: why no set of versions fits; where an SDK is asked for, with the one that is there. */
function dart({ output }: Evidence): Finding | undefined {
  const end = firstMatch(output, /version solving failed/);
  if (!end) return undefined;
  const from =
    [...output.slice(0, end.line + 1).keys()].reverse().find((at) => /Because /.test(output[at] ?? '')) ?? end.line;
  const text = output
    .slice(from, end.line + 1)
    .join(' ')
    .replace(/\s+/g, ' ');
  const reason = (UNSOLVED.exec(text)?.[1] ?? text).replace(/,\s*$/, '').trim();
  const sdk = /requires (?:the )?(?:Flutter )?SDK version/.test(text);
  const current = firstMatch(output, DART)?.groups[1];
  return {
    summary: `${sdk ? `the Dart or Flutter SDK${current ? ` ${current}` : ''} is not what the packages need` : 'no versions of the packages fit each other'}: ${reason}`,
    line: from,
    length: end.line - from + 1,
    ...(sdk ? { known: 'toolchain-version' as const } : {}),
  };
}
