import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { Emit } from '../../model/events';
import { walkFiles } from '../files/folder-walk';
import { removeTree } from '../files/remove-tree';
import type { ContainerEngine } from '../host/container-engine';
import { execute } from '../host/execute';
import { which } from '../host/tools';

/** How long the public registry may take to answer before an image is made here, in seconds. */
const PULL_SECONDS = 20;

/**
 * The images that the Dockerfiles below a folder start from; a stage of the same file, `scratch` and variables are none.
 * @param builds what the pipeline's builds say, as text: only a Dockerfile of the root or of a folder that they name is looked at. Where they name
 *   none, every one is.
 */
export async function baseImagesOf(directory: string, builds = ''): Promise<string[]> {
  const all: string[] = [];
  for await (const file of dockerfiles(directory)) all.push(file);
  const named = all.filter((file) => {
    const folder = path.relative(directory, path.dirname(file));
    const plain = path.basename(file) === 'Dockerfile' || builds.includes(path.basename(file));
    return plain && (folder === '' || mentions(builds, folder));
  });
  const images = new Set<string>();
  for (const file of named.length > 0 ? named : all)
    for (const image of imagesIn(await fs.promises.readFile(file, 'utf8'))) images.add(image);
  return [...images];
}

/** The images that the text of a Dockerfile starts from; a text that is none has none. */
export function imagesIn(text: string): string[] {
  const images = new Set<string>();
  const stages = new Set<string>(['scratch']);
  for (const [, image = '', , stage] of text.matchAll(
    /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)([ \t]+AS[ \t]+(\S+))?/gim,
  )) {
    if (!stages.has(image.toLowerCase()) && !image.includes('$')) images.add(image);
    if (stage) stages.add(stage.toLowerCase());
  }
  return [...images];
}

/** Whether a text names a folder as a path by itself, and not as part of a longer word. */
function mentions(text: string, folder: string): boolean {
  const parts = text.split(folder);
  return parts.some((part, at) => at > 0 && !/[\w-]$/.test(parts[at - 1] ?? '') && !/^[\w-]/.test(part));
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
export async function ensureBaseImages(
  engine: ContainerEngine,
  images: readonly string[],
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-base-'));
  try {
    await ensureEach(engine, images, emit, signal, work);
  } finally {
    if (signal.aborted) await unmountLeft(work);
    await removeTree(work);
  }
}

/** A debootstrap that was ended may have left what it mounted. */
async function unmountLeft(work: string): Promise<void> {
  for (const name of await fs.promises.readdir(work))
    for (const mount of ['proc', 'sys'])
      await execa('umount', ['--lazy', path.join(work, name, 'root', mount)], { reject: false });
}

async function ensureEach(
  engine: ContainerEngine,
  images: readonly string[],
  emit: Emit,
  signal: AbortSignal,
  work: string,
): Promise<void> {
  const roots = new Map<boolean, Promise<string>>();
  const missing: string[] = [];
  for (const image of images) if (!(await engine.hasImage(image))) missing.push(image);
  for (const image of missing) {
    const failure = await engine.pull(image, PULL_SECONDS, signal);
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
      const whole = isWhole(image);
      const root = roots.get(whole) ?? debianRoot(path.join(work, whole ? 'whole' : 'slim'), whole, signal);
      roots.set(whole, root);
      await makeImage(engine, image, family?.[1] === 'node', await root, signal);
      emit({
        kind: 'tool.checked',
        name: `image ${image}`,
        status: 'made',
        detail: 'on this machine, from Debian’s packages: no public image registry is in reach',
        neededBy: [],
      });
    } catch (error) {
      signal.throwIfAborted();
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

/** Whether the published image has compilers and git: Docker's official images do, but for their slim and Alpine ones (hub.docker.com/_/node). */
function isWhole(image: string): boolean {
  return !/slim|alpine/.test(image);
}

/** A minimal Debian with Python, in a folder; with compilers, curl and git where it is whole. Debian 12 has Python 3.11. */
async function debianRoot(folder: string, whole: boolean, signal: AbortSignal): Promise<string> {
  const directory = path.join(folder, 'root');
  fs.mkdirSync(folder, { recursive: true });
  await execute(
    'debootstrap',
    [
      '--variant=minbase',
      `--include=ca-certificates,python3,python3-pip,python3-venv,libstdc++6,libatomic1${whole ? ',build-essential,python3-dev,curl,git' : ''}`,
      'bookworm',
      directory,
    ],
    { timeout: 600_000, signal },
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
  // Debian keeps pip from its own Python; the published images' Python is pip's.
  fs.rmSync(path.join(directory, 'usr/lib/python3.11/EXTERNALLY-MANAGED'), { force: true });
  await execa('chroot', [directory, 'useradd', '--create-home', '--uid', '1000', '--shell', '/bin/bash', 'node']);
  // Where connections are intercepted, what is built in the image has to trust what this machine trusts.
  const trusted = process.env.NODE_EXTRA_CA_CERTS ?? process.env.SSL_CERT_FILE;
  if (trusted && fs.existsSync(trusted)) fs.copyFileSync(trusted, path.join(directory, TRUST));
  return directory;
}

/** What a Node image has and a Python image has not. */
const NODES_OWN = [
  ...['node', 'npm', 'npx', 'yarn', 'yarnpkg'].map((name) => `usr/local/bin/${name}`),
  ...['usr/local/lib/node_modules', 'usr/local/include/node', 'opt/yarn'],
];
/** Yarn, as every official Node image up to 24 has it (nodejs/docker-node, YARN_VERSION). */
const YARN = 'yarn@1.22.22';

async function addYarn(root: string, signal: AbortSignal): Promise<void> {
  const folder = path.join(root, 'opt', 'yarn');
  if (fs.existsSync(folder)) return;
  fs.mkdirSync(folder, { recursive: true });
  await execute('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', YARN], {
    ...{ timeout: 120_000, signal },
    // Next to the image's files, and removed with them: not the person's.
    env: { npm_config_cache: path.join(path.dirname(root), 'npm') },
  });
  for (const name of ['yarn', 'yarnpkg']) {
    const link = path.join(root, 'usr', 'local', 'bin', name);
    fs.rmSync(link, { force: true });
    fs.symlinkSync('/opt/yarn/node_modules/yarn/bin/yarn.js', link);
  }
}

/** Node's headers, which an addon is compiled against without a download. @returns the changes that make npm look there */
function addHeaders(root: string): string[] {
  const prefix = path.dirname(path.dirname(process.execPath));
  const headers = path.join(prefix, 'include', 'node');
  if (!fs.existsSync(path.join(headers, 'node.h'))) return [];
  fs.cpSync(headers, path.join(root, 'usr', 'local', 'include', 'node'), { recursive: true });
  return ['ENV npm_config_nodedir=/usr/local'];
}

const TRUST = 'etc/ssl/certs/ca-certificates.crt';

async function makeImage(
  engine: ContainerEngine,
  image: string,
  withNode: boolean,
  root: string,
  signal: AbortSignal,
): Promise<void> {
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
    await addYarn(root, signal);
    changes.push(...addHeaders(root), 'CMD ["node"]');
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
      ...(withNode ? [] : NODES_OWN.map((one) => `--exclude=./${one}`)),
      '.',
    ],
    { buffer: false },
  );
  const load = execa(engine.command, ['import', ...changes.flatMap((change) => ['--change', change]), '-', image]);
  if (tar.stdout && load.stdin) tar.stdout.pipe(load.stdin);
  const end = (): void => void [tar.kill(), load.kill()];
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.all([tar, load]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
