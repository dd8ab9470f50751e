import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = path.join(__dirname, '../..');

/**
 * The engine as JavaScript that a bare Node.js starts quickly: a test that kills hundreds of engines cannot wait for jest's transformer in each.
 * Below node_modules, so that packages are found.
 * @returns the folder; the caller removes it
 */
export function compileEngine(): string {
  const cache = path.join(ROOT, 'node_modules', '.cache');
  fs.mkdirSync(cache, { recursive: true });
  const out = fs.mkdtempSync(path.join(cache, 'saiondo-engine-'));
  for (const file of ['engine', 'model', 'test/scenario', 'test/crash'].flatMap((folder) => sources(folder))) {
    const target = path.join(out, file.replace(/\.ts$/, '.js'));
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
  return out;
}

function sources(folder: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|json)$/.test(name))
    .map((name) => path.join(folder, name));
}
