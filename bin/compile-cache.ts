import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import * as nodeModule from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';

/**
 * Keeps the compiled code of a process's modules for the next one, in the folder that NODE_COMPILE_CACHE names: most of a synth is V8 compiling
 * aws-cdk-lib. Node 22 does it by itself under this variable (Node.js documentation, "Module compile cache"); this file does it on Node 20, and
 * does nothing elsewhere. Libraries for Node 20 (v8-compile-cache) keep what is compiled when a module loads, which is the smaller part.
 */
const FILE = `synth-${process.version}-${process.arch}.bin`;
const PACKAGES = `${path.sep}node_modules${path.sep}`;

/** A module as Node calls it: its internal method is the one place where the source of a module can be met with its compiled code. */
interface CompilingModule {
  exports: unknown;
  _compile(this: NodeJS.Module, content: string, filename: string, format?: string): unknown;
}

interface Compiled {
  readonly code: Buffer;
  /** Of the source that it was compiled from: V8 itself compares lengths only. */
  readonly digest: string;
}

/** What the last process left; nothing where there is none, or another version of Node wrote it. */
function read(file: string): Map<string, Compiled> {
  const kept = new Map<string, Compiled>();
  try {
    const content = fs.readFileSync(file);
    const end = content.indexOf('\n');
    const index = JSON.parse(content.toString('utf8', 0, end)) as [string, string, number][];
    let at = end + 1;
    for (const [filename, digest, length] of index) {
      kept.set(filename, { digest, code: content.subarray(at, at + length) });
      at += length;
    }
  } catch {
    kept.clear();
  }
  return kept;
}

/** In one step, so that a process that reads meanwhile finds the old or the new one. A folder that takes no file costs the cache, not the synth. */
function write(
  file: string,
  scripts: ReadonlyMap<string, { readonly script: vm.Script; readonly digest: string }>,
): void {
  const compiled = [...scripts].map(([filename, { script, digest }]) => ({
    filename,
    digest,
    code: script.createCachedData(),
  }));
  const index = JSON.stringify(compiled.map(({ filename, digest, code }) => [filename, digest, code.length]));
  const unfinished = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  } catch {
    return;
  }
  try {
    fs.writeFileSync(unfinished, Buffer.concat([Buffer.from(`${index}\n`), ...compiled.map(({ code }) => code)]), {
      mode: 0o600,
    });
    fs.renameSync(unfinished, file);
  } catch {
    fs.rmSync(unfinished, { force: true });
  }
}

function install(file: string): void {
  const kept = read(file);
  const scripts = new Map<string, { readonly script: vm.Script; readonly digest: string }>();
  let changed = false;
  const prototype = nodeModule.Module.prototype as unknown as CompilingModule;
  const compile = prototype._compile;
  prototype._compile = function (content, filename, format) {
    // Compiled code that V8 takes from a cache has no dynamic import (`ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING`).
    if (format === 'module' || !filename.includes(PACKAGES) || /\bimport\s*\(/.test(content))
      return compile.call(this, content, filename, format);
    const digest = hash('sha1', content, 'base64');
    const before = kept.get(filename);
    const current = before?.digest === digest ? before : undefined;
    let script: vm.Script;
    try {
      script = new vm.Script(nodeModule.Module.wrap(content), {
        filename,
        ...(current ? { cachedData: current.code } : {}),
      });
    } catch {
      // A module of another kind, or a wrong one: Node's own way tells which.
      return compile.call(this, content, filename, format);
    }
    if (!current || script.cachedDataRejected) changed = true;
    scripts.set(filename, { script, digest });
    const run = script.runInThisContext() as (...given: unknown[]) => unknown;
    return run.call(
      this.exports,
      this.exports,
      nodeModule.createRequire(filename),
      this,
      filename,
      path.dirname(filename),
    );
  };
  process.on('exit', () => {
    if (changed) write(file, scripts);
  });
}

const folder = process.env.NODE_COMPILE_CACHE;
if (folder && !('enableCompileCache' in nodeModule)) install(path.join(folder, FILE));
