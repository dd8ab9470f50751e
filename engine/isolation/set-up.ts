import * as fs from 'node:fs';
import * as path from 'node:path';
import { contains, mountOf, type Mount } from './mount-table';
import type { SeenFolder } from './system-view';

/** What a sandbox's root consists of. All paths are absolute. */
export interface RootPlan {
  /** The sandbox's own folder on this machine: layers, and where the root is put together. */
  readonly directory: string;
  /** The run's layer; see `run-layer.ts`. */
  readonly layer: string;
  readonly folders: readonly SeenFolder[];
  /** The lowest layer of the root itself; see {@link makeBase}. */
  readonly base: string;
  /** What is seen of the rest: `from` this machine, `to` inside. */
  readonly binds: readonly Bind[];
  readonly table: readonly Mount[];
  readonly root: boolean;
}

/** A file or folder that is put into the root. */
export interface Bind {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
  readonly file?: boolean;
}

/** Devices of /dev; docker gives the same. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
/** Of /proc, what belongs to this machine and root could write to. */
const PROC_READ_ONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'];

/** Folders of the root that nothing is mounted on. The old root is put aside on /mnt. */
const FOLDERS = [
  'dev/pts',
  'dev/shm',
  'mnt',
  'proc',
  'run/lock',
  'sys/devices/system',
  'tmp',
  'var/tmp',
  'var/log',
  'root',
];
const OF_EVERYBODY = ['tmp', 'var/tmp', 'dev/shm', 'run/lock'];
const LINKS: readonly (readonly [string, string])[] = [
  ['/var/run', '/run'],
  ['/var/lock', '/run/lock'],
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  ['/dev/ptmx', 'pts/ptmx'],
];

/** Makes the lowest layer of every root of a run: its folders, devices to mount on, links. */
export function makeBase(base: string, systemLinks: ReadonlyMap<string, string>): void {
  const at = (inside: string): string => path.join(base, inside);
  for (const folder of FOLDERS) fs.mkdirSync(at(folder), { recursive: true });
  for (const folder of OF_EVERYBODY) fs.chmodSync(at(folder), 0o1777);
  for (const name of DEVICES) fs.writeFileSync(at(`dev/${name}`), '');
  for (const [to, target] of [...systemLinks, ...LINKS]) {
    fs.mkdirSync(path.dirname(at(to)), { recursive: true });
    fs.symlinkSync(target, at(to));
  }
}

/** Makes the folders and files on this machine that {@link setUpScript} puts the root together of. */
export function makeRoot(plan: RootPlan): void {
  fs.mkdirSync(rootOf(plan), { recursive: true });
  for (const { upper, work } of layered(plan))
    // The upper layer's own folder gives the merged one its mode.
    for (const folder of [upper, work]) fs.mkdirSync(folder, { recursive: true });
  for (const { to } of plan.binds.filter((bind) => bind.file)) makePlace(plan, to);
  fs.writeFileSync(path.join(plan.directory, 'fstab'), mountsOf(plan));
}

/** Makes the file that another is mounted on. One that lies in a folder of this machine is there already. */
function makePlace(plan: RootPlan, to: string): void {
  const covering = [
    ...plan.folders.map(({ path: folder }) => ({ from: folder, to: folder })),
    ...plan.binds.filter((bind) => !bind.file),
  ]
    .filter((one) => contains(one.to, to))
    .sort((one, other) => other.to.length - one.to.length)[0];
  // The home and the temporary folder are the sandbox's own: mount points are made in them.
  const at = covering
    ? path.join(covering.from, to.slice(covering.to.length))
    : path.join(layered(plan)[0]?.upper ?? '', to);
  if (fs.existsSync(at)) return;
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, '');
}

/**
 * A shell script that puts the root together, goes into it, and becomes its process 1. It runs in mount, process, IPC and host name namespaces of
 * its own, as root or as the root of a user namespace. It says `ready` and lives until its input ends.
 */
export function setUpScript(plan: RootPlan, holder: string): string {
  return [
    'set -e',
    `mount -n -a -T ${quoted(path.join(plan.directory, 'fstab'))}`,
    `cd ${quoted(rootOf(plan))}`,
    'pivot_root . mnt',
    'cd /',
    'umount -n -l /mnt',
    'unset OLDPWD',
    'echo ready',
    `exec ${holder}`,
  ].join('\n');
}

function rootOf(plan: RootPlan): string {
  return path.join(plan.directory, 'root');
}

/** The mounts of the root, in the form of fstab(5): one call of `mount` for all of them. */
function mountsOf(plan: RootPlan): string {
  const root = rootOf(plan);
  const at = (inside: string): string => path.join(root, inside);
  const lines: (readonly [string, string, string, string])[] = [];
  const add = (from: string, to: string, type: string, ...options: readonly string[]): void =>
    void lines.push([from, at(to), type, options.join(',')]);
  for (const { folder, upper, work, lower } of layered(plan))
    add(
      'overlay',
      folder,
      'overlay',
      'nosuid',
      'nodev',
      'X-mount.mkdir',
      `lowerdir=${lower.map(overlayPath).join(':')}`,
      `upperdir=${overlayPath(upper)}`,
      `workdir=${overlayPath(work)}`,
      'volatile',
      ...(plan.root ? [] : ['userxattr']),
    );
  for (const folder of plan.folders.filter(({ how }) => how === 'read-only'))
    add(folder.path, folder.path, 'none', 'rbind', 'ro', 'X-mount.mkdir', ...flagsOf(folder.path, plan.table));
  for (const name of DEVICES) add(`/dev/${name}`, `/dev/${name}`, 'none', 'bind');
  add('devpts', '/dev/pts', 'devpts', 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=620');
  add('tmpfs', '/dev/shm', 'tmpfs', 'nosuid', 'nodev', 'mode=1777');
  add('proc', '/proc', 'proc', 'nosuid', 'nodev', 'noexec');
  for (const name of PROC_READ_ONLY.filter((one) => fs.existsSync(`/proc/${one}`)))
    add(at(`/proc/${name}`), `/proc/${name}`, 'none', 'bind', 'ro', 'nosuid', 'nodev', 'noexec');
  add(
    '/sys/devices/system',
    '/sys/devices/system',
    'none',
    'bind',
    'ro',
    'nosuid',
    'nodev',
    'X-mount.mkdir',
    ...flagsOf('/sys/devices/system', plan.table),
  );
  for (const { from, to, readOnly, file } of plan.binds)
    add(
      from,
      to,
      'none',
      'bind',
      'nosuid',
      'nodev',
      ...(readOnly ? ['ro'] : []),
      ...(file ? [] : ['X-mount.mkdir']),
      ...flagsOf(from, plan.table),
    );
  // A folder goes into place before what lies in it.
  lines.sort(([, one], [, other]) => (one < other ? -1 : one > other ? 1 : 0));
  return lines
    .map(([from, to, type, options]) => `${fstabField(from)} ${fstabField(to)} ${type} ${fstabField(options)} 0 0\n`)
    .join('');
}

function layered(plan: RootPlan): { folder: string; upper: string; work: string; lower: string[] }[] {
  return ['/', ...plan.folders.filter(({ how }) => how === 'layered').map((folder) => folder.path)].map(
    (folder, index) => ({
      folder,
      upper: path.join(plan.directory, 'layers', String(index), 'upper'),
      work: path.join(plan.directory, 'layers', String(index), 'work'),
      lower: folder === '/' ? [plan.base] : [path.join(plan.layer, folder), folder],
    }),
  );
}

/** What the mount of a path may not lose in a user namespace. `ro` alone is asked for by name. */
function flagsOf(file: string, table: readonly Mount[]): string[] {
  return (mountOf(table, file)?.flags ?? []).filter((flag) => flag === 'noexec');
}

/** A path in an option of overlayfs: `:`, `,` and `\` have meanings there. */
function overlayPath(file: string): string {
  return file.replace(/[\\:,]/g, '\\$&');
}

function fstabField(text: string): string {
  return text.replace(/[\\\s#]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
