import type { WebComponent } from '../config/component.schema';
import type { Configuration } from '../config/load';
import { webTestName } from '../config/web-test-name';
import type { BuildValues } from '../lib/buildspec-text';
import { bringFlutter } from '../lib/flutter';
import type { ComponentBuild } from '../repository/component-build';
import type { ComponentBuilds } from '../repository/component-builds';
import { componentFolders, within } from '../repository/takes';
import type { WebBuild } from '../repository/web-build';

/** What a component's test prepares for the environments: the migrations' tools and files, the compiled contracts. */
export type Carried = 'migrations' | 'llmMigrations' | 'contracts';

/** The test of a component: in the pipeline, and of a pull request. */
export interface ComponentTest {
  /** The action's name. */
  readonly id: string;
  /** The part of a name that says which component it is: `api`, `web`, `web-admin`. */
  readonly component: string;
  readonly directory: string;
  readonly buildspec: 'api-test' | 'llm-test' | 'web-test' | 'contract-test';
  readonly values: BuildValues;
  readonly environment: Readonly<Record<string, string>>;
  /** Secrets by variable; pull requests do not get them. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The path that the built site is served below (`''` for the site itself) and its folder; undefined where nothing is served. */
  readonly site?: { readonly path: string; readonly output: string };
  /** What of it runs in the environments, as this build leaves it; undefined where nothing does. */
  readonly carries?: Carried;
  /** Folders of the components that it takes nothing from: they are not there while it is tested. */
  readonly others: readonly string[];
  /** Whether a large download is worth keeping from one build to the next. */
  readonly cached: boolean;
}

/** The tests of every component. */
export function componentTests({ components }: Configuration, builds: ComponentBuilds): readonly ComponentTest[] {
  const folders = componentFolders(components);
  const one = (
    id: string,
    component: string,
    buildspec: ComponentTest['buildspec'],
    settings: NonNullable<Components[keyof Components]>,
    build: ComponentBuild,
    compiled: string,
    more: Partial<ComponentTest> & { readonly bring?: readonly string[] } = {},
  ): ComponentTest => {
    const { bring, environment, ...rest } = more;
    return {
      id,
      component,
      buildspec,
      directory: settings.directory,
      values: {
        runtimes: build.runtimes,
        report: build.report,
        cache: rest.cached ?? false,
        commands: {
          install: build.install,
          build: build.build,
          test:
            build.noTests === undefined
              ? build.test
              : [`echo '${id}: no tests (${build.noTests.replace(/'/g, '’')}): ${compiled} only'`],
          carry: [],
          ...(bring ? { bring } : {}),
        },
      },
      environment: { ...settings.buildEnvironment, ...environment },
      secrets: settings.buildSecrets,
      others: folders.filter(
        (folder) =>
          !within(folder, settings.directory) &&
          !within(settings.directory, folder) &&
          !builds.takes[settings.directory]?.includes(folder),
      ),
      cached: false,
      ...rest,
    };
  };
  const web = (id: string, component: string, path: string, settings: WebComponent, build: WebBuild): ComponentTest =>
    one(id, component, 'web-test', settings, build, 'built', {
      bring: bringFlutter(build),
      cached: build.flutter !== undefined,
      environment: {
        ...(build.flutter ? { FLUTTER_VERSION: build.flutter } : {}),
        ...(path ? { BASE_PATH: `/${path}/` } : {}),
      },
      site: { path, output: `${settings.directory}/${build.output}` },
    });
  const { api, llm, web: site, contracts } = components;
  return [
    one('ApiTest', 'api', 'api-test', api, builds.api, 'built', { carries: 'migrations' }),
    ...(llm && builds.llm
      ? [
          one(
            'LlmTest',
            'llm',
            'llm-test',
            llm,
            builds.llm,
            'installed',
            builds.migrations.ofLlm ? { carries: 'llmMigrations' } : {},
          ),
        ]
      : []),
    ...(site && builds.web ? [web('WebTest', 'web', '', site, builds.web)] : []),
    ...Object.entries(builds.otherWeb).flatMap(([path, build]) => {
      const settings = components.otherWeb[path];
      return settings ? [web(webTestName(path), `web-${path}`, path, settings, build)] : [];
    }),
    ...(contracts && builds.contracts
      ? [
          one('ContractTest', 'contracts', 'contract-test', contracts, builds.contracts, 'compiled', {
            carries: 'contracts',
            environment: contracts.compiler === 'npm' ? { COMPILER: 'npm' } : {},
          }),
        ]
      : []),
  ];
}

type Components = Omit<Configuration['components'], 'otherWeb'>;
