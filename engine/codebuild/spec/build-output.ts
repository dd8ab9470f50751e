import { closest } from '../../../model/nearest';
import type { YAMLMap } from 'yaml';
import { type ArtifactsSpec, type Buildspec, type CacheSpec } from './buildspec';
import type { BuildspecDocument } from './buildspec-document';

/** The keys of `artifacts` and of each of its `secondary-artifacts`. */
export const ARTIFACT_KEYS = [
  'files',
  'name',
  'discard-paths',
  'base-directory',
  'exclude-paths',
  'enable-symlinks',
  's3-prefix',
  'secondary-artifacts',
];
/** The keys of `cache`. */
export const CACHE_KEYS = ['paths', 'key', 'fallback-keys', 'action'];
const REPORT_KEYS = ['files', 'file-format', 'base-directory', 'discard-paths'];

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

/** What an `artifacts` section, or a secondary one, collects. */
export function readArtifacts(document: BuildspecDocument, map: YAMLMap, at: string): ArtifactsSpec {
  const name = document.text(map.get('name', true), `${at}.name`);
  const base = document.text(map.get('base-directory', true), `${at}.base-directory`);
  return {
    files: document.list(map.get('files', true), `${at}.files`),
    ...(name === undefined ? {} : { name }),
    discardPaths: document.flag(map.get('discard-paths', true), `${at}.discard-paths`),
    ...(base === undefined ? {} : { baseDirectory: base }),
    excludePaths: document.list(map.get('exclude-paths', true), `${at}.exclude-paths`),
    enableSymlinks: document.flag(map.get('enable-symlinks', true), `${at}.enable-symlinks`),
  };
}

/** Whether a section names files. An empty `files` is told, and then there are no artifacts: as if the section were not there. */
export function hasFiles(document: BuildspecDocument, map: YAMLMap | undefined, at: string): map is YAMLMap {
  document.tellEmpty(map, 'files', `${at}.files`, 'a list of files');
  return document.list(map?.get('files', true), `${at}.files`).length > 0;
}

/** The report groups. @throws SaiondoError `BUILDSPEC_INVALID` */
export function readReports(document: BuildspecDocument, map: YAMLMap | undefined): Buildspec['reports'] {
  const entries = document.entries(map);
  if (entries.length > MOST_REPORT_GROUPS)
    document.fail(map, 'reports', `${entries.length} report groups; CodeBuild takes at most ${MOST_REPORT_GROUPS}`);
  return Object.fromEntries(
    entries.flatMap(([name, node]) => {
      const at = `reports.${name}`;
      const report = document.map(node, at, REPORT_KEYS);
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
      if (files.length === 0) {
        document.finding(node, at, `\`${at}\` names no files: there is nothing to report`);
        return [];
      }
      return [[name, { files, format, ...(base ? { baseDirectory: base } : {}), where: document.place(node, at) }]];
    }),
  );
}

/** The `cache` section. @throws SaiondoError `BUILDSPEC_INVALID` */
export function readCache(document: BuildspecDocument, map: YAMLMap | undefined): Pick<Buildspec, 'cache'> {
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
