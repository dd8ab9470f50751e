import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformFileSync } from '@swc/core';
import { build, type Plugin } from 'esbuild';

const ROOT = path.join(__dirname, '../..');
/** An engine that the tests of this folder start. */
export interface CompiledEngine {
  /** The caller removes it. */
  readonly folder: string;
  /** What Node.js starts: `node PROGRAM FOLDER [kill|tell]` (engine.ts). */
  readonly program: string;
}

/**
 * The engine as one file that a bare Node.js starts quickly: a test that kills hundreds of engines cannot wait for jest's transformer in each, nor for
 * hundreds of files. Threads and processes that the engine starts find their own files next to it. Below node_modules, so that packages are found.
 */
export async function compileEngine(): Promise<CompiledEngine> {
  const cache = path.join(ROOT, 'node_modules', '.cache');
  fs.mkdirSync(cache, { recursive: true });
  const folder = fs.mkdtempSync(path.join(cache, 'saiondo-engine-'));
  const files = ['engine', 'model', 'test/scenario', 'test/crash'].flatMap((below) => sources(below));
  for (const file of [...files, 'test/fixtures/processes.ts']) {
    const target = path.join(folder, file.replace(/\.ts$/, '.js'));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (!file.endsWith('.ts')) {
      fs.copyFileSync(path.join(ROOT, file), target);
      continue;
    }
    const { code } = transformFileSync(path.join(ROOT, file), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      // What a run does not need is not loaded.
      module: { type: 'commonjs', lazy: true },
    });
    fs.writeFileSync(target, code);
  }
  const at = (name: string): string => path.join(folder, 'test/crash', name);
  await build({
    entryPoints: [at('engine.js')],
    outfile: at('engine.bundle.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*', 'aws-cdk-lib', '@swc/*', '*.node'],
    plugins: [ITS_OWN_FOLDER],
    logLevel: 'warning',
  });
  return { folder, program: at('start.js') };
}

/** A file that asks for its folder gets that of the file, not that of the bundle. */
const ITS_OWN_FOLDER: Plugin = {
  name: 'its own folder',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.js$/ }, ({ path: file }) => {
      const code = fs.readFileSync(file, 'utf8');
      if (!/__dirname|__filename|require\.resolve/.test(code)) return undefined;
      const own = `var __dirname = ${JSON.stringify(path.dirname(file))}, __filename = ${JSON.stringify(file)};`;
      const resolve = `require("node:module").createRequire(${JSON.stringify(file)}).resolve(`;
      return { contents: own + code.replaceAll('require.resolve(', resolve), loader: 'js' };
    });
  },
};

function sources(folder: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|json)$/.test(name))
    .map((name) => path.join(folder, name));
}
