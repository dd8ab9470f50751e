import * as fs from 'node:fs';
import * as path from 'node:path';
import { BuildSpec } from 'aws-cdk-lib/aws-codebuild';
import { closest } from 'fastest-levenshtein';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { SaiondoError } from '../model/errors';

/** Keys of a buildspec and of a phase (CodeBuild User Guide, "Build specification reference for CodeBuild"). */
const TOP = ['version', 'run-as', 'env', 'proxy', 'batch', 'phases', 'reports', 'artifacts', 'cache'];
const PHASES = ['install', 'pre_build', 'build', 'post_build'];
const PHASE = ['run-as', 'on-failure', 'runtime-versions', 'commands', 'finally'];

/** The folder of the buildspec files, beside the sources and beside the compiled app alike. */
export const BUILDSPEC_FOLDER =
  [path.join(__dirname, '../buildspecs'), path.join(__dirname, '../../buildspecs')].find((folder) =>
    fs.existsSync(folder),
  ) ?? 'buildspecs';

/**
 * Reads `buildspecs/NAME.yml` and checks its keys, so that a misspelt one fails at synth and not ten minutes after a push.
 * @throws SaiondoError `BUILDSPEC_INVALID` with file, line and the nearest known key.
 */
export function readBuildspec(name: string): BuildSpec {
  const content =
    checked.get(name) ??
    checkBuildspec(fs.readFileSync(path.join(BUILDSPEC_FOLDER, `${name}.yml`), 'utf8'), `buildspecs/${name}.yml`);
  checked.set(name, content);
  return BuildSpec.fromObject(structuredClone(content));
}

/** What was read already: both environments have the same projects. */
const checked = new Map<string, Record<string, unknown>>();

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
  if (syntax) fail(syntax.pos[0], '', `not YAML: ${syntax.message.split('\n')[0] ?? ''}`);
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
