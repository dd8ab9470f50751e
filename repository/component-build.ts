import { filesBelow, jsonOf, type Checkout } from './checkout';
import { gitPackages } from './lock-file';
import { nodeVersionOf, type NodeVersion } from './node-version';
import { BROUGHT, commandsOf, packageManagerOf, type PackageCommands, type PackageManager } from './package-manager';
import { prismaOf } from './prisma-schema';
import { projectTests, type TestRunner } from './test-runner';

/** What `components.NAME` of `saiondo.yaml` may say of a build. */
export interface BuildSettings {
  readonly directory: string;
  readonly install?: readonly string[] | undefined;
  readonly build?: readonly string[] | undefined;
  readonly test?: readonly string[] | undefined;
  readonly tests?: 'none' | undefined;
}

/** The same of a component that Node.js builds. */
export interface NodeSettings extends BuildSettings {
  readonly node?: string | undefined;
  readonly packageManager?: string | undefined;
}

/** What a component's builds run: shell commands in its folder. */
export interface ComponentBuild {
  /** Version by runtime of the build image. */
  readonly runtimes: Readonly<Record<string, string | number>>;
  readonly install: readonly string[];
  readonly build: readonly string[];
  readonly test: readonly string[];
  /** Why nothing is tested; undefined where something is. */
  readonly noTests?: string;
  /** Whether the tests write `reports/junit.xml`. */
  readonly report: boolean;
}

/** A Node component's facts and commands. */
export interface NodeBuild extends ComponentBuild {
  readonly manager: PackageManager;
  readonly nodeVersion: NodeVersion;
  readonly commands: PackageCommands;
}

/** Pinned: what a build brings along for every project, so that none has to depend on it. */
export const BROUGHT_PACKAGES = {
  'jest-junit': 'jest-junit@16.0.0',
  // The reporter extends Mocha's own: the Mocha of Hardhat 2, whichever is the newest.
  'mocha-junit-reporter': 'mocha-junit-reporter@2.2.1 mocha@10.8.2',
  pytest: 'pytest==8.3.4',
} as const;

/** Installs packages into the folder of what the pipeline brings. */
export function bring(name: 'jest-junit' | 'mocha-junit-reporter'): string {
  return `npm install --no-save --no-audit --no-fund --loglevel=error --prefix ${BROUGHT} ${BROUGHT_PACKAGES[name]}`;
}

/** A Node component without its own way of being built: package manager, Node, tests. */
export function nodeBuild(
  checkout: Checkout,
  settings: NodeSettings,
  build: (commands: PackageCommands) => readonly string[],
): NodeBuild {
  const { directory } = settings;
  const manager = packageManagerOf(checkout, directory, settings.packageManager);
  const nodeVersion = nodeVersionOf(checkout, directory, settings.node);
  const commands = commandsOf(manager);
  const tests = testsOf(checkout, settings, commands);
  return {
    manager,
    nodeVersion,
    commands,
    runtimes: { nodejs: nodeVersion.major },
    install: [
      ...commands.setup,
      ...overHttps(checkout, manager.workspace ?? directory, manager.lockFile),
      ...(settings.install ?? [commands.install]),
    ],
    build: settings.build ?? build(commands),
    ...tests,
  };
}

/** A build has no SSH key: packages of a repository on GitHub are fetched by HTTPS (git-scm.com, "git config", url.insteadOf). */
function overHttps(checkout: Checkout, directory: string, lockFile: string | undefined): string[] {
  const git = lockFile === undefined ? [] : gitPackages(checkout, directory, lockFile);
  if (!git.some((one) => /github\.com/.test(one))) return [];
  return [
    'git config --global --add url.https://github.com/.insteadOf ssh://git@github.com/',
    'git config --global --add url.https://github.com/.insteadOf git@github.com:',
  ];
}

function testsOf(
  checkout: Checkout,
  settings: NodeSettings,
  commands: PackageCommands,
): Pick<ComponentBuild, 'test' | 'noTests' | 'report'> {
  if (settings.tests === 'none') return { test: [], report: false, noTests: 'saiondo.yaml says that it has none' };
  const found = projectTests(checkout, settings.directory);
  if (settings.test) {
    const own = settings.test.map((command) => reported(command));
    return {
      test: [...own.flatMap(({ ahead }) => ahead), ...own.map(({ command }) => command)],
      report: own.some(({ ahead }) => ahead.length > 0),
    };
  }
  if (found.none !== undefined) return { test: [], report: false, noTests: found.none };
  const { ahead, args } = reporter(found.runner);
  return { test: [...ahead, commands.runWith('test', args)], report: ahead.length > 0 };
}

/** A command of `saiondo.yaml` that calls Jest alone gets the reporter too; any other is run as it stands. */
function reported(command: string): { readonly ahead: readonly string[]; readonly command: string } {
  // What stands between quotes is an argument: '<rootDir>/src' redirects nothing.
  const bare = command.replace(/'[^']*'|"[^"]*"/g, "''");
  if (!/^[^;&|<>]*\bjest\b[^;&|<>]*$/.test(bare) || command.includes('--reporters')) return { ahead: [], command };
  const { ahead, args } = reporter('jest');
  return { ahead, command: `${command} ${args}` };
}

/** What a test runner is given so that CodeBuild gets a report (jestjs.io, "reporters"; vitest.dev, "Reporters"). */
function reporter(runner: TestRunner): { readonly ahead: readonly string[]; readonly args: string } {
  switch (runner) {
    case 'jest':
      return {
        ahead: [bring('jest-junit'), 'export JEST_JUNIT_OUTPUT_DIR=reports JEST_JUNIT_OUTPUT_NAME=junit.xml'],
        args: '--ci --reporters=default --reporters="$TOOLS/node_modules/jest-junit"',
      };
    case 'vitest':
      return {
        ahead: ['export CI=true'],
        args: '--run --reporter=default --reporter=junit --outputFile.junit=reports/junit.xml',
      };
    default:
      return { ahead: [], args: '' };
  }
}

/** The api: NestJS with Prisma, or whatever its package.json builds. */
export function apiBuild(checkout: Checkout, settings: NodeSettings): NodeBuild {
  return nodeBuild(checkout, settings, (commands) => [
    ...generated(checkout, settings.directory, commands),
    ...(hasScript(checkout, settings.directory, 'build') ? [commands.run('build')] : []),
  ]);
}

/** Prisma's client, which the schema is made into: in the folder of the schema where that is another one. */
function generated(checkout: Checkout, directory: string, commands: PackageCommands): string[] {
  const prisma = prismaOf(checkout, directory);
  if (!prisma) return [];
  const generate = commands.exec('prisma generate');
  return [prisma.directory === directory ? generate : `(cd "$CODEBUILD_SRC_DIR/${prisma.directory}" && ${generate})`];
}

/** Whether package.json has a script. */
export function hasScript(checkout: Checkout, directory: string, name: string): boolean {
  const scripts = jsonOf(checkout, `${directory}/package.json`)?.scripts as Record<string, unknown> | undefined;
  return typeof scripts?.[name] === 'string';
}

/** The llm: Python in a virtual environment of its own, from requirements.txt or pyproject.toml. */
export function llmBuild(
  checkout: Checkout,
  settings: BuildSettings & { readonly python?: string | undefined },
): ComponentBuild {
  const { directory } = settings;
  const requirements = ['requirements.txt', 'requirements-dev.txt', 'requirements-test.txt'].filter((file) =>
    checkout.has(`${directory}/${file}`),
  );
  const packages = requirements.length > 0 ? requirements.map((file) => `-r ${file}`).join(' ') : '.';
  const hasPytest = requirements.some((file) => /^pytest\b(?!-)/m.test(checkout.text(`${directory}/${file}`) ?? ''));
  const asked = /^3\.\d+/.exec(checkout.text(`${directory}/.python-version`)?.trim() ?? '')?.[0];
  const none =
    settings.tests === 'none'
      ? 'saiondo.yaml says that it has none'
      : filesBelow(checkout, directory).some((file) => /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(file))
        ? undefined
        : 'no file is called test_*.py or *_test.py';
  const nothing = none !== undefined && settings.test === undefined;
  return {
    runtimes: { python: settings.python ?? asked ?? '3.11' },
    install: settings.install ?? ['python3 -m venv .venv', `.venv/bin/pip install --quiet ${packages}`],
    build: settings.build ?? [],
    ...(nothing
      ? { test: [], noTests: none, report: false }
      : {
          test: settings.test ?? [
            ...(hasPytest ? [] : [`.venv/bin/pip install --quiet ${BROUGHT_PACKAGES.pytest}`]),
            '.venv/bin/python -m pytest --junitxml=reports/junit.xml',
          ],
          report: settings.test === undefined,
        }),
  };
}
