import * as fs from 'node:fs';
import Module from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';

/**
 * Starts the engine in one file (compile.ts) with the machine code that an engine before has left: compiling is most of the life of an engine that is killed
 * at its first event. The first one that ends by itself leaves it; Node.js takes no code that is not of this text and this Node.js.
 */
const bundle = path.join(__dirname, 'engine.bundle.js');
const kept = `${bundle}.code`;
const cachedData = fs.existsSync(kept) ? fs.readFileSync(kept) : undefined;
const script = new vm.Script(Module.wrap(fs.readFileSync(bundle, 'utf8')), {
  filename: bundle,
  ...(cachedData ? { cachedData } : {}),
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
if (!cachedData)
  process.on('exit', () => {
    // Whole or not there: engines run next to each other.
    fs.writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
    fs.renameSync(`${kept}.${process.pid}`, kept);
  });
const start = script.runInThisContext() as (...given: unknown[]) => void;
start(exports, Module.createRequire(bundle), module, bundle, __dirname);
