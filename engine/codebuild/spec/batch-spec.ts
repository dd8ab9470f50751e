import type { YAMLMap } from 'yaml';
import type { Location } from '../../../model/errors';
import type { BuildspecDocument } from './buildspec-document';

/** One build of a batch: the project's build with these overrides. */
export interface BatchTask {
  readonly identifier: string;
  /** A buildspec file of the source instead of the batch's own. */
  readonly buildspec?: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Tasks that have to end before this one starts. */
  readonly dependOn: readonly string[];
  readonly ignoreFailure: boolean;
  /** Of a fanout: which part of the tests this build runs, counted from 0, of how many. */
  readonly shard?: { readonly index: number; readonly count: number };
  readonly where: Location;
}

/** The `batch` section of a buildspec, every build of it spelt out. */
export interface Batch {
  /** A failed build stops those that run. */
  readonly fastFail: boolean;
  readonly tasks: readonly BatchTask[];
}

const KINDS = ['build-graph', 'build-list', 'build-matrix', 'build-fanout'] as const;
const ENVIRONMENT = ['compute-type', 'fleet', 'image', 'privileged-mode', 'type', 'variables'];
/** CodeBuild User Guide, "Quotas": builds in a batch. */
const MOST_BUILDS = 100;

/** Reads a `batch` section (CodeBuild User Guide, "Batch build buildspec reference"). @throws SaiondoError `BUILDSPEC_INVALID` */
export function readBatch(document: BuildspecDocument, node: unknown): Batch | undefined {
  const map = document.map(node, 'batch', ['fast-fail', ...KINDS]);
  if (!map) return undefined;
  const kinds = KINDS.filter((kind) => map.has(kind));
  const [kind] = kinds;
  if (!kind || kinds.length > 1) {
    return document.fail(
      node,
      'batch',
      `\`batch\` has ${kinds.join(' and ') || 'no build type'}; expected one of ${KINDS.join(', ')}`,
    );
  }
  const at = `batch.${kind}`;
  const section = map.get(kind, true);
  const tasks =
    kind === 'build-matrix'
      ? matrix(document, section, at)
      : kind === 'build-fanout'
        ? fanout(document, section, at)
        : list(document, section, at, kind === 'build-graph');
  if (tasks.length === 0) document.fail(section, at, `\`${at}\` names no build`);
  if (tasks.length > MOST_BUILDS)
    document.fail(section, at, `\`${at}\` is ${tasks.length} builds; CodeBuild takes at most ${MOST_BUILDS}`);
  checkGraph(document, section, at, tasks);
  return { fastFail: document.flag(map.get('fast-fail', true), 'batch.fast-fail'), tasks };
}

function list(document: BuildspecDocument, section: unknown, at: string, graph: boolean): BatchTask[] {
  return document.items(section, at).map(({ item, path }) => {
    const keys = ['identifier', 'buildspec', 'debug-session', 'env', 'ignore-failure', ...(graph ? ['depend-on'] : [])];
    const task = document.map(item, path, keys);
    const identifier = document.text(task?.get('identifier', true), `${path}.identifier`);
    if (!identifier) return document.fail(item, path, `\`${path}\` has no identifier`);
    if (document.flag(task?.get('debug-session', true), `${path}.debug-session`))
      document.limit(task?.get('debug-session', true), `${path}.debug-session`, 'there is no session to debug in here');
    const buildspec = document.text(task?.get('buildspec', true), `${path}.buildspec`);
    return {
      identifier,
      ...(buildspec ? { buildspec } : {}),
      variables: environment(document, task?.get('env', true), `${path}.env`),
      dependOn: graph ? document.list(task?.get('depend-on', true), `${path}.depend-on`) : [],
      ignoreFailure: document.flag(task?.get('ignore-failure', true), `${path}.ignore-failure`),
      where: document.place(item, path),
    };
  });
}

/** A build for each combination of the `dynamic` lists. CodeBuild names them itself; its names are not documented. */
function matrix(document: BuildspecDocument, section: unknown, at: string): BatchTask[] {
  const map = document.map(section, at, ['static', 'dynamic']);
  const fixed = document.map(map?.get('static', true), `${at}.static`, ['ignore-failure', 'env']);
  const ignoreFailure = document.flag(fixed?.get('ignore-failure', true), `${at}.static.ignore-failure`);
  const fixedVariables = environment(document, fixed?.get('env', true), `${at}.static.env`);
  const dynamic = document.map(map?.get('dynamic', true), `${at}.dynamic`, ['buildspec', 'env']);
  const env = document.map(dynamic?.get('env', true), `${at}.dynamic.env`, ['compute-type', 'image', 'variables']);
  const axes: { name: string; values: string[] }[] = [];
  const axis = (name: string, node: unknown, path: string): void => {
    const values = document.list(node, path);
    if (values.length > 0) axes.push({ name, values });
  };
  axis('buildspec', dynamic?.get('buildspec', true), `${at}.dynamic.buildspec`);
  for (const key of ['compute-type', 'image']) {
    const node = env?.get(key, true);
    if (node !== undefined) here(document, node, `${at}.dynamic.env.${key}`, key);
    axis(key, node, `${at}.dynamic.env.${key}`);
  }
  const variables = `${at}.dynamic.env.variables`;
  for (const [name, node] of document.entries(document.map(env?.get('variables', true), variables)))
    axis(`variables.${name}`, node, `${variables}.${name}`);
  const combinations = axes.reduce<Record<string, string>[]>(
    (all, { name, values }) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
  return combinations.map((one, i) => ({
    identifier: `build${i + 1}`,
    ...(one.buildspec ? { buildspec: one.buildspec } : {}),
    variables: {
      ...fixedVariables,
      ...Object.fromEntries(
        Object.entries(one)
          .filter(([name]) => name.startsWith('variables.'))
          .map(([name, value]) => [name.slice('variables.'.length), value]),
      ),
    },
    dependOn: [],
    ignoreFailure,
    where: document.place(section, at),
  }));
}

function fanout(document: BuildspecDocument, section: unknown, at: string): BatchTask[] {
  const map = document.map(section, at, ['parallelism', 'ignore-failure']);
  const node = map?.get('parallelism', true);
  const count = Number(document.text(node, `${at}.parallelism`));
  if (!Number.isInteger(count) || count < 1)
    document.fail(node ?? section, `${at}.parallelism`, `\`${at}.parallelism\` is a number of builds`);
  const ignoreFailure = document.flag(map?.get('ignore-failure', true), `${at}.ignore-failure`);
  return Array.from({ length: Math.min(count, MOST_BUILDS + 1) }, (_unused, index) => ({
    identifier: `build${index + 1}`,
    variables: {},
    dependOn: [],
    ignoreFailure,
    shard: { index, count },
    where: document.place(section, at),
  }));
}

/** The variables of an `env` override; what else it overrides is said, for every build runs on this machine. */
function environment(document: BuildspecDocument, node: unknown, at: string): Record<string, string> {
  const map: YAMLMap | undefined = document.map(node, at, ENVIRONMENT);
  if (map?.has('compute-type') && map.has('fleet'))
    document.fail(node, at, `\`${at}\` has a compute-type and a fleet; CodeBuild takes one of them`);
  for (const key of ENVIRONMENT.slice(0, -1))
    if (map?.has(key)) here(document, map.get(key, true), `${at}.${key}`, key);
  return document.texts(map?.get('variables', true), `${at}.variables`);
}

function here(document: BuildspecDocument, node: unknown, at: string, key: string): void {
  document.limit(node, at, `\`${key}\` of a batch build has no effect: every build runs on this machine`);
}

function checkGraph(document: BuildspecDocument, section: unknown, at: string, tasks: readonly BatchTask[]): void {
  const known = new Map<string, BatchTask>();
  for (const task of tasks) {
    if (known.has(task.identifier)) document.fail(section, at, `two builds of the batch are named ${task.identifier}`);
    known.set(task.identifier, task);
  }
  const visit = (task: BatchTask, path: readonly string[]): void => {
    if (path.includes(task.identifier))
      document.fail(section, at, `${[...path, task.identifier].join(' waits for ')}: a circle`);
    for (const name of task.dependOn) {
      const before = known.get(name);
      if (!before) return document.fail(section, at, `${task.identifier} waits for ${name}, which the batch has not`);
      visit(before, [...path, task.identifier]);
    }
  };
  for (const task of tasks) visit(task, []);
}
