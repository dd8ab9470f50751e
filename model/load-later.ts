import { createRequire } from 'node:module';

/**
 * Loads a module when a command needs it, so that `--help` and quick commands stay quick. It is `require`, since code that comes from the compile cache
 * knows no `import()`. The type parameter is the module's: `loadLater<typeof Module>(__filename, './module')`.
 * @param from the calling file, `__filename`
 * @param file the module, relative to the calling file
 */
export function loadLater<Module>(from: string, file: string): Module {
  return createRequire(from)(file) as Module;
}
