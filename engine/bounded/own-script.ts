import * as path from 'node:path';

/** What Node.js is started with to run the sources as they are, where a checkout is not built. The caller names a module that compiles them. */
const SOURCE_LOADER = 'SAIONDO_SOURCE_LOADER';

/** A script of this package, as Node.js is started with it. */
export interface OwnScript {
  /** Options ahead of the script. */
  readonly execArgv: readonly string[];
  readonly file: string;
}

/**
 * How Node.js starts a script of this package: compiled, or, where this very file is a source, with the module that compiles what is loaded.
 * @param script its path without the extension
 */
export function ownScript(script: string): OwnScript {
  const extension = path.extname(__filename);
  const loader = process.env[SOURCE_LOADER];
  return {
    execArgv: extension === '.ts' && loader ? ['--require', loader] : [],
    file: `${script}${extension}`,
  };
}
