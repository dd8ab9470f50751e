import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { formatLocation } from '../../../model/errors';
import { realPathInside, walkFiles } from '../../files/folder-walk';
import { globMatcher } from '../../files/matching-files';
import type { CacheSpec } from '../spec/buildspec';
import type { CacheSettings } from '../project/project';
import type { BuildShell } from './shell';

/** What a build's cache is made of. */
export interface CacheOptions {
  readonly settings: CacheSettings;
  /** The buildspec's `cache`; a project may have a cache without one. */
  readonly spec: CacheSpec | undefined;
  /** Where this machine keeps the caches of a project, or of a namespace that projects share. */
  readonly directory: (scope: string) => string;
  readonly project: string;
  readonly source: string;
  /** The build's home folder: what a buildspec calls `/root`. */
  readonly home: string;
}

/** A cache as one build sees it. Its methods say what they did, in lines for the build's log. */
export interface BuildCache {
  /** Folders of this machine that the build writes to; they are there. */
  readonly folders: readonly string[];
  restore(shell: BuildShell): Promise<string[]>;
  save(shell: BuildShell): Promise<string[]>;
}

/** The cache of a build by the project's cache type; undefined where it has none. */
export function openCache(options: CacheOptions): BuildCache | undefined {
  switch (options.settings.type) {
    case 'S3':
      return new StoredCache(options);
    case 'LOCAL':
      return new LocalCache(options);
    default:
      return undefined;
  }
}

/** A place of a cache: a folder of the build and what is kept below it. */
interface CachePath {
  readonly root: 'source' | 'home';
  readonly pattern: string;
}

/**
 * A cache in S3 (CodeBuild User Guide, "Amazon S3 caching"; "cache" of the build specification reference): with a key one that never
 * changes once it is saved, found by exact key and then by the prefixes of the fallback keys, distinct for other paths, and shared by
 * projects of one namespace; without a key the project's one, replaced by every build that succeeds.
 */
class StoredCache implements BuildCache {
  readonly folders: readonly string[] = [];
  private key: string | undefined;

  constructor(private readonly options: CacheOptions) {}

  async restore(shell: BuildShell): Promise<string[]> {
    const { spec } = this.options;
    if (!spec || spec.paths.length === 0)
      return ['No cache paths: CodeBuild caches common dependency folders by itself then; here nothing is cached'];
    this.key = spec.key === undefined ? undefined : ((await shell.expand(spec.key)) ?? spec.key);
    if (spec.action === 'save') return [];
    const prefixes: string[] = [];
    for (const one of this.key === undefined ? [] : spec.fallbackKeys) prefixes.push((await shell.expand(one)) ?? one);
    const found = this.find(prefixes);
    if (!found) return [`No cache found${this.key === undefined ? '' : ` for the key ${this.key}`}`];
    for (const root of ['source', 'home'] as const) {
      const content = path.join(found.directory, 'content', root);
      if (fs.existsSync(content)) await copyInside(content, this.options[root]);
    }
    return [`Restored the cache ${found.key || 'of the project'}`];
  }

  async save(shell: BuildShell): Promise<string[]> {
    const { spec } = this.options;
    if (!spec || spec.paths.length === 0 || spec.action === 'restore') return [];
    const target = path.join(this.directory(), this.name(this.key));
    if (this.key !== undefined && fs.existsSync(target)) return [`The cache ${this.key} is there already and stays`];
    const lines: string[] = [];
    const fresh = path.join(this.directory(), `.${randomUUID()}`);
    let files = 0;
    for (const one of spec.paths) {
      const place = await this.place(one.pattern, shell);
      if (!place) {
        lines.push(`${formatLocation(one.where)}: ${one.pattern} is outside the build; not cached`);
        continue;
      }
      const root = this.options[place.root];
      const matches = globMatcher([place.pattern, `${place.pattern.replace(/\/$/, '')}/**`]);
      // Links are kept as they are, and not followed.
      for await (const { relative, full: file } of walkFiles(root)) {
        if (!matches(relative)) continue;
        const to = path.join(fresh, 'content', place.root, relative);
        await fs.promises.mkdir(path.dirname(to), { recursive: true });
        await fs.promises.cp(file, to, { verbatimSymlinks: true, mode: fs.constants.COPYFILE_FICLONE });
        files++;
      }
    }
    if (files === 0) return [...lines, 'Nothing matches the cache paths; no cache saved'];
    fs.writeFileSync(
      path.join(fresh, 'cache.json'),
      JSON.stringify({ key: this.key ?? '', version: this.version(), savedAt: new Date().toISOString() }),
    );
    // Builds may save at the same time: the last one of the project's own cache wins, the first one of a key.
    if (this.key === undefined && fs.existsSync(target)) fs.renameSync(target, path.join(fresh, 'replaced'));
    try {
      fs.renameSync(fresh, target);
    } catch (error) {
      if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    await fs.promises.rm(fresh, { recursive: true, force: true });
    await fs.promises.rm(path.join(target, 'replaced'), { recursive: true, force: true });
    return [...lines, `Saved ${files} files as the cache ${this.key ?? 'of the project'}`];
  }

  private find(prefixes: readonly string[]): { directory: string; key: string } | undefined {
    const exact = path.join(this.directory(), this.name(this.key));
    if (fs.existsSync(exact)) return { directory: exact, key: this.key ?? '' };
    if (prefixes.length === 0 || !fs.existsSync(this.directory())) return undefined;
    const caches = fs
      .readdirSync(this.directory())
      .map((name) => path.join(this.directory(), name))
      .filter((directory) => fs.existsSync(path.join(directory, 'cache.json')))
      .map((directory) => ({
        directory,
        ...(JSON.parse(fs.readFileSync(path.join(directory, 'cache.json'), 'utf8')) as {
          key: string;
          version: string;
          savedAt: string;
        }),
      }))
      .filter((cache) => cache.version === this.version() && cache.key !== '')
      .sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
    for (const prefix of prefixes) {
      const cache = caches.find((one) => one.key.startsWith(prefix));
      if (cache) return cache;
    }
    return undefined;
  }

  /** A namespace is shared where projects cache with keys in the same bucket and prefix. */
  private directory(): string {
    const { directory, project, settings } = this.options;
    return this.key !== undefined && settings.namespace !== ''
      ? directory(`namespace-${hash(`${settings.location}\n${settings.namespace}`)}`)
      : directory(project);
  }

  private name(key: string | undefined): string {
    return key === undefined ? 'project' : hash(`${this.version()}\n${key}`);
  }

  /** Caches of other paths are other caches. */
  private version(): string {
    return hash((this.options.spec?.paths ?? []).map((one) => one.pattern).join('\n'));
  }

  private async place(pattern: string, shell: BuildShell): Promise<CachePath | undefined> {
    return cachePath((await shell.expand(pattern)) ?? pattern, this.options);
  }
}

/**
 * A local cache (CodeBuild User Guide, "Local caching"): in custom mode the folders are symbolic links to what earlier builds on this host left, made
 * before the source is there, so that cached files win over the source's. The source mode has nothing to cache in a pipeline; Docker's
 * layers are the container engine's own.
 */
class LocalCache implements BuildCache {
  readonly folders: readonly string[];

  constructor(private readonly options: CacheOptions) {
    const local = path.join(options.directory(options.project), 'local');
    fs.mkdirSync(local, { recursive: true });
    this.folders = [local];
  }

  async restore(shell: BuildShell): Promise<string[]> {
    const { settings, spec } = this.options;
    const lines = settings.modes.flatMap((mode) =>
      mode === 'LOCAL_CUSTOM_CACHE'
        ? []
        : mode === 'LOCAL_DOCKER_LAYER_CACHE'
          ? ['Local cache of Docker layers: this machine’s container engine keeps them']
          : mode === 'LOCAL_SOURCE_CACHE'
            ? ['Local cache of the source: a pipeline’s artifacts have none']
            : [`Local cache ${mode} is not known`],
    );
    if (!settings.modes.includes('LOCAL_CUSTOM_CACHE')) return lines;
    for (const { pattern, where } of spec?.paths ?? []) {
      const expanded = ((await shell.expand(pattern)) ?? pattern).replace(/\/(?:\*\*?(?:\/\*)?)?$/, '');
      const place = /[*?]/.test(expanded) ? undefined : cachePath(expanded, this.options);
      if (!place) {
        lines.push(`${formatLocation(where)}: ${pattern} is not a folder of the build; not cached`);
        continue;
      }
      const link = path.join(this.options[place.root], place.pattern);
      if (!leadsInside(link, this.options[place.root])) {
        lines.push(`${formatLocation(where)}: ${pattern} leads out of the build by a link; not cached`);
        continue;
      }
      const folder = path.join(this.options.directory(this.options.project), 'local', hash(pattern));
      await fs.promises.mkdir(folder, { recursive: true });
      await fs.promises.mkdir(path.dirname(link), { recursive: true });
      if (fs.lstatSync(link, { throwIfNoEntry: false })?.isDirectory())
        await fs.promises.cp(link, folder, { recursive: true, verbatimSymlinks: true, force: false });
      await fs.promises.rm(link, { recursive: true, force: true });
      await fs.promises.symlink(folder, link);
      lines.push(`Symlinked ${pattern} to the local cache`);
    }
    return lines;
  }

  save(): Promise<string[]> {
    return Promise.resolve([]);
  }
}

/** A path of a cache section inside the build, undefined where it leads to the machine's own folders. */
function cachePath(pattern: string, at: { readonly source: string; readonly home: string }): CachePath | undefined {
  for (const [prefix, root] of [
    [`${at.home}/`, 'home'],
    ['/root/', 'home'],
    [`${at.source}/`, 'source'],
  ] as const)
    if (pattern.startsWith(prefix)) return { root, pattern: pattern.slice(prefix.length) };
  return path.isAbsolute(pattern) || pattern.split('/').includes('..')
    ? undefined
    : { root: 'source', pattern: pattern.replace(/^\.\//, '') };
}

/** Whether what a path is below is, by way of links too, below a folder: nothing is written or removed elsewhere. */
function leadsInside(file: string, folder: string): boolean {
  let at = path.dirname(file);
  while (!fs.existsSync(at) && fs.lstatSync(at, { throwIfNoEntry: false }) === undefined) at = path.dirname(at);
  return realPathInside(at, [folder]) !== undefined;
}

/** Copies a folder's files over another's. One whose place is below a link that leads out is left out: it would land elsewhere. */
async function copyInside(from: string, to: string): Promise<void> {
  for await (const { relative, full } of walkFiles(from)) {
    const at = path.join(to, relative);
    if (!leadsInside(at, to)) continue;
    await fs.promises.mkdir(path.dirname(at), { recursive: true });
    await fs.promises.rm(at, { recursive: true, force: true });
    await fs.promises.cp(full, at, { verbatimSymlinks: true, mode: fs.constants.COPYFILE_FICLONE });
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
