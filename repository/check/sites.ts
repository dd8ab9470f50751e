import type { WebComponent } from '../../config/component.schema';
import type { Configuration } from '../../config/load';
import { lineOf, type Checkout } from '../checkout';
import { hasScript, type NodeBuild } from '../component-build';
import type { ComponentBuilds } from '../component-builds';
import { projectTests } from '../test-runner';
import type { WebBuild } from '../web-build';
import type { CheckFinding } from './finding';
import { missingFile } from './missing-file';
import { checkBundler } from './bundler';
import { checkImports } from './imports';
import { checkNode, noTests } from './services';
import { checkTestPaths } from './test-paths';

/** Every web app: what its build takes for granted. */
export function checkWeb(checkout: Checkout, { components }: Configuration, builds: ComponentBuilds): CheckFinding[] {
  return [
    ...(components.web && builds.web ? checkSite(checkout, 'web', components.web, builds.web) : []),
    ...Object.entries(components.otherWeb).flatMap(([name, settings]) => {
      const build = builds.otherWeb[name];
      return build ? checkSite(checkout, `otherWeb.${name}`, settings, build) : [];
    }),
  ];
}

function checkSite(checkout: Checkout, key: string, settings: WebComponent, build: WebBuild): CheckFinding[] {
  const { directory } = settings;
  if (build.framework === 'flutter') {
    if (!checkout.has(`${directory}/pubspec.yaml`))
      return [
        missingFile(
          'web.framework',
          checkout,
          `${directory}/pubspec.yaml`,
          'a Flutter app',
          `components.${key}.framework: node`,
        ),
      ];
    return [
      ...(checkout.has(`${directory}/web/index.html`)
        ? []
        : [
            missingFile(
              'web.page',
              checkout,
              `${directory}/web/index.html`,
              'the web platform of the Flutter app',
              `components.${key}.directory`,
            ),
          ]),
      ...(build.noTests === undefined ? [] : [noTests('WebTest', directory, build.noTests, key, 'built')]),
    ];
  }
  const manifest = `${directory}/package.json`;
  if (!checkout.has(manifest))
    return [
      missingFile('web.package', checkout, manifest, 'a web app that Node builds', `components.${key}.directory`),
    ];
  return [
    ...checkNode(checkout, 'web', directory, build as WebBuild & NodeBuild, settings, key),
    ...(settings.build || hasScript(checkout, directory, 'build')
      ? []
      : [
          {
            what: 'web.build',
            level: 'stops' as const,
            where: { file: manifest, line: lineOf(checkout.text(manifest) ?? '', '"scripts"') ?? 1 },
            found: 'no build script',
            needed: `a command that writes ${build.output}/index.html`,
            fix: `add a build script, or components.${key}.build`,
          },
        ]),
    ...checkExport(checkout, key, directory, settings),
    ...checkImports(checkout, { ...settings, name: 'web', key }),
    ...checkBundler(checkout, key, directory, settings.build),
    ...(build.noTests === undefined ? [] : [noTests('WebTest', directory, build.noTests, key, 'built')]),
  ];
}

/** Next.js writes files that a bucket can serve where its configuration says so; else a server (nextjs.org, "Static Exports"). */
function checkExport(
  checkout: Checkout,
  key: string,
  directory: string,
  { build, output }: Pick<WebComponent, 'build' | 'output'>,
): CheckFinding[] {
  const manifest = checkout.text(`${directory}/package.json`) ?? '';
  if (!/"next"\s*:/.test(manifest) || build || output) return [];
  const file = ['js', 'mjs', 'ts', 'cjs']
    .map((ending) => `${directory}/next.config.${ending}`)
    .find((one) => checkout.has(one));
  if (/\boutput\s*:\s*['"]export['"]/.test(checkout.text(file ?? '') ?? '') || /\bnext export\b/.test(manifest))
    return [];
  return [
    {
      what: 'web.export',
      level: 'stops',
      where: { file: file ?? `${directory}/package.json` },
      found: "Next.js without `output: 'export'`: its build writes a server, and no files of a site",
      needed: `files that a bucket serves: ${directory}/out/index.html`,
      fix: `say output: 'export' in next.config; or give components.${key}.build commands that write the site, and its folder in components.${key}.output`,
    },
  ];
}

/** The contracts: Hardhat, the deployment, the contracts’ names. */
export function checkContracts(
  checkout: Checkout,
  { components }: Configuration,
  builds: ComponentBuilds,
): CheckFinding[] {
  const { contracts } = components;
  if (!contracts || !builds.contracts) return [];
  const { directory } = contracts;
  const manifest = `${directory}/package.json`;
  if (!checkout.has(manifest))
    return [
      missingFile('contracts.package', checkout, manifest, 'a Hardhat project', 'components.contracts.directory'),
    ];
  const text = checkout.text(manifest) ?? '';
  const config = checkout.files.some((file) => file.startsWith(`${directory}/hardhat.config.`));
  const script = /\b([\w./-]+\.[cm]?[jt]s)\b/.exec(contracts.deploy)?.[1];
  const sources = checkout.files.filter((file) => file.startsWith(`${directory}/`) && file.endsWith('.sol'));
  const unknown = Object.keys(contracts.contracts).filter((name) => {
    const short = name.replace(/^.*:/, '').replace(/\$/g, '\\$');
    return !sources.some((file) => new RegExp(`\\b(contract|library)\\s+${short}\\b`).test(checkout.text(file) ?? ''));
  });
  return [
    ...checkNode(checkout, 'contracts', directory, builds.contracts, contracts),
    ...checkImports(checkout, { ...contracts, name: 'contracts', key: 'contracts' }),
    ...(config
      ? []
      : [
          missingFile(
            'contracts.config',
            checkout,
            `${directory}/hardhat.config.js`,
            'Hardhat’s configuration, which the pipeline’s network is laid over',
            'components.contracts.directory',
          ),
        ]),
    ...(/"hardhat"\s*:/.test(text)
      ? []
      : [
          {
            what: 'contracts.hardhat',
            level: 'stops' as const,
            where: { file: manifest },
            found: 'hardhat is not among its packages',
            needed: 'Hardhat 2 or 3',
            fix: `npm install --save-dev hardhat in ${directory}`,
          },
        ]),
    ...(script !== undefined && !checkout.has(`${directory}/${script}`)
      ? [
          missingFile(
            'contracts.deploy',
            checkout,
            `${directory}/${script}`,
            `the script of \`${contracts.deploy}\``,
            'components.contracts.deploy',
          ),
        ]
      : []),
    ...unknown.map((name) => ({
      what: 'contracts.names',
      level: 'stops' as const,
      where: { file: 'saiondo.yaml', path: `components.contracts.contracts.${name}` },
      found: `no contract ${name} in ${directory}`,
      needed: 'the contracts that the deployment makes, by their names in the source',
      fix: `one of ${sources.flatMap((file) => [...(checkout.text(file) ?? '').matchAll(/^\s*(?:abstract\s+)?contract\s+(\w+)/gm)].map((match) => match[1])).join(', ') || 'those of a .sol file'}`,
    })),
    ...(builds.contracts.noTests === undefined
      ? []
      : [noTests('ContractTest', directory, builds.contracts.noTests, 'contracts', 'compiled')]),
  ];
}

/** Tests that a Jest configuration does not look at: Jest then fails with “No tests found”. */
export function checkApiTests(
  checkout: Checkout,
  { components }: Configuration,
  builds: ComponentBuilds,
): CheckFinding[] {
  const { directory, test, tests } = components.api;
  if (builds.api.noTests !== undefined) return [noTests('ApiTest', directory, builds.api.noTests, 'api', 'built')];
  // Jest's own forms: tests against running services (e2e, integration) are left to who has those.
  const finds = 'npx jest --rootDir=. --testPathIgnorePatterns=e2e --testPathIgnorePatterns=integration';
  const { overlooked, where } = projectTests(checkout, directory);
  const [first] = overlooked?.files ?? [];
  const paths = checkTestPaths(checkout, directory, test, first && finds);
  if (test || tests || !overlooked) return paths;
  return [
    {
      what: 'api.tests',
      level: 'stops',
      where,
      found: first
        ? `Jest looks in ${overlooked.lookedIn}, and the tests are elsewhere: ${overlooked.files.slice(0, 3).join(', ')}`
        : 'Jest, and no test file',
      needed: 'tests that Jest finds: it ends with an error where it finds none',
      fix: first ? `components.api.test: ${finds}, or another command that finds them` : 'components.api.tests: none',
      set: first ? { 'components.api.test': finds } : { 'components.api.tests': 'none' },
    },
    ...(first ? paths : []),
  ];
}
