import * as fs from 'node:fs';
import * as path from 'node:path';
import { walkFiles } from '../../files/folder-walk';
import { compileFileGlob } from '../../text/file-glob';
import { COVERAGE_FORMATS } from './coverage-formats';
import { TEST_REPORT_FORMATS } from './test-report-formats';

/** The files of a source that are reports though no `reports` section names them, by CodeBuild's name of their format. */
export type DiscoveredReports = ReadonlyMap<string, readonly string[]>;

/** Turns discovery off when it is `false`, and names where to look (CodeBuild User Guide, "Auto-discover reports in CodeBuild"). */
export const DISCOVERY_VARIABLES = ['CODEBUILD_CONFIG_AUTO_DISCOVER', 'CODEBUILD_CONFIG_AUTO_DISCOVER_DIR'] as const;

/** Milliseconds, as CodeBuild's logs have it: "Set report auto-discover timeout to 5 seconds". */
const TIMEOUT = 5000;
/** Bytes at a file's beginning that tell what it may be. */
const HEAD = 4096;
/** Bytes of a file that is read whole to be sure. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * What the beginning of each format's files has. A file is a report when its format's reader understands it too; how CodeBuild tells them is not
 * documented.
 */
const SIGNS: readonly (readonly [string, RegExp])[] = [
  ['JUNITXML', /<testsuites?[\s/>]/],
  ['NUNITXML', /<test-results[\s>]/],
  ['NUNIT3XML', /<test-run[\s>]/],
  ['TESTNGXML', /<testng-results[\s>]/],
  ['VISUALSTUDIOTRX', /<TestRun[\s>]/],
  ['COBERTURAXML', /<coverage\s[^>]*\bline-rate=/],
  ['CLOVERXML', /<coverage\s[^>]*\bgenerated=/],
  ['JACOCOXML', /<report\s[^>]*\bname=/],
  ['CUCUMBERJSON', /^\s*\[[^]*"(?:elements|keyword)"/],
  ['SIMPLECOV', /^\s*\{[^]*"coverage"/],
];

/** Files that may be reports, by their names alone; what packages and hidden folders bring along is not looked at. */
export async function reportCandidates(source: string): Promise<string[]> {
  const found: string[] = [];
  const deadline = performance.now() + TIMEOUT;
  for await (const { relative, full, link } of walkFiles(source, skipped)) {
    if (performance.now() > deadline) break;
    if (!link && /\.(xml|trx|json)$/i.test(relative)) found.push(full);
  }
  return found.sort();
}

function skipped(folder: string): boolean {
  return folder === 'node_modules' || folder.startsWith('.');
}

/**
 * The reports among candidates.
 * @param pattern `CODEBUILD_CONFIG_AUTO_DISCOVER_DIR`: a folder or a glob, below the source
 */
export function discoverReports(source: string, candidates: readonly string[], pattern: string): DiscoveredReports {
  const globs = [pattern, `${pattern.replace(/\/$/, '')}/**`].map(compileFileGlob);
  const within = (file: string): boolean => globs.some((matches) => matches(file));
  const found = new Map<string, string[]>();
  for (const file of candidates) {
    if (!within(path.relative(source, file))) continue;
    const format = formatOf(file);
    if (format) found.set(format, [...(found.get(format) ?? []), file]);
  }
  return found;
}

function formatOf(file: string): string | undefined {
  const head = beginning(file);
  const format = SIGNS.find(([, sign]) => sign.test(head))?.[0];
  if (!format || fs.statSync(file).size > MOST_BYTES) return undefined;
  try {
    const text = fs.readFileSync(file, 'utf8');
    (COVERAGE_FORMATS[format] ?? TEST_REPORT_FORMATS[format])?.(text);
    return format;
  } catch {
    return undefined;
  }
}

function beginning(file: string): string {
  const handle = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(HEAD);
    return buffer.toString('utf8', 0, fs.readSync(handle, buffer, 0, HEAD, 0));
  } finally {
    fs.closeSync(handle);
  }
}
