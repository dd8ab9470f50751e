import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import execa from 'execa';
import type { Finding } from './finding.shape';

/** Free space that a first rehearsal of the sample takes, with images and packages: measured, with a margin. Bytes. */
const DISK = 6e9;
/** The oldest Python that the local AWS endpoint (moto) runs on. */
const PYTHON = [3, 10] as const;
/** Milliseconds that a tool may take to answer. */
const PATIENCE = 10_000;

const check = 'rehearsal';

/**
 * What a rehearsal needs of this machine: containers and the permission to use them, Python, a network port, disk, a folder that can be written,
 * Flutter. What is missing is not an error where the rehearsal continues without it: then it is named as not rehearsed.
 * @param directory where rehearsals keep their state
 */
export async function checkRehearsalTools(directory: string): Promise<Finding[]> {
  return [
    ...(await Promise.all([containers(), python(), port(), sandbox()])),
    flutter(),
    disk(directory),
    writable(directory),
  ];
}

async function containers(): Promise<Finding> {
  for (const command of ['docker', 'podman']) {
    const { exitCode, stderr, missing } = await answer(command, ['info']);
    if (missing) continue;
    if (exitCode === 0) return { check, status: 'ok', text: `${command} answers: images and services are rehearsed` };
    if (/permission denied/i.test(stderr))
      return {
        check,
        status: 'warning',
        text: `${command} is installed, but this user may not use it: images and services are not rehearsed`,
        fix: `sudo usermod -aG ${command} "$USER", then log out and in again`,
      };
    return {
      check,
      status: 'warning',
      text: `${command} is installed, but its daemon does not answer: images and services are not rehearsed`,
      fix: command === 'docker' ? 'sudo systemctl start docker' : 'podman info says why',
    };
  }
  return {
    check,
    status: 'warning',
    text: 'Docker and Podman are missing: images and services are not rehearsed',
    fix: 'npx saiondo rehearse --yes installs Docker with apt; else https://docs.docker.com/engine/install',
  };
}

async function python(): Promise<Finding> {
  const script = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])';
  const { exitCode, stdout, missing } = await answer('python3', ['-c', script]);
  const fix = 'sudo apt-get install python3 python3-venv';
  if (missing) return { check, status: 'error', text: 'python3 is missing: the local AWS endpoint needs it', fix };
  if (exitCode !== 0)
    return { check, status: 'error', text: 'python3 has no venv module: the local AWS endpoint needs it', fix };
  const [major = 0, minor = 0] = stdout.trim().split('.').map(Number);
  const old = major < PYTHON[0] || (major === PYTHON[0] && minor < PYTHON[1]);
  return {
    check,
    status: old ? 'error' : 'ok',
    text: `Python ${stdout.trim()}${old ? `: ${PYTHON.join('.')} or newer is needed` : ''}`,
    ...(old ? { fix } : {}),
  };
}

function flutter(): Finding {
  return !onPath('flutter')
    ? {
        check,
        status: 'warning',
        text: 'Flutter is missing: the web app’s test and deployment are not rehearsed',
        fix: 'install it (https://docs.flutter.dev/get-started/install) and put it on PATH',
      }
    : { check, status: 'ok', text: 'Flutter is on PATH' };
}

/** Builds are kept apart by namespaces on Linux: the kernel may forbid them to ordinary users. */
async function sandbox(): Promise<Finding> {
  if (process.platform !== 'linux')
    return { check, status: 'warning', text: `builds are not kept apart on ${process.platform} (docs/containment.md)` };
  const { exitCode, missing } = await answer('unshare', ['--user', '--map-root-user', 'true']);
  if (exitCode === 0) return { check, status: 'ok', text: 'namespaces work: builds are kept apart' };
  return {
    check,
    status: 'warning',
    text: missing
      ? 'unshare is missing: builds are not kept apart'
      : 'this user may not make namespaces: builds are not kept apart',
    fix: missing
      ? 'sudo apt-get install util-linux'
      : 'docs/containment.md names the kernel’s setting (on Ubuntu: kernel.apparmor_restrict_unprivileged_userns)',
  };
}

function port(): Promise<Finding> {
  return new Promise((done) => {
    const server = net.createServer();
    server.once('error', (error) =>
      done({
        check,
        status: 'error',
        text: `no port can be opened on 127.0.0.1: ${error.message}`,
        fix: 'check the firewall and the sandbox that this shell runs in',
      }),
    );
    server.listen(0, '127.0.0.1', () =>
      server.close(() => done({ check, status: 'ok', text: 'ports can be opened on 127.0.0.1' })),
    );
  });
}

function disk(directory: string): Finding {
  const { bavail, bsize } = fs.statfsSync(existing(directory));
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free in ${existing(directory)}`;
  return free < DISK
    ? {
        check,
        status: 'warning',
        text: `${text}; a first rehearsal takes up to ${DISK / 1e9} GB`,
        fix: 'saiondo runs prune, or --directory on another disk',
      }
    : { check, status: 'ok', text };
}

function writable(directory: string): Finding {
  try {
    fs.accessSync(existing(directory), fs.constants.W_OK);
    return { check, status: 'ok', text: `${directory} can be written` };
  } catch {
    return {
      check,
      status: 'error',
      text: `${directory} cannot be written by this user`,
      fix: `sudo chown -R "$USER" ${directory}, or --directory DIRECTORY`,
    };
  }
}

/** The nearest folder above that there is. */
function existing(directory: string): string {
  let at = path.resolve(directory);
  while (!fs.existsSync(at)) at = path.dirname(at);
  return at;
}

function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((at) => at && fs.existsSync(path.join(at, command)));
}

/** Asks a tool. One that does not answer in time is there. */
async function answer(
  command: string,
  args: readonly string[],
): Promise<{ exitCode: number; stdout: string; stderr: string; missing: boolean }> {
  const { exitCode, stdout, stderr, failed, timedOut } = await execa(command, args, {
    reject: false,
    timeout: PATIENCE,
  });
  // A command that could not be started has no exit code.
  return { exitCode: exitCode ?? 1, stdout, stderr, missing: failed && exitCode === undefined && !timedOut };
}
