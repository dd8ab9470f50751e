import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { Emit } from '../../model/events';
import { walkFiles } from '../files/folder-walk';
import type { ContainerEngine } from '../host/container-engine';
import { which } from '../host/tools';

/** How long the public registry may take to answer before an image is made here, in seconds. */
const PULL_SECONDS = 20;

/** The images that the Dockerfiles below a folder start from; a stage of the same file, `scratch` and variables are none. */
export async function baseImagesOf(directory: string): Promise<string[]> {
  const images = new Set<string>();
  for await (const file of dockerfiles(directory)) {
    const stages = new Set<string>(['scratch']);
    for (const [, image = '', , stage] of (await fs.promises.readFile(file, 'utf8')).matchAll(
      /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)([ \t]+AS[ \t]+(\S+))?/gim,
    )) {
      if (!stages.has(image.toLowerCase()) && !image.includes('$')) images.add(image);
      if (stage) stages.add(stage.toLowerCase());
    }
  }
  return [...images];
}

/** Folders in folders that Dockerfiles are looked for in. */
const MOST_DEPTH = 5;
/** Bytes of a Dockerfile that is read. */
const MOST_BYTES = 1024 * 1024;

async function* dockerfiles(directory: string): AsyncGenerator<string> {
  for await (const { relative, full, link } of walkFiles(directory, skipped, MOST_DEPTH))
    if (!link && isDockerfile(path.basename(relative)) && (await fs.promises.lstat(full)).size <= MOST_BYTES)
      yield full;
}

function skipped(folder: string): boolean {
  return folder === 'node_modules' || folder === '.git';
}

function isDockerfile(name: string): boolean {
  return name === 'Dockerfile' || name.endsWith('.Dockerfile') || name.startsWith('Dockerfile.');
}

/**
 * Has every base image at hand before a build asks for it: here already, pulled, or, where no public registry is in reach, made on this
 * machine from Debian's packages (`node:*` and `python:*`). Said in the events, because a made image is not the published one.
 */
export async function ensureBaseImages(engine: ContainerEngine, images: readonly string[], emit: Emit): Promise<void> {
  let base: Promise<string> | undefined;
  const missing: string[] = [];
  for (const image of images) if (!(await engine.hasImage(image))) missing.push(image);
  for (const image of missing) {
    const failure = await engine.pull(image, PULL_SECONDS);
    if (!failure) continue;
    const family = /^(?:docker\.io\/)?(?:library\/)?(node|python):(\d+(?:\.\d+)?)/.exec(image);
    const problem = family
      ? unmakeable(family[1] as 'node', family[2] ?? '')
      : 'only node and python images can be made here';
    if (problem) {
      emit({
        kind: 'tool.checked',
        name: `image ${image}`,
        status: 'missing',
        detail: `${failure}; ${problem}`,
        neededBy: [],
      });
      continue;
    }
    try {
      base ??= debianRoot();
      await makeImage(engine, image, family?.[1] === 'node', await base);
      emit({
        kind: 'tool.checked',
        name: `image ${image}`,
        status: 'made',
        detail: 'on this machine, from Debian’s packages: no public image registry is in reach',
        neededBy: [],
      });
    } catch (error) {
      const why = ((error as execa.ExecaError).stderr ?? String(error)).trim().split('\n').slice(-2).join(' ');
      emit({
        kind: 'tool.checked',
        name: `image ${image}`,
        status: 'missing',
        detail: `cannot be pulled (${failure}) nor made (${why})`,
        neededBy: [],
      });
    }
  }
  if (base)
    await base
      .then((directory) => fs.rmSync(path.dirname(directory), { recursive: true, force: true }))
      .catch(() => undefined);
}

/** Why an image cannot be made of what this machine has; undefined when it can. */
function unmakeable(family: 'node' | 'python', version: string): string | undefined {
  if (!which('debootstrap')) return 'making it needs debootstrap';
  if (process.getuid?.() !== 0) return 'making it needs root (debootstrap)';
  const major = process.versions.node.split('.')[0];
  if (family === 'node' && version.split('.')[0] !== major)
    return `this machine has node ${major ?? ''}, the image is of node ${version}`;
  return undefined;
}

/** A minimal Debian with Python, in a folder. Debian 12 has Python 3.11. */
async function debianRoot(): Promise<string> {
  const directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-base-')), 'root');
  await execa(
    'debootstrap',
    [
      '--variant=minbase',
      '--include=ca-certificates,python3,python3-venv,libstdc++6,libatomic1',
      'bookworm',
      directory,
    ],
    { timeout: 600_000 },
  );
  fs.rmSync(path.join(directory, 'var', 'cache', 'apt'), { recursive: true, force: true });
  fs.rmSync(path.join(directory, 'var', 'lib', 'apt', 'lists'), { recursive: true, force: true });
  for (const [link, target] of [
    ['python', 'python3'],
    ['pip', 'pip3'],
  ] as const) {
    fs.rmSync(path.join(directory, 'usr', 'bin', link), { force: true });
    fs.symlinkSync(target, path.join(directory, 'usr', 'bin', link));
  }
  await execa('chroot', [directory, 'useradd', '--create-home', '--uid', '1000', '--shell', '/bin/bash', 'node']);
  // Where connections are intercepted, what is built in the image has to trust what this machine trusts.
  const trusted = process.env.NODE_EXTRA_CA_CERTS ?? process.env.SSL_CERT_FILE;
  if (trusted && fs.existsSync(trusted)) fs.copyFileSync(trusted, path.join(directory, TRUST));
  return directory;
}

const TRUST = 'etc/ssl/certs/ca-certificates.crt';

async function makeImage(engine: ContainerEngine, image: string, withNode: boolean, root: string): Promise<void> {
  const node = path.join(root, 'usr', 'local', 'bin', 'node');
  const modules = path.join(root, 'usr', 'local', 'lib', 'node_modules');
  const changes = [
    // Each alone: Podman takes what follows the first `=` for one value.
    ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'PIP_CERT', 'REQUESTS_CA_BUNDLE'].map(
      (name) => `ENV ${name}=/${TRUST}`,
    ),
  ];
  if (withNode) {
    fs.copyFileSync(process.execPath, node);
    const npm = path.dirname(path.dirname(fs.realpathSync(which('npm') ?? '')));
    fs.cpSync(npm, path.join(modules, 'npm'), { recursive: true, verbatimSymlinks: true });
    for (const name of ['npm', 'npx']) {
      fs.rmSync(path.join(root, 'usr', 'local', 'bin', name), { force: true });
      fs.symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(root, 'usr', 'local', 'bin', name));
    }
    changes.push('CMD ["node"]');
  } else {
    changes.push('CMD ["python3"]');
  }
  const tar = execa(
    'tar',
    [
      '-c',
      '-C',
      root,
      '--exclude=./proc/*',
      '--exclude=./sys/*',
      ...(withNode ? [] : ['--exclude=./usr/local/bin/node', '--exclude=./usr/local/lib/node_modules']),
      '.',
    ],
    { buffer: false },
  );
  const load = execa(engine.command, ['import', ...changes.flatMap((change) => ['--change', change]), '-', image]);
  if (tar.stdout && load.stdin) tar.stdout.pipe(load.stdin);
  await Promise.all([tar, load]);
}
