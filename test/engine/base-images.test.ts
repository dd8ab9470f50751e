import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ContainerEngine } from '../../engine/host/container-engine';
import { baseImagesOf, ensureBaseImages } from '../../engine/resources/base-images';
import { ofProcess } from '../fixtures/processes';
import { machineHas } from '../fixtures/requires';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-base-images-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const write = (file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
};
write('backend/api/Dockerfile', 'FROM node:20 AS build\nFROM node:20-slim\nCOPY --from=build /app /app\n');
write('backend/api/Dockerfile.dev', 'FROM node:18\n');
write('backend/api-old/Dockerfile', 'FROM node:14\n');
write('frontend/web/Dockerfile', 'FROM nginx:1.27\n');

test('only images of a Dockerfile that a build names are prepared', async () => {
  const builds = JSON.stringify({ EnvironmentVariables: [{ Name: 'COMPONENT_DIR', Value: 'backend/api' }] });
  expect(await baseImagesOf(root, builds)).toEqual(['node:20', 'node:20-slim']);
  expect(await baseImagesOf(root, 'docker build --file frontend/web/Dockerfile .')).toEqual(['nginx:1.27']);
  expect(await baseImagesOf(root, 'docker build -f Dockerfile.dev backend/api')).toEqual([
    'node:20',
    'node:20-slim',
    'node:18',
  ]);
});

test('where no build names a folder, every Dockerfile is looked at', async () => {
  expect((await baseImagesOf(root, 'make images')).sort()).toEqual([
    'nginx:1.27',
    'node:14',
    'node:18',
    'node:20',
    'node:20-slim',
  ]);
});

// debootstrap runs for real; the container engine is never asked to import what was ended.
const makes = machineHas('debootstrap');
if (!makes)
  process.stderr.write(
    'base-images.test.ts: no debootstrap for root here: an image that ends while it is made is left out\n',
  );
(makes ? test : test.skip)(
  'an image that is being made ends with the run, and leaves no folder, mount or process',
  async () => {
    const engine = { hasImage: async () => false, pull: async () => 'no answer' } as unknown as ContainerEngine;
    const stop = new AbortController();
    const made = ensureBaseImages(engine, ['python:3.11-slim'], () => undefined, stop.signal);
    const outcome = expect(made).rejects.toThrow('Ctrl-C');
    let child: { pid: string; folder: string } | undefined;
    while (!child || !fs.existsSync(path.join(child.folder, 'debootstrap'))) {
      child = debootstraps().find(({ parent }) => parent === process.pid);
      await new Promise((done) => setTimeout(done, 20));
    }
    const { folder } = child;
    stop.abort(new Error('Ctrl-C'));
    await outcome;
    expect(fs.existsSync(folder)).toBe(false);
    expect(fs.readFileSync('/proc/self/mounts', 'utf8')).not.toContain(folder);
    expect(debootstraps().filter((one) => one.folder === folder)).toEqual([]);
  },
  120_000,
);

/** The debootstraps that run on this machine, each with its parent and the folder that it fills. */
function debootstraps(): { pid: string; parent: number; folder: string }[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const words = (ofProcess(pid, 'cmdline') ?? '').split('\0');
      const at = words.indexOf('bookworm');
      const parent = Number(/^PPid:\s+(\d+)/m.exec(ofProcess(pid, 'status') ?? '')?.[1]);
      return at < 0 ? [] : [{ pid, parent, folder: words[at + 1] ?? '' }];
    });
}
