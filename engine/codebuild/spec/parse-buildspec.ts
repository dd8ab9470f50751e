// Longer than 300 lines: one function a section of a buildspec, in the order of CodeBuild’s reference.
import { isMap, isScalar, type YAMLMap } from 'yaml';
import { closest } from '../../../model/nearest';
import { bounded } from '../../bounded/bounded-work';
import { checkPattern } from '../../text/regular-expression';
import { readBatch } from './batch-spec';
import {
  BUILDSPEC_PHASES,
  type ArtifactsSpec,
  type Buildspec,
  type BuildspecPhase,
  type CacheSpec,
  type Command,
  type OnFailure,
} from './buildspec';
import { BuildspecDocument, type OriginalFile } from './buildspec-document';

const KEYS = {
  '0.2': ['version', 'run-as', 'env', 'proxy', 'batch', 'phases', 'reports', 'artifacts', 'cache'],
  '0.1': ['version', 'environment_variables', 'phases', 'artifacts', 'cache'],
  env: ['shell', 'variables', 'parameter-store', 'secrets-manager', 'exported-variables', 'git-credential-helper'],
  phase: ['run-as', 'on-failure', 'runtime-versions', 'commands', 'finally', 'steps'],
  artifacts: [
    'files',
    'name',
    'discard-paths',
    'base-directory',
    'exclude-paths',
    'enable-symlinks',
    's3-prefix',
    'type',
    'secondary-artifacts',
  ],
  report: ['files', 'file-format', 'base-directory', 'discard-paths'],
  cache: ['paths', 'key', 'fallback-keys', 'action'],
};

/** The report formats of CodeBuild (CodeBuild User Guide, "reports" of the build specification reference). */
export const REPORT_FORMATS: readonly string[] = [
  'CUCUMBERJSON',
  'JUNITXML',
  'NUNITXML',
  'NUNIT3XML',
  'TESTNGXML',
  'VISUALSTUDIOTRX',
  'CLOVERXML',
  'COBERTURAXML',
  'JACOCOXML',
  'SIMPLECOV',
];
const MOST_REPORT_GROUPS = 5;
const MOST_FALLBACK_KEYS = 5;

/** Characters of a buildspec that is read at once, in some tens of milliseconds; more takes a thread of its own. */
const AT_ONCE = 8 * 1024;
/** Milliseconds that a buildspec of 1 MB may take. */
const MOST_MILLISECONDS = 60_000;

/** {@link parseBuildspec} where a large one holds nothing up. @throws SaiondoError `BUILDSPEC_INVALID`, `WORK_TOO_LONG` */
export async function readBuildspec(text: string, file: string, original?: OriginalFile): Promise<Buildspec> {
  if (text.length + (original?.content.length ?? 0) <= AT_ONCE) return parseBuildspec(text, file, original);
  return bounded<typeof parseBuildspec>({ module: __filename, name: 'parseBuildspec' }, [text, file, original], {
    milliseconds: MOST_MILLISECONDS,
  });
}

/**
 * Reads a buildspec, YAML or JSON.
 * @param file the name that errors carry
 * @param original the file of a repository that an inline text was made of
 * @throws SaiondoError `BUILDSPEC_INVALID` with file, line and key
 */
export function parseBuildspec(text: string, file: string, original?: OriginalFile): Buildspec {
  const document = new BuildspecDocument(text, file, original);
  const untyped = document.map(document.root, '');
  if (!untyped) return document.fail(undefined, '', 'a buildspec is a map with `version` and `phases`');
  const version = document.text(untyped.get('version', true), 'version');
  if (version !== '0.2' && version !== '0.1') {
    return document.fail(
      untyped.get('version', true),
      'version',
      `version is ${version === undefined ? 'missing' : JSON.stringify(version)}; expected 0.2 or 0.1`,
    );
  }
  const top = document.map(untyped, '', KEYS[version]) as YAMLMap;
  const env = document.map(top.get('env', true), 'env', KEYS.env);
  const phases = document.map(top.get('phases', true), 'phases', BUILDSPEC_PHASES);
  for (const name of BUILDSPEC_PHASES) document.refuseEmpty(phases, name, `phases.${name}`, 'a map with `commands`');
  if (!phases && !top.has('batch')) document.fail(top, 'phases', '`phases` is missing');
  readProxy(document, top.get('proxy', true));
  const helper = env?.get('git-credential-helper', true);
  if (document.flag(helper, 'env.git-credential-helper'))
    document.limit(
      helper,
      'env.git-credential-helper',
      'Git uses this machine’s own credentials, not CodeBuild’s helper',
    );
  const artifacts = document.map(top.get('artifacts', true), 'artifacts', KEYS.artifacts);
  const secondary = document.map(artifacts?.get('secondary-artifacts', true), 'artifacts.secondary-artifacts');
  const runAs = document.text(top.get('run-as', true), 'run-as');
  const batch = readBatch(document, top.get('batch', true));
  return {
    version,
    ...readShell(document, env),
    ...(runAs ? { runAs } : {}),
    ...readVariables(document, top, env),
    exportedVariables: document.list(env?.get('exported-variables', true), 'env.exported-variables'),
    phases: Object.fromEntries(
      BUILDSPEC_PHASES.filter((name) => phases?.has(name)).map((name) => [
        name,
        readPhase(document, phases?.get(name, true), `phases.${name}`),
      ]),
    ),
    ...(artifacts?.has('files') ? { artifacts: readArtifacts(document, artifacts, 'artifacts') } : {}),
    secondaryArtifacts: Object.fromEntries(
      document.entries(secondary).map(([id, node]) => {
        const at = `artifacts.secondary-artifacts.${id}`;
        const map = document.map(node, at, KEYS.artifacts);
        if (!map?.has('files')) return document.fail(node, at, '`files` is missing');
        return [id, readArtifacts(document, map, at)];
      }),
    ),
    reports: readReports(document, document.map(top.get('reports', true), 'reports')),
    ...readCache(document, document.map(top.get('cache', true), 'cache', KEYS.cache)),
    ...(batch ? { batch } : {}),
    limits: document.limits,
    unsupported: document.unsupported,
  };
}

function readProxy(document: BuildspecDocument, node: unknown): void {
  const proxy = document.map(node, 'proxy', ['upload-artifacts', 'logs']);
  for (const key of ['upload-artifacts', 'logs']) {
    const flag = proxy?.get(key, true);
    if (document.flag(flag, `proxy.${key}`))
      document.limit(flag, `proxy.${key}`, 'artifacts and logs stay on this machine: no proxy is in between');
  }
}

function readShell(document: BuildspecDocument, env: YAMLMap | undefined): Pick<Buildspec, 'shell'> {
  const node = env?.get('shell', true);
  const shell = document.text(node, 'env.shell');
  if (shell === undefined) return {};
  if (shell === 'bash') return { shell: 'bash' };
  if (shell === '/bin/sh' || shell === 'sh') return { shell: 'sh' };
  if (!/^(powershell|cmd)\.exe$/.test(shell))
    return document.fail(node, 'env.shell', `shell is ${JSON.stringify(shell)}; expected bash or /bin/sh`);
  document.notSupported(node, 'env.shell', `${shell}, a shell of Windows`);
  return {};
}

function readVariables(
  document: BuildspecDocument,
  top: YAMLMap,
  env: YAMLMap | undefined,
): Pick<Buildspec, 'variables' | 'parameterStore' | 'secretsManager' | 'variablePlaces'> {
  // Version 0.1 calls them environment_variables.plaintext (CodeBuild User Guide, "Buildspec versions").
  const old = document.map(top.get('environment_variables', true), 'environment_variables', ['plaintext']);
  const sections = [
    ['environment_variables.plaintext', old?.get('plaintext', true)],
    ['env.variables', env?.get('variables', true)],
    ['env.parameter-store', env?.get('parameter-store', true)],
    ['env.secrets-manager', env?.get('secrets-manager', true)],
  ] as const;
  const [plaintext = {}, variables = {}, parameterStore = {}, secretsManager = {}] = sections.map(([at, node]) =>
    document.texts(node, at),
  );
  const places = sections.flatMap(([at, node]) =>
    document
      .entries(document.map(node, at))
      .map(([name, value]) => [name, document.place(value, `${at}.${name}`)] as const),
  );
  return {
    variables: { ...plaintext, ...variables },
    parameterStore,
    secretsManager,
    variablePlaces: Object.fromEntries(places),
  };
}

function readPhase(document: BuildspecDocument, node: unknown, at: string): BuildspecPhase {
  const map = document.map(node, at, KEYS.phase);
  for (const key of ['commands', 'finally']) document.refuseEmpty(map, key, `${at}.${key}`, 'a list of commands');
  const onFailure = readOnFailure(document, map?.get('on-failure', true), `${at}.on-failure`);
  const runAs = document.text(map?.get('run-as', true), `${at}.run-as`);
  const runtimes = map?.get('runtime-versions', true);
  const runtimesAt = `${at}.runtime-versions`;
  if (runtimes !== undefined && at !== 'phases.install')
    document.fail(runtimes, runtimesAt, '`runtime-versions` belongs to the install phase');
  if (map?.has('steps'))
    document.notSupported(map.get('steps', true), `${at}.steps`, 'steps in the syntax of GitHub Actions');
  return {
    commands: readCommands(document, map?.get('commands', true), `${at}.commands`),
    finally: readCommands(document, map?.get('finally', true), `${at}.finally`),
    ...(onFailure ? { onFailure } : {}),
    ...(runAs ? { runAs } : {}),
    runtimeVersions: document.entries(document.map(runtimes, runtimesAt)).map(([runtime, value]) => ({
      runtime,
      version: document.text(value, `${runtimesAt}.${runtime}`) ?? '',
      where: document.place(value, `${runtimesAt}.${runtime}`),
    })),
  };
}

function readOnFailure(document: BuildspecDocument, node: unknown, at: string): OnFailure | undefined {
  const value = document.text(node, at);
  if (value === undefined) return undefined;
  const where = document.place(node, at);
  if (value === 'ABORT' || value === 'CONTINUE') return { action: value, where };
  // The page itself writes RETRY and Retry. A number is a count, up to 100.
  const retry = /^retry(?:-(\d{1,3}))?(?:-(.+))?$/is.exec(value);
  const retries = Number(retry?.[1] ?? 3);
  const pattern = retry?.[2] ?? '.*';
  if (!retry || retries > 100) {
    document.fail(
      node,
      at,
      `on-failure is ${JSON.stringify(value)}; expected ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex, the count 0 to 100`,
    );
  }
  try {
    checkPattern(pattern);
  } catch (error) {
    document.fail(node, at, `on-failure: ${(error as Error).message}`);
  }
  return { action: 'RETRY', retries, pattern, where };
}

function readCommands(document: BuildspecDocument, node: unknown, at: string): Command[] {
  return document.items(node, at).map(({ item, path }) => {
    if (!isScalar(item) || item.value === null) {
      const what = isMap(item) ? 'a map (a colon and a blank: put it in quotes)' : 'not';
      return document.fail(item, path, `a command is a text; this one is ${what}`);
    }
    return { text: document.text(item, path) ?? '', where: document.place(item, path) };
  });
}

function readArtifacts(document: BuildspecDocument, map: YAMLMap, at: string): ArtifactsSpec {
  const name = document.text(map.get('name', true), `${at}.name`);
  const base = document.text(map.get('base-directory', true), `${at}.base-directory`);
  return {
    files: filesOf(document, map, `${at}.files`),
    ...(name === undefined ? {} : { name }),
    discardPaths: document.flag(map.get('discard-paths', true), `${at}.discard-paths`),
    ...(base === undefined ? {} : { baseDirectory: base }),
    excludePaths: document.list(map.get('exclude-paths', true), `${at}.exclude-paths`),
    enableSymlinks: document.flag(map.get('enable-symlinks', true), `${at}.enable-symlinks`),
  };
}

function filesOf(document: BuildspecDocument, map: YAMLMap, at: string): string[] {
  document.refuseEmpty(map, 'files', at, 'a list of files');
  return document.list(map.get('files', true), at);
}

function readReports(document: BuildspecDocument, map: YAMLMap | undefined): Buildspec['reports'] {
  const entries = document.entries(map);
  if (entries.length > MOST_REPORT_GROUPS)
    document.fail(map, 'reports', `${entries.length} report groups; CodeBuild takes at most ${MOST_REPORT_GROUPS}`);
  return Object.fromEntries(
    entries.map(([name, node]) => {
      const at = `reports.${name}`;
      const report = document.map(node, at, KEYS.report);
      const formatNode = report?.get('file-format', true);
      const format = (document.text(formatNode, `${at}.file-format`) ?? 'JUNITXML').toUpperCase();
      if (!REPORT_FORMATS.includes(format)) {
        document.fail(
          formatNode,
          `${at}.file-format`,
          `file-format is ${format}; did you mean ${closest(format, [...REPORT_FORMATS])}?`,
        );
      }
      const base = document.text(report?.get('base-directory', true), `${at}.base-directory`);
      document.flag(report?.get('discard-paths', true), `${at}.discard-paths`);
      const files = document.list(report?.get('files', true), `${at}.files`);
      if (files.length === 0) document.fail(node, at, `\`${at}\` has no files`);
      return [name, { files, format, ...(base ? { baseDirectory: base } : {}), where: document.place(node, at) }];
    }),
  );
}

function readCache(document: BuildspecDocument, map: YAMLMap | undefined): Pick<Buildspec, 'cache'> {
  if (!map) return {};
  const key = document.text(map.get('key', true), 'cache.key');
  const actionNode = map.get('action', true);
  const action = document.text(actionNode, 'cache.action');
  if (action !== undefined && action !== 'restore' && action !== 'save')
    return document.fail(actionNode, 'cache.action', `action is ${JSON.stringify(action)}; expected restore or save`);
  const fallback = map.get('fallback-keys', true);
  const fallbackKeys = document.list(fallback, 'cache.fallback-keys');
  if (fallbackKeys.length > MOST_FALLBACK_KEYS)
    document.limit(
      fallback,
      'cache.fallback-keys',
      `${fallbackKeys.length} fallback keys; CodeBuild looks at the first ${MOST_FALLBACK_KEYS}, and so does this`,
    );
  const cache: CacheSpec = {
    paths: document
      .items(map.get('paths', true), 'cache.paths')
      .map(({ item, path }) => ({ pattern: document.text(item, path) ?? '', where: document.place(item, path) })),
    ...(key ? { key } : {}),
    fallbackKeys: fallbackKeys.slice(0, MOST_FALLBACK_KEYS),
    ...(action ? { action } : {}),
  };
  return { cache };
}
