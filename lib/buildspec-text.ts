import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { closest } from 'fastest-levenshtein';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { SaiondoError } from '../model/errors';
import { makeKnown, type KnownBy } from './known-build';

/** Keys of a buildspec and of a phase (CodeBuild User Guide, "Build specification reference for CodeBuild"). */
const TOP = ['version', 'run-as', 'env', 'proxy', 'batch', 'phases', 'reports', 'artifacts', 'cache'];
const PHASES = ['install', 'pre_build', 'build', 'post_build'];
const PHASE = ['run-as', 'on-failure', 'runtime-versions', 'commands', 'finally'];

/** The folder of the buildspec files, next to the sources and next to the compiled app alike. */
export const BUILDSPEC_FOLDER =
  [path.join(__dirname, '../buildspecs'), path.join(__dirname, '../../buildspecs')].find((folder) =>
    fs.existsSync(folder),
  ) ?? 'buildspecs';

/** What a component says of the build that a buildspec describes. */
export interface BuildValues {
  /** Commands by the name that represents them in the file: `- '{install}'`. */
  readonly commands?: Readonly<Record<string, readonly string[]>>;
  /** What `runtime-versions: '{runtimes}'` becomes; without any the image's defaults. */
  readonly runtimes?: Readonly<Record<string, string | number>>;
  /** False: the build writes no report. */
  readonly report?: boolean;
  /** By what the build finds that it has nothing to do (`lib/known-build.ts`); without it, it always runs. */
  readonly known?: KnownBy;
  /** False: the build keeps nothing for the next one. */
  readonly cache?: boolean;
}

/** A buildspec as an object. */
export interface BuildspecObject {
  readonly phases: Record<string, { 'runtime-versions'?: unknown; commands?: string[] }>;
  readonly [key: string]: unknown;
}

/**
 * Reads `buildspecs/NAME.yml`, checks its keys, so that a misspelt one fails at synth and not ten minutes after a push, and fills in what its
 * component says. The scripts that its commands name come with it, because a build has the application's files and none of this repository's.
 * @throws SaiondoError `BUILDSPEC_INVALID` with file, line and the nearest known key; a name that nothing is given for.
 */
export function filledBuildspec(name: string, values: BuildValues = {}): BuildspecObject {
  const file = `buildspecs/${name}.yml`;
  const read =
    checked.get(name) ?? checkBuildspec(fs.readFileSync(path.join(BUILDSPEC_FOLDER, `${name}.yml`), 'utf8'), file);
  checked.set(name, read);
  const buildspec = structuredClone(read) as unknown as BuildspecObject;
  for (const phase of Object.values(buildspec.phases)) {
    if (phase['runtime-versions'] === '{runtimes}') {
      const { runtimes = {} } = values;
      if (Object.keys(runtimes).length > 0) phase['runtime-versions'] = { ...runtimes };
      else delete phase['runtime-versions'];
    }
    if (phase.commands) phase.commands = phase.commands.flatMap((command) => filled(command, values, file));
  }
  for (const phase of ['install', 'pre_build', 'build', 'post_build'])
    if (
      Object.keys(buildspec.phases[phase] ?? { kept: true }).length === 0 ||
      buildspec.phases[phase]?.commands?.length === 0
    )
      dropEmpty(buildspec, phase);
  if (values.report === false) delete (buildspec as Record<string, unknown>).reports;
  if (values.cache === false) delete (buildspec as Record<string, unknown>).cache;
  if (values.known) makeKnown(buildspec, values.known);
  bringScripts(buildspec);
  const commands = commandsByPhase(buildspec);
  made.set(JSON.stringify([name, commands]), { name, commands });
  return buildspec;
}

type Commands = Readonly<Record<string, readonly string[]>>;

/** Every buildspec that was filled in, and of which file. */
const made = new Map<string, { readonly name: string; readonly commands: Commands }>();

function commandsByPhase({ phases }: Pick<BuildspecObject, 'phases'>): Commands {
  return Object.fromEntries(Object.entries(phases).map(([phase, { commands = [] }]) => [phase, commands]));
}

/** The file that a project's inline buildspec was made of: CDK Pipelines adds commands of its own to some. */
export function fileOf(
  inline: Pick<BuildspecObject, 'phases'>,
): { readonly file: string; readonly content: string } | undefined {
  const all = commandsByPhase(inline);
  const whole = [...made.values()]
    .filter(({ commands }) =>
      Object.entries(commands).every(([phase, ones]) => ones.every((one) => all[phase]?.includes(one))),
    )
    .sort((a, b) => Object.values(b.commands).flat().length - Object.values(a.commands).flat().length)[0];
  if (!whole) return undefined;
  const file = `${whole.name}.yml`;
  return { file: `buildspecs/${file}`, content: fs.readFileSync(path.join(BUILDSPEC_FOLDER, file), 'utf8') };
}

/** What was read already: both environments have the same projects. */
const checked = new Map<string, Record<string, unknown>>();

/** The name that represents commands in a buildspec's file, where a command is one. */
function placeholderIn(command: string): string | undefined {
  return /^\{(\w+)\}$/.exec(command)?.[1];
}

function filled(command: string, { commands = {} }: BuildValues, file: string): readonly string[] {
  const name = placeholderIn(command);
  if (name === undefined) return [command];
  const given = commands[name];
  if (given) return given;
  throw new SaiondoError(`${file} has {${name}}, and nothing is given for it`, {
    code: 'BUILDSPEC_INVALID',
    where: { file },
  });
}

/** A phase without commands is not a phase; one with a runtime alone is. */
function dropEmpty(buildspec: BuildspecObject, name: string): void {
  const phase = buildspec.phases[name];
  if (!phase) return;
  if (phase.commands?.length === 0) delete phase.commands;
  if (Object.keys(phase).length === 0) delete buildspec.phases[name];
}

/** The folder of the scripts, and of what a build installs for itself: of this build alone. */
const FOLDERS = 'export SCRIPTS=$(mktemp -d) TOOLS=$(mktemp -d)';

/** Puts the scripts that the commands name, and those that they require, at the head of the first phase. */
function bringScripts(buildspec: BuildspecObject): void {
  const commands = Object.values(buildspec.phases).flatMap((phase) => phase.commands ?? []);
  const scripts = scriptsIn(commands);
  if (scripts.length === 0 && !commands.some((command) => command.includes('$TOOLS'))) return;
  buildspec.phases.install ??= {};
  buildspec.phases.install.commands = [FOLDERS, ...scripts.map(written), ...(buildspec.phases.install.commands ?? [])];
}

/** The names of the scripts that commands run, and of those that they require. */
export function scriptsIn(commands: readonly string[]): string[] {
  const found = new Set(
    commands.flatMap((command) =>
      [...command.matchAll(/\$SCRIPTS\/([\w-]+\.(?:js|sh))/g)].map(([, name = '']) => name),
    ),
  );
  for (const name of found) {
    for (const [, required = ''] of scriptText(name).matchAll(/require\('\.\/([\w-]+\.js)'\)/g)) found.add(required);
  }
  return [...found].sort();
}

/** The text of a script of `buildspecs/scripts`. */
export function scriptText(name: string): string {
  return fs.readFileSync(path.join(BUILDSPEC_FOLDER, 'scripts', name), 'utf8');
}

/**
 * Compressed: an inline buildspec has at most 25,600 characters. In base64, so that the log of a build, which shows every command, has none of a
 * script's own messages. The header's byte for the operating system says unknown (RFC 1952, 2.3.1): templates are the same wherever they are made.
 */
function written(name: string): string {
  const packed = gzipSync(scriptText(name), { level: 9 });
  packed[9] = 255;
  return `echo ${packed.toString('base64')} | base64 -d | gzip -d > "$SCRIPTS/${name}"`;
}

/** The checked content of a buildspec. `file` is the name that errors carry. */
export function checkBuildspec(text: string, file: string): Record<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fail = (offset: number, key: string, message: string): never => {
    const at = lines.linePos(offset);
    throw new SaiondoError(message, {
      code: 'BUILDSPEC_INVALID',
      where: { file, line: at.line, column: at.col, path: key },
      next: 'see "Build specification reference for CodeBuild"',
    });
  };
  const syntax = document.errors[0];
  if (syntax) fail(syntax.pos[0], '', `invalid YAML: ${syntax.message.split('\n')[0] ?? ''}`);
  const keys = (node: unknown, at: string, known: readonly string[]): void => {
    if (!isMap(node)) return fail(0, at, `expected a map of ${known.join(', ')}`);
    for (const { key } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (known.includes(name)) continue;
      const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
      fail(offset, at ? `${at}.${name}` : name, `unknown key \`${name}\`; did you mean \`${closest(name, known)}\`?`);
    }
  };
  keys(document.contents, '', TOP);
  keys(document.get('phases', true), 'phases', PHASES);
  for (const phase of PHASES) {
    if (document.hasIn(['phases', phase])) keys(document.getIn(['phases', phase], true), `phases.${phase}`, PHASE);
  }
  return document.toJS() as Record<string, unknown>;
}
