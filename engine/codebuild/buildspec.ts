import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { closest } from 'fastest-levenshtein';
import { SaiondoError, type Location } from '../../model/errors';

/** One entry of a `commands` or `finally` list: one script. */
export interface Command {
  readonly text: string;
  readonly where: Location;
}

/** `on-failure` of a phase. */
export type OnFailure =
  | { readonly action: 'ABORT' | 'CONTINUE' }
  | { readonly action: 'RETRY'; readonly retries: number; readonly pattern: string };

/** The phases that a buildspec may have, in their order. */
export const BUILDSPEC_PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;
/** One of {@link BUILDSPEC_PHASES}. */
export type BuildspecPhaseName = (typeof BUILDSPEC_PHASES)[number];

/** One phase of a buildspec. */
export interface BuildspecPhase {
  readonly commands: readonly Command[];
  readonly finally: readonly Command[];
  readonly onFailure?: OnFailure;
  readonly runAs?: string;
  readonly runtimeVersions: Readonly<Record<string, string>>;
}

/** What an `artifacts` section or one of its `secondary-artifacts` collects. */
export interface ArtifactsSpec {
  readonly files: readonly string[];
  readonly name?: string;
  readonly discardPaths: boolean;
  readonly baseDirectory?: string;
  readonly excludePaths: readonly string[];
}

/** One report group of a buildspec. */
export interface ReportSpec {
  readonly files: readonly string[];
  readonly format: string;
  readonly baseDirectory?: string;
  readonly where: Location;
}

/** A buildspec, checked (CodeBuild User Guide, "Build specification reference for CodeBuild"). */
export interface Buildspec {
  readonly version: '0.1' | '0.2';
  readonly shell: string;
  readonly runAs?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly parameterStore: Readonly<Record<string, string>>;
  readonly secretsManager: Readonly<Record<string, string>>;
  readonly exportedVariables: readonly string[];
  readonly phases: Readonly<Partial<Record<BuildspecPhaseName, BuildspecPhase>>>;
  readonly artifacts?: ArtifactsSpec;
  readonly secondaryArtifacts: Readonly<Record<string, ArtifactsSpec>>;
  readonly reports: Readonly<Record<string, ReportSpec>>;
  readonly cache?: {
    readonly paths: readonly string[];
    readonly key?: string;
    readonly fallbackKeys: readonly string[];
    readonly action?: string;
  };
  /** Keys that are right and that a rehearsal does not follow, each with its place. */
  readonly limits: readonly { readonly where: Location; readonly text: string }[];
}

const KEYS = {
  top: ['version', 'run-as', 'env', 'proxy', 'batch', 'phases', 'reports', 'artifacts', 'cache'],
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
const FORMATS = [
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

/**
 * Reads a buildspec, YAML or JSON. Lists may be written as one text: CDK writes `files` so.
 * @param file the name that errors carry
 * @throws SaiondoError `BUILDSPEC_INVALID` with file, line and key
 */
export function parseBuildspec(text: string, file: string): Buildspec {
  return new Reader(text, file).read();
}

class Reader {
  private readonly lines = new LineCounter();
  private readonly root: Node | null;
  private readonly limits: { where: Location; text: string }[] = [];

  constructor(
    text: string,
    private readonly file: string,
  ) {
    const document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true });
    const [error] = document.errors;
    if (error) this.fail(error.pos[0], '', `not YAML: ${error.message.split('\n')[0] ?? ''}`);
    this.root = document.contents;
  }

  read(): Buildspec {
    const top = this.map(this.root, '', KEYS.top);
    if (!top) return this.fail(0, '', 'a buildspec is a map with `version` and `phases`');
    const version = this.text(top.get('version', true), 'version');
    if (version !== '0.2' && version !== '0.1') {
      this.fail(
        this.offset(top.get('version', true)),
        'version',
        `version is ${version === undefined ? 'missing' : JSON.stringify(version)}; expected 0.2 or 0.1`,
      );
    }
    const env = this.map(top.get('env', true), 'env', KEYS.env);
    const phases = this.map(top.get('phases', true), 'phases', BUILDSPEC_PHASES);
    if (top.has('batch'))
      this.limit(top.get('batch', true), 'batch', 'batch builds are not rehearsed as a batch: the build runs once');
    if (top.has('proxy')) this.limit(top.get('proxy', true), 'proxy', 'proxy settings have no effect here');
    if (!phases && !top.has('batch')) this.fail(0, 'phases', '`phases` is missing');
    const artifacts = this.map(top.get('artifacts', true), 'artifacts', KEYS.artifacts);
    const secondary = this.map(artifacts?.get('secondary-artifacts', true), 'artifacts.secondary-artifacts');
    const runAs = this.runAs(top, '');
    return {
      version: version as '0.1' | '0.2',
      shell: this.shell(env),
      ...(runAs ? { runAs } : {}),
      variables: this.texts(env?.get('variables', true), 'env.variables'),
      parameterStore: this.texts(env?.get('parameter-store', true), 'env.parameter-store'),
      secretsManager: this.texts(env?.get('secrets-manager', true), 'env.secrets-manager'),
      exportedVariables: this.list(env?.get('exported-variables', true), 'env.exported-variables'),
      phases: Object.fromEntries(
        BUILDSPEC_PHASES.filter((name) => phases?.has(name)).map((name) => [
          name,
          this.phase(phases?.get(name, true), `phases.${name}`),
        ]),
      ),
      ...(artifacts?.has('files') ? { artifacts: this.artifacts(artifacts, 'artifacts') } : {}),
      secondaryArtifacts: Object.fromEntries(
        this.entries(secondary).map(([id, node]) => {
          const at = `artifacts.secondary-artifacts.${id}`;
          const map = this.map(node, at, KEYS.artifacts);
          if (!map?.has('files')) this.fail(this.offset(node), at, '`files` is missing');
          return [id, this.artifacts(map as YAMLMap, at)];
        }),
      ),
      reports: this.reports(this.map(top.get('reports', true), 'reports')),
      ...this.cache(this.map(top.get('cache', true), 'cache', KEYS.cache)),
      limits: this.limits,
    };
  }

  private phase(node: unknown, at: string): BuildspecPhase {
    const map = this.map(node, at, KEYS.phase);
    const onFailure = this.onFailure(map, at);
    const runAs = map ? this.runAs(map, at) : undefined;
    if (map?.has('runtime-versions') && !at.endsWith('install')) {
      this.fail(
        this.offset(map.get('runtime-versions', true)),
        `${at}.runtime-versions`,
        '`runtime-versions` belongs to the install phase',
      );
    }
    return {
      commands: this.commands(map?.get('commands', true), `${at}.commands`),
      finally: this.commands(map?.get('finally', true), `${at}.finally`),
      ...(onFailure ? { onFailure } : {}),
      ...(runAs ? { runAs } : {}),
      runtimeVersions: this.texts(map?.get('runtime-versions', true), `${at}.runtime-versions`),
    };
  }

  private onFailure(map: YAMLMap | undefined, at: string): OnFailure | undefined {
    const node = map?.get('on-failure', true);
    if (node === undefined) return undefined;
    const value = this.text(node, `${at}.on-failure`) ?? '';
    if (value === 'ABORT' || value === 'CONTINUE') return { action: value };
    const retry = /^RETRY(?:-(\d{1,3}))?(?:-(.+))?$/s.exec(value);
    const retries = Number(retry?.[1] ?? 3);
    if (!retry || retries > 100) {
      this.fail(
        this.offset(node),
        `${at}.on-failure`,
        `on-failure is ${JSON.stringify(value)}; expected ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex`,
      );
    }
    return { action: 'RETRY', retries, pattern: retry?.[2] ?? '.*' };
  }

  private runAs(map: YAMLMap, at: string): string | undefined {
    return this.text(map.get('run-as', true), at ? `${at}.run-as` : 'run-as');
  }

  private shell(env: YAMLMap | undefined): string {
    const node = env?.get('shell', true);
    const shell = this.text(node, 'env.shell') ?? 'sh';
    if (shell === 'bash' || shell === '/bin/sh' || shell === 'sh') return shell;
    if (/^(powershell|cmd)\.exe$/.test(shell)) {
      this.limit(node, 'env.shell', `${shell} needs Windows; the commands run in sh`);
      return 'sh';
    }
    return this.fail(this.offset(node), 'env.shell', `shell is ${JSON.stringify(shell)}; expected bash or /bin/sh`);
  }

  private commands(node: unknown, at: string): Command[] {
    if (node === undefined || (isScalar(node) && node.value === null)) return [];
    const items = isSeq(node) ? node.items : [node];
    return items.map((item, i) => {
      const path = `${at}[${i}]`;
      if (!isScalar(item) || item.value === null) {
        return this.fail(
          this.offset(item),
          path,
          `a command is a text; this one is ${isMap(item) ? 'a map (a colon and a blank: put it in quotes)' : 'not'}`,
        );
      }
      return { text: String(item.value), where: this.place(this.offset(item), path) };
    });
  }

  private artifacts(map: YAMLMap, at: string): ArtifactsSpec {
    const name = this.text(map.get('name', true), `${at}.name`);
    const base = this.text(map.get('base-directory', true), `${at}.base-directory`);
    return {
      files: this.list(map.get('files', true), `${at}.files`),
      ...(name === undefined ? {} : { name }),
      discardPaths: this.flag(map.get('discard-paths', true), `${at}.discard-paths`),
      ...(base === undefined ? {} : { baseDirectory: base }),
      excludePaths: this.list(map.get('exclude-paths', true), `${at}.exclude-paths`),
    };
  }

  private reports(map: YAMLMap | undefined): Buildspec['reports'] {
    const entries = this.entries(map);
    if (entries.length > 5)
      this.fail(this.offset(map), 'reports', `${entries.length} report groups; CodeBuild takes at most 5`);
    return Object.fromEntries(
      entries.map(([name, node]) => {
        const at = `reports.${name}`;
        const report = this.map(node, at, KEYS.report);
        const format = (this.text(report?.get('file-format', true), `${at}.file-format`) ?? 'JUNITXML').toUpperCase();
        if (!FORMATS.includes(format)) {
          this.fail(
            this.offset(report?.get('file-format', true)),
            `${at}.file-format`,
            `file-format is ${format}; did you mean ${closest(format, FORMATS)}?`,
          );
        }
        const base = this.text(report?.get('base-directory', true), `${at}.base-directory`);
        const files = this.list(report?.get('files', true), `${at}.files`);
        return [
          name,
          {
            files: files.length > 0 ? files : ['**/*'],
            format,
            ...(base ? { baseDirectory: base } : {}),
            where: this.place(this.offset(node), at),
          },
        ];
      }),
    );
  }

  private cache(map: YAMLMap | undefined): Pick<Buildspec, 'cache'> {
    if (!map) return {};
    const key = this.text(map.get('key', true), 'cache.key');
    const action = this.text(map.get('action', true), 'cache.action');
    return {
      cache: {
        paths: this.list(map.get('paths', true), 'cache.paths'),
        ...(key ? { key } : {}),
        fallbackKeys: this.list(map.get('fallback-keys', true), 'cache.fallback-keys'),
        ...(action ? { action } : {}),
      },
    };
  }

  private map(node: unknown, at: string, known?: readonly string[]): YAMLMap | undefined {
    if (node === undefined || node === null || (isScalar(node) && node.value === null)) return undefined;
    if (!isMap(node)) return this.fail(this.offset(node), at, `${at ? `\`${at}\`` : 'a buildspec'} is a map`);
    for (const { key } of known ? node.items : []) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!known?.includes(name)) {
        this.fail(
          this.offset(key),
          at ? `${at}.${name}` : name,
          `unknown key \`${name}\`; did you mean \`${closest(name, [...(known ?? [])])}\`?`,
        );
      }
    }
    return node;
  }

  private entries(map: YAMLMap | undefined): [string, unknown][] {
    return (map?.items ?? []).map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair.value]);
  }

  private texts(node: unknown, at: string): Record<string, string> {
    return Object.fromEntries(
      this.entries(this.map(node, at)).map(([name, value]) => [name, this.text(value, `${at}.${name}`) ?? '']),
    );
  }

  private list(node: unknown, at: string): string[] {
    if (node === undefined || (isScalar(node) && node.value === null)) return [];
    if (isScalar(node)) return [String(node.value)];
    if (!isSeq(node)) return this.fail(this.offset(node), at, `\`${at}\` is a list of texts`);
    return node.items.map((item, i) => this.text(item, `${at}[${i}]`) ?? '');
  }

  private flag(node: unknown, at: string): boolean {
    const value = this.text(node, at);
    if (value === undefined || /^(no|false)$/i.test(value)) return false;
    if (/^(yes|true)$/i.test(value)) return true;
    return this.fail(this.offset(node), at, `\`${at}\` is ${JSON.stringify(value)}; expected yes or no`);
  }

  private text(node: unknown, at: string): string | undefined {
    if (node === undefined || node === null) return undefined;
    if (!isScalar(node))
      return this.fail(this.offset(node), at, `\`${at}\` is ${isMap(node) ? 'a map' : 'a list'}; expected a text`);
    return node.value === null
      ? undefined
      : typeof node.value === 'number' && typeof node.source === 'string'
        ? node.source
        : String(node.value);
  }

  private limit(node: unknown, at: string, text: string): void {
    this.limits.push({ where: this.place(this.offset(node), at), text });
  }

  private offset(node: unknown): number {
    return (node as Node | null | undefined)?.range?.[0] ?? 0;
  }

  private place(offset: number, path: string): Location {
    const at = this.lines.linePos(offset);
    return { file: this.file, line: at.line, column: at.col, ...(path ? { path } : {}) };
  }

  private fail(offset: number, path: string, message: string): never {
    throw new SaiondoError(message, {
      code: 'BUILDSPEC_INVALID',
      where: this.place(offset, path),
      next: 'see "Build specification reference for CodeBuild"',
    });
  }
}
