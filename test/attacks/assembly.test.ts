import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { readAssembly } from '../../engine/assembly/assembly';
import { fileAssetsOf } from '../../engine/assembly/file-assets';
import { assemblyLimits } from '../../engine/assembly/limits';
import type { SaiondoError } from '../../model/errors';
import { prepareCommandLine } from '../fixtures/served-rehearsal';

/** An assembly of somebody else: what it names is read and published by the engine itself, with the person's rights. */
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-assembly-'));
const person = path.join(root, 'person');
const assembly = path.join(root, 'project/cdk.out');
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const json = (file: string, value: unknown): void => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value));
};
const nested = (directoryName: string): Record<string, unknown> => ({
  Nested: { type: 'cdk:cloud-assembly', properties: { directoryName } },
});
const stack = (templateFile: string): Record<string, unknown> => ({
  Stack: {
    type: 'aws:cloudformation:stack',
    environment: 'aws://111111111111/eu-west-1',
    properties: { templateFile },
  },
});
const asset = (manifest: string): Record<string, unknown> => ({
  Assets: { type: 'cdk:asset-manifest', properties: { file: manifest } },
  Stack: { ...(stack('stack.json').Stack as object), dependencies: ['Assets'] },
});
const assets = (source: unknown): unknown => ({
  version: '40.0.0',
  files: { one: { source, destinations: { here: { bucketName: 'b', objectKey: 'k' } } } },
});

beforeEach(() => {
  fs.rmSync(path.join(root, 'project'), { recursive: true, force: true });
  fs.mkdirSync(path.join(person, '.ssh'), { recursive: true });
  fs.writeFileSync(path.join(person, '.ssh/id_ed25519'), 'a key of the person');
  json(path.join(assembly, 'stack.json'), { Resources: { T: { Type: 'AWS::SNS::Topic' } } });
});

/** Reads all of it, as a rehearsal does before it starts. */
function read(artifacts: Record<string, unknown>): string[] {
  json(path.join(assembly, 'manifest.json'), { version: '40.0.0', artifacts });
  const stacks = readAssembly(assembly);
  assemblyLimits(stacks, assembly, () => true);
  return stacks.flatMap(fileAssetsOf).map((one) => path.relative(assembly, one.path));
}

const OUT = /leads out of it/;
const BELOW = /does not lie in the one that names it/;
test.each<[string, RegExp, () => Record<string, unknown>]>([
  ['an assembly in itself', BELOW, () => nested('.')],
  ['an assembly in the folder above', /leads out of it|does not lie in/, () => nested('..')],
  [
    'an assembly in itself, by a link',
    BELOW,
    () => {
      fs.symlinkSync('.', path.join(assembly, 'assembly-Stage'));
      return nested('assembly-Stage');
    },
  ],
  ['a template of the person, by a relative path', OUT, () => stack('../../person/.ssh/id_ed25519')],
  ['a template of the person, by an absolute path', OUT, () => stack(path.join(person, '.ssh/id_ed25519'))],
  [
    'a template that is a link',
    OUT,
    () => {
      fs.symlinkSync(path.join(person, '.ssh/id_ed25519'), path.join(assembly, 'link.json'));
      return stack('link.json');
    },
  ],
  [
    'a template that is a pipe, which nobody writes to',
    /is not a file/,
    () => {
      execFileSync('mkfifo', [path.join(assembly, 'pipe.json')]);
      return stack('pipe.json');
    },
  ],
  ['a template that is a folder', /is not a file/, () => stack('')],
  ['a template that is not there', /is missing/, () => stack('none.json')],
  ['a template whose name ends early', /is missing/, () => stack('stack.json\0.png')],
  ['a list of assets of the person', OUT, () => asset('../../person/.ssh/id_ed25519')],
  [
    'an asset of the person: a folder, by an absolute path',
    OUT,
    () => {
      json(path.join(assembly, 'a.assets.json'), assets({ path: path.join(person, '.ssh'), packaging: 'zip' }));
      return asset('a.assets.json');
    },
  ],
  [
    'an asset of the person: a file, by a link of a folder',
    OUT,
    () => {
      fs.symlinkSync(path.join(person, '.ssh'), path.join(assembly, 'asset.1'));
      json(path.join(assembly, 'a.assets.json'), assets({ path: 'asset.1/id_ed25519', packaging: 'file' }));
      return asset('a.assets.json');
    },
  ],
])('%s', (_name, says, make) => {
  let error: SaiondoError | undefined;
  try {
    read(make());
  } catch (thrown) {
    error = thrown as SaiondoError;
  }
  expect(error).toMatchObject({
    code: 'ASSEMBLY_INVALID',
    where: { file: expect.stringContaining('cdk.out') as string },
  });
  expect(error?.message).toMatch(says);
  expect(error?.next).toBeTruthy();
});

test('an asset of a stage lies next to the stage’s own assembly: it is taken', () => {
  const stage = path.join(assembly, 'assembly-Stage');
  json(path.join(stage, 'stack.json'), { Resources: {} });
  json(path.join(stage, 'a.assets.json'), assets({ path: '../asset.abc', packaging: 'zip' }));
  json(path.join(stage, 'manifest.json'), { version: '40.0.0', artifacts: asset('a.assets.json') });
  json(path.join(assembly, 'asset.abc/index.json'), {});
  expect(read(nested('assembly-Stage'))).toEqual(['asset.abc']);
  // The stage's assembly alone.
  expect(readAssembly(stage).flatMap(fileAssetsOf)).toHaveLength(1);
});

test('the command says it with its place, and ends', async () => {
  await prepareCommandLine();
  json(path.join(assembly, 'manifest.json'), { version: '40.0.0', artifacts: nested('.') });
  const command = path.join(__dirname, '../../dist/bin/saiondo.js');
  const ended = await execa(process.execPath, [command, 'rehearse', '--list', '--assembly', assembly], {
    ...{ reject: false, all: true, cwd: path.dirname(assembly), env: { HOME: person } },
  });
  expect(ended.exitCode).toBe(2);
  expect(ended.all).toMatch(/the nested assembly "\." does not lie in the one that names it/);
  expect(ended.all).toContain('manifest.json');
  expect(ended.all).not.toMatch(/\n {4}at /);
}, 120_000);
