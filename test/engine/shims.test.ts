import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { writeShims } from '../../engine/endpoint/shims';
import { whichInBuild } from '../../engine/host/tools';

// CodeBuild's images have Python and pip under two names each, Debian and Ubuntu under one.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-shims-'));
const PATH = process.env.PATH;
afterEach(() => (process.env.PATH = PATH));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** A machine that has these commands and no other. */
function machineWith(...names: readonly string[]): { readonly bin: string; readonly shims: string } {
  const bin = fs.mkdtempSync(path.join(root, 'bin-'));
  for (const name of names) fs.writeFileSync(path.join(bin, name), `#!/bin/sh\necho "${name} $*"\n`, { mode: 0o755 });
  process.env.PATH = bin;
  const shims = path.join(bin, 'shims');
  writeShims(shims, { awsBin: path.join(root, 'none') });
  return { bin, shims };
}

test('a build has python and pip where the machine has python3 and pip3', () => {
  const { bin, shims } = machineWith('python3', 'pip3');
  expect(whichInBuild('python')).toBe(path.join(bin, 'python3'));
  for (const [name, said] of [
    ['python', 'python3 -m x\n'],
    ['pip', 'pip3 -m x\n'],
  ] as const)
    expect(spawnSync(path.join(shims, name), ['-m', 'x'], { encoding: 'utf8', env: { PATH: bin } }).stdout).toBe(said);
});

test('the machine’s own python stays, and none is made up where there is no Python', () => {
  expect(fs.readdirSync(machineWith('python', 'python3').shims)).toEqual(['yarn']);
  expect(fs.readdirSync(machineWith('ruby').shims)).toEqual(['yarn']);
  expect(whichInBuild('python')).toBeUndefined();
});
