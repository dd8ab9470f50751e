import * as fs from 'node:fs';
import * as path from 'node:path';
import type execa from 'execa';
import { SaiondoError } from '../../model/errors';
import { execute } from '../host/execute';
import { waitForLock } from '../host/lock';
import { which } from '../host/tools';

/** moto is the local AWS endpoint, awscli is what builds call `aws`. Pinned: a rehearsal of today is one of tomorrow. */
const PACKAGES = ['moto[server]==5.2.5', 'awscli==1.46.3'];

/**
 * Compiles what the AWS CLI imports: a build reads these folders and cannot keep what it compiles in them. The endpoint itself compiles what it uses, where
 * it first does: pip's own compilation of every package takes longer than all downloads together.
 */
const COMPILE = `
import compileall, importlib.util
for name in ("awscli", "botocore", "s3transfer", "urllib3", "dateutil", "docutils", "jmespath", "colorama", "yaml", "rsa", "pyasn1"):
    found = importlib.util.find_spec(name)
    if found and found.submodule_search_locations:
        compileall.compile_dir(found.submodule_search_locations[0], quiet=2)
`;

/**
 * Makes the virtual environment with the local AWS endpoint and the AWS CLI, once. Finished is what has its marker: one that was
 * interrupted is made again.
 * @returns the folder of its commands
 * @throws SaiondoError `PYTHON_MISSING`, `AWS_TOOLS_FAILED`
 */
export async function ensureAwsTools(
  toolsDirectory: string,
  signal?: AbortSignal,
): Promise<{ bin: string; made: boolean }> {
  const directory = path.join(toolsDirectory, 'aws');
  fs.mkdirSync(toolsDirectory, { recursive: true });
  const unlock = await waitForLock(path.join(toolsDirectory, 'aws.lock'), signal);
  try {
    return await makeOnce(directory, signal);
  } finally {
    unlock();
  }
}

async function makeOnce(directory: string, signal?: AbortSignal): Promise<{ bin: string; made: boolean }> {
  const marker = path.join(directory, 'packages.txt');
  const bin = path.join(directory, 'bin');
  if (fs.existsSync(marker) && fs.readFileSync(marker, 'utf8') === PACKAGES.join('\n')) return { bin, made: false };
  const python = which('python3');
  if (!python) {
    throw new SaiondoError('python3 is not on this machine; the local AWS endpoint needs it', {
      code: 'PYTHON_MISSING',
      next: 'install python3 and python3-venv, or name another endpoint with --endpoint-url',
    });
  }
  fs.rmSync(directory, { recursive: true, force: true });
  try {
    const until = signal ? { signal } : {};
    await execute(python, ['-m', 'venv', directory], { timeout: 120_000, ...until });
    const install = ['install', '--quiet', '--disable-pip-version-check', '--no-compile', ...PACKAGES];
    await execute(path.join(bin, 'pip'), install, { timeout: 600_000, all: true, ...until });
    await execute(path.join(bin, 'python'), ['-c', COMPILE], { timeout: 120_000, all: true, ...until });
  } catch (cause) {
    signal?.throwIfAborted();
    const said = (cause as execa.ExecaError).all ?? (cause as execa.ExecaError).stderr ?? String(cause);
    throw new SaiondoError(
      `cannot make the virtual environment of the local AWS endpoint:\n${said.trim().split('\n').slice(-8).join('\n')}`,
      {
        code: 'AWS_TOOLS_FAILED',
        next: 'on Debian and Ubuntu python3-venv is a package of its own; pip needs a package index in reach',
        cause,
      },
    );
  }
  fs.writeFileSync(marker, PACKAGES.join('\n'));
  return { bin, made: true };
}
