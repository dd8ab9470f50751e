import * as fs from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';

const ROOT = path.join(__dirname, '../..');
/** The folders whose expressions meet texts of others. `lib`, `pipelines` and `buildspecs` see the configuration only. */
const FOLDERS = ['engine', 'operator', 'model', 'commands', 'views', 'config', 'bin'];

/** A regular expression of the sources. */
export interface FoundExpression {
  /** `engine/text/glob.ts:12` */
  readonly at: string;
  /** As it is written: `/a+/g`. */
  readonly text: string;
}

/** Every literal regular expression of the sources. */
export function expressionsOfSources(): FoundExpression[] {
  return FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[tj]s$/.test(name))
      .flatMap((name) => expressionsOf(path.join(folder, name))),
  );
}

function expressionsOf(file: string): FoundExpression[] {
  const source = ts.createSourceFile(
    file,
    fs.readFileSync(path.join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: FoundExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ at: `${file}:${line + 1}`, text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
