import * as path from 'node:path';

/**
 * The arguments with which Node.js starts a script of this package. A checkout that is not built (a test's) compiles it as it is loaded.
 * @param script its path without the extension
 */
export function ownScript(script: string): string[] {
  const extension = path.extname(__filename);
  if (extension !== '.ts') return [`${script}${extension}`];
  return ['--require', path.join(__dirname, '../../test/fixtures/typescript.js'), `${script}.ts`];
}
