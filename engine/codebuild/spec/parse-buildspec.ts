// Longer than 300 lines: one function a section of a buildspec, in the order of CodeBuild’s reference.
import { isMap, isScalar, type YAMLMap } from 'yaml';
import { SaiondoError } from '../../../model/errors';
import { closest } from '../../../model/nearest';
import { bounded } from '../../bounded/bounded-work';
import { checkPattern } from '../../text/regular-expression';
import { readBatch, type Batch } from './batch-spec';
import { BUILDSPEC_PHASES, type Buildspec, type BuildspecPhase, type Command, type OnFailure } from './buildspec';
import { ARTIFACT_KEYS, CACHE_KEYS, hasFiles, readArtifacts, readCache, readReports } from './build-output';
import { BuildspecDocument, type OriginalFile } from './buildspec-document';

const KEYS = {
  '0.2': ['version', 'run-as', 'env', 'proxy', 'batch', 'phases', 'reports', 'artifacts', 'cache'],
  '0.1': ['version', 'environment_variables', 'phases', 'artifacts', 'cache'],
  env: ['shell', 'variables', 'parameter-store', 'secrets-manager', 'exported-variables', 'git-credential-helper'],
  phase: ['run-as', 'on-failure', 'commands', 'finally', 'steps'],
};

/** Sections that slip into `phases` by their indentation. */
const SECTIONS_BESIDE = new Set(KEYS['0.2']);

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
  const version = readVersion(document, untyped.get('version', true));
  const top = document.map(untyped, '', KEYS[version]) as YAMLMap;
  const env = document.map(top.get('env', true), 'env', KEYS.env);
  const phases = readPhaseNames(document, top.get('phases', true));
  if (!phases && !top.has('batch')) failWithoutPhases(document, top, KEYS[version]);
  readProxy(document, top.get('proxy', true));
  const helper = env?.get('git-credential-helper', true);
  if (document.flag(helper, 'env.git-credential-helper'))
    document.limit(
      helper,
      'env.git-credential-helper',
      'Git uses this machine’s own credentials, not CodeBuild’s helper',
    );
  const artifacts = document.map(top.get('artifacts', true), 'artifacts', ARTIFACT_KEYS);
  const secondary = document.map(artifacts?.get('secondary-artifacts', true), 'artifacts.secondary-artifacts');
  const runAs = document.text(top.get('run-as', true), 'run-as');
  const batch = batchOf(document, top.get('batch', true));
  return {
    version,
    versionIsNumber: document.isNumber(untyped.get('version', true)),
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
    ...(hasFiles(document, artifacts, 'artifacts')
      ? { artifacts: readArtifacts(document, artifacts, 'artifacts') }
      : {}),
    secondaryArtifacts: Object.fromEntries(
      document.entries(secondary).flatMap(([id, node]) => {
        const at = `artifacts.secondary-artifacts.${id}`;
        const map = document.map(node, at, ARTIFACT_KEYS);
        if (!map?.has('files')) return document.fail(node, at, '`files` is missing');
        return hasFiles(document, map, at) ? [[id, readArtifacts(document, map, at)]] : [];
      }),
    ),
    reports: readReports(document, document.map(top.get('reports', true), 'reports')),
    ...readCache(document, document.map(top.get('cache', true), 'cache', CACHE_KEYS)),
    ...batch,
    ...syntaxWarningOf(document),
    limits: document.limits,
    unsupported: document.unsupported,
  };
}

/**
 * The `batch` section, or why it is wrong. Only a batch build reads it (a version in quotes breaks the batch and not the single build of the same file:
 * aws/aws-cdk#29592), so that for a single build a wrong one is a finding.
 */
function batchOf(document: BuildspecDocument, node: unknown): { batch?: Batch } & Pick<Buildspec, 'batchRefusal'> {
  try {
    const batch = readBatch(document, node);
    return batch ? { batch } : {};
  } catch (error) {
    if (!(error instanceof SaiondoError)) throw error;
    const { message, where } = error;
    document.limits.push({
      where: where ?? document.place(node, 'batch'),
      text: `${message}; a batch build is refused, a single build does not read it`,
      finding: true,
    });
    return { batchRefusal: { message, ...(where ? { where } : {}) } };
  }
}

function syntaxWarningOf(document: BuildspecDocument): Pick<Buildspec, 'syntaxWarning'> {
  const syntaxWarning = document.syntaxWarning();
  return syntaxWarning === undefined ? {} : { syntaxWarning };
}

/** Fails at the key that is nearest to `phases`, where there is an unknown one: it is what was meant. */
function failWithoutPhases(document: BuildspecDocument, top: YAMLMap, known: readonly string[]): never {
  const unknown = document.entries(top).flatMap(([name]) => (known.includes(name) || top.has('phases') ? [] : [name]));
  const nearest = unknown.length > 0 ? closest('phases', unknown) : undefined;
  const key = top.items.map((pair) => pair.key).find((one) => isScalar(one) && String(one.value) === nearest);
  return document.fail(
    key ?? top,
    nearest ?? 'phases',
    `\`phases\` is missing${nearest === undefined ? '' : `; unknown key \`${nearest}\`: did you mean \`phases\`?`}`,
  );
}

/** `version`, a number or a text; 0.20 is 0.2. */
function readVersion(document: BuildspecDocument, node: unknown): '0.1' | '0.2' {
  const given = document.text(node, 'version');
  const version = given === undefined || given.trim() === '' ? NaN : Number(given);
  if (version === 0.2) return '0.2';
  if (version === 0.1) return '0.1';
  const what = given === undefined ? 'missing' : JSON.stringify(given);
  return document.fail(node, 'version', `version is ${what}; expected 0.2 or 0.1`);
}

/** The phases. Their names are the only keys of a buildspec of which CodeBuild refuses an unknown one, in these words (seen in public build logs). */
function readPhaseNames(document: BuildspecDocument, node: unknown): YAMLMap | undefined {
  const phases = document.map(node, 'phases');
  for (const { key } of phases?.items ?? []) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!(BUILDSPEC_PHASES as readonly string[]).includes(name)) {
      const expected = [...BUILDSPEC_PHASES].sort().join(',');
      const nearest = closest(name, [...BUILDSPEC_PHASES]);
      const advice = SECTIONS_BESIDE.has(name)
        ? 'move it to the margin, next to `phases`'
        : `did you mean \`${nearest}\`?`;
      document.fail(key, `phases.${name}`, `Invalid buildspec phase name: ${name}. Expecting: ${expected}; ${advice}`);
    }
  }
  for (const name of BUILDSPEC_PHASES) document.tellEmpty(phases, name, `phases.${name}`, 'a map with `commands`');
  return phases;
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
  if (shell === '/bin/bash') {
    document.finding(node, 'env.shell', 'shell is /bin/bash, which is taken as bash; the documented name is bash');
    return { shell: 'bash' };
  }
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
  const map = document.map(node, at, at === 'phases.install' ? [...KEYS.phase, 'runtime-versions'] : KEYS.phase);
  for (const key of ['commands', 'finally']) document.tellEmpty(map, key, `${at}.${key}`, 'a list of commands');
  const onFailure = readOnFailure(document, map?.get('on-failure', true), `${at}.on-failure`);
  const runAs = document.text(map?.get('run-as', true), `${at}.run-as`);
  // In another phase the key is unknown to CodeBuild.
  const runtimes = at === 'phases.install' ? map?.get('runtime-versions', true) : undefined;
  const runtimesAt = `${at}.runtime-versions`;
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
  return document.items(node, at).flatMap(({ item, path }) => {
    if (item === null || (isScalar(item) && item.value === null)) {
      document.finding(item ?? node, path, 'an empty command: nothing runs for it');
      return [];
    }
    if (!isScalar(item)) {
      const index = /\[(\d+)\]$/.exec(path)?.[1] ?? '0';
      const found = isMap(item)
        ? 'found subkeys instead (a colon and a blank make a map: put the command in quotes)'
        : 'found a list instead';
      return document.fail(item, path, `Expected Commands[${index}] to be of string type: ${found}`);
    }
    return [{ text: document.text(item, path) ?? '', where: document.place(item, path) }];
  });
}
