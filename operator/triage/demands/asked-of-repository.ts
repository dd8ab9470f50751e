import { anywhere, type Recognizer } from '../evidence/evidence';
import type { KnownCauseSlug } from '../evidence/known-causes';

interface Said {
  readonly pattern: RegExp;
  /** What, printed next to it, tells another cause. */
  readonly unless?: RegExp;
  readonly summary: (groups: readonly string[]) => string;
  readonly known: KnownCauseSlug;
}

/** What the pipeline’s own scripts say, and what the tools of a repository say that the pipeline does not fit yet. */
const SAID: readonly Said[] = [
  {
    // buildspecs/scripts/prisma-drift.sh
    pattern: /^drift: (\S+) lacks a migration with the SQL above/m,
    summary: ([, folder]) => `drift: the database is not what the schema says, and ${folder} lacks a migration`,
    known: 'drift',
  },
  {
    // Prisma, "Troubleshooting migrate in development": its own words, where its commands are called otherwise.
    pattern: /Drift detected: Your database schema is not in sync|The database schema is not empty/,
    summary: ([said]) => `drift: ${said}`,
    known: 'drift',
  },
  {
    // buildspecs/scripts/contracts.js
    pattern: /the deployment gave no address of ([^:]+): ([^;\n]*)/,
    summary: ([, names, what]) => `the deployment gave no address of ${names}: ${what}`,
    known: 'no-contract-address',
  },
  {
    pattern: /nothing in artifacts\/ is called ([\w$]+)/,
    summary: ([, name]) => `no compiled contract is called ${name}`,
    known: 'contract-deployment-failed',
  },
  {
    pattern:
      /Could not resolve a module for a custom reporter[\s\S]*?Module name: (\S+)|Cannot find module '(jest-junit)'/,
    summary: ([, one, other]) => `Jest’s reporter ${one || other} is not installed`,
    known: 'reporter-missing',
  },
  {
    pattern: /No tests found, exiting with code 1|No test files found, exiting with code 1/,
    summary: () => 'the test runner finds no tests where its configuration looks',
    known: 'no-tests-found',
  },
  {
    pattern: /Error: no test specified/,
    summary: () => 'the test script is npm’s placeholder: there are no tests',
    known: 'no-tests-found',
  },
  {
    pattern: /collected 0 items|no tests ran in/,
    // A wrong path or option makes it run none either, and so does an error while it collects: pytest says that in an ERROR of its own.
    unless:
      /^ERROR: (?:file or directory not found|usage|not found)|\bERROR collecting |collected 0 items \/ \d+ error/m,
    summary: () => 'pytest finds no tests where its configuration looks',
    known: 'no-tests-found',
  },
  {
    // openai, anthropic and their kin; class-validator; Joi; a KeyError of os.environ.
    pattern:
      /setting the ([A-Z][A-Z0-9_]+) environment variable|(?:^|\n)KeyError: '([A-Z][A-Z0-9_]{2,})'|property ([A-Z][A-Z0-9_]+) has failed the following constraints|[Mm]issing (?:required )?environment variable:? [`"']?([A-Z][A-Z0-9_]+)|Config validation error: "([A-Z][A-Z0-9_]+)" is required|Environment variable not found: ([A-Z][A-Z0-9_]+)/,
    summary: (groups) => `the variable ${groups.slice(1).find(Boolean) ?? ''} is asked for and not given`,
    known: 'missing-variable',
  },
  {
    pattern:
      /EROFS: read-only file system, (\w+) '([^']+)'|Read-only file system: '([^']+)'|cannot (?:create|touch) (\S+): Read-only file system/,
    summary: (groups) =>
      `it writes to ${groups.slice(2).find(Boolean) ?? ''}, and the container’s file system is read-only (EROFS)`,
    known: 'read-only-file-system',
  },
  {
    // A file of a package is npm's, not the one that a container starts.
    pattern: /Cannot find module '(\/(?!\S*node_modules\/)[\w/.-]+\.js)'/,
    summary: ([, file]) => `the container starts ${file}, which the image has not`,
    known: 'wrong-command',
  },
  {
    pattern:
      /Reached the max retries per request limit|MaxRetriesPerRequestError|NOAUTH Authentication required|Redis connection[^\n]*(?:ECONNRESET|Connection is closed)|\[ioredis\] Unhandled error event: ([^\n]*)/,
    summary: ([said]) => `Redis cannot be used: ${said}`,
    known: 'redis-connection',
  },
  {
    pattern: /HH8: [\s\S]*?Invalid account: #\d+ for network: (\w+)/,
    summary: ([, network]) => `Hardhat’s network ${network} has no valid key in this build (HH8)`,
    known: 'hardhat-network',
  },
  {
    pattern: /HH100: Network (\S+) doesn't exist|HHE?\d*:? ?Network "?(\S+?)"? (?:doesn't exist|is not defined)/,
    summary: (groups) => `Hardhat’s configuration has no network ${groups.slice(1).find(Boolean) ?? ''}`,
    known: 'hardhat-network',
  },
  {
    pattern:
      /(?:^|\s)(?:sh: \d+: |\S*script\.sh: \d+: |line \d+: |sh: )?(flutter|dart|yarn|pnpm|bun|pip3?|poetry|uv|docker|terraform|cargo|helm): (?:command )?not found/m,
    summary: ([, tool]) => `the build’s image has no ${tool}`,
    known: 'tool-missing',
  },
  {
    // npm of a dependency in a git repository (docs.npmjs.com, "npm install"): a build has no key of GitHub.
    pattern:
      /ls-remote ((?:git\+)?ssh:\/\/\S+)|Couldn't find the binary git|Command failed: git ls-remote \S* ?((?:git\+)?ssh:\/\/\S+)/,
    summary: (groups) =>
      `a package comes from git, and the build may not read it: ${groups.slice(1).find(Boolean) ?? 'git is not there'}`,
    known: 'git-package',
  },
  {
    pattern:
      /(?:getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|connect (?:ECONNREFUSED|ETIMEDOUT)|Could not resolve host:?) (binaries\.prisma\.sh|binaries\.soliditylang\.org|\S*fonts\.googleapis\.com|\S*githubusercontent\.com|github\.com|registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|files\.pythonhosted\.org|storage\.googleapis\.com)/,
    summary: ([, host]) => `the build does not reach ${host}`,
    known: 'host-unreachable',
  },
  {
    pattern: /(HH502): Couldn't download compiler version list/,
    summary: ([, code]) => `the build does not reach Solidity’s download host, binaries.soliditylang.org (${code})`,
    known: 'host-unreachable',
  },
  {
    // config/load.ts and lib/images.ts: what the pipeline’s own synthesis says of saiondo.yaml.
    pattern: /^(saiondo\.yaml(?::\d+){0,2}: .*)/m,
    summary: ([, said]) => said ?? '',
    known: 'configuration-invalid',
  },
  {
    pattern:
      /(?:is in|stack is in:?|because it is in) (ROLLBACK_COMPLETE)\b|(ROLLBACK_COMPLETE) state(?: and)? can(?: ?not|'t) be updated/,
    summary: () => 'the stack’s first deployment was rolled back (ROLLBACK_COMPLETE): it can only be deleted',
    known: 'rollback-complete',
  },
];

/** Says which demand of the pipeline a repository does not meet: `saiondo check` names the same beforehand. */
export const askedOfRepository: Recognizer = {
  name: 'asked-of-repository',
  recognize: (evidence) => {
    const whole = { ...evidence, message: `${evidence.message}\n${evidence.output.join('\n')}` };
    for (const { pattern, unless, summary, known } of SAID) {
      const found = anywhere(evidence, pattern) ?? anywhere({ ...whole, output: [] }, pattern);
      if (!found || unless?.test(whole.message)) continue;
      const service = anywhere(evidence, /the task of (\S+) did not get healthy/)?.groups[1];
      return {
        summary: `${service ? `${service}: ` : ''}${summary(found.groups)}`,
        ...(found.line === undefined ? {} : { line: found.line, length: 1 }),
        known,
      };
    }
    return undefined;
  },
};
