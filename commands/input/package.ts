import * as fs from 'node:fs';
import * as path from 'node:path';

/** The folder of this package: the checkout's, or the installed one's. */
export const packageRoot =
  [path.join(__dirname, '..', '..', '..'), path.join(__dirname, '..', '..')].find((directory) =>
    fs.existsSync(path.join(directory, 'package.json')),
  ) ?? process.cwd();

/** This package's version. */
export const version = (
  JSON.parse(fs.readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version;
