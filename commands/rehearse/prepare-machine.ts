import * as fs from 'node:fs';
import { spawn } from 'node:child_process';
import execa from 'execa';
import { projectCommands, readAssembly } from '../../engine/assembly/assembly';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { SourceRepositories } from '../../engine/ports/sources';
import { APT_PACKAGES, SYSTEM_TOOLS, versionOf, which, whichInBuild, type ToolNeed } from '../../engine/host/tools';
import type { Layout } from '../../model/layout';
import { listPipeline } from './list-pipeline';
import { ask, print, say } from '../output/print';

interface Options {
  readonly assembly: () => Promise<string>;
  readonly layout: Layout;
  readonly yes: boolean;
  readonly interactive: boolean;
  readonly list: boolean;
  readonly quiet: boolean;
  readonly pipeline?: string;
  readonly fixedAssembly: boolean;
  readonly sources: SourceRepositories;
  /** Whether a container engine may be used. */
  readonly containers: boolean;
}

/**
 * Looks at what the pipeline needs before it starts and says what is there; what apt can install it offers to install. Installs nothing
 * without `--yes` or a yes in a terminal.
 * @returns the tools, or undefined when the listing was all that was asked for
 */
export async function prepareMachine(options: Options): Promise<ToolNeed[] | undefined> {
  const ledger = new DiskLedger(options.layout);
  const deployed =
    options.pipeline === undefined
      ? undefined
      : ledger.resources('AWS::CodePipeline::Pipeline').find((one) => one.physicalId === options.pipeline);
  const commands =
    deployed && !options.fixedAssembly
      ? ledger.resources('AWS::CodeBuild::Project').map((one) => ({
          project: one.physicalId,
          text: String((one.properties.Source as { BuildSpec?: string } | undefined)?.BuildSpec ?? ''),
        }))
      : projectCommands(readAssembly(await options.assembly()));
  const needs = toolNeeds(commands);
  if (options.list) {
    for (const line of await listPipeline({ ...options, ledger })) print(line);
    for (const need of needs) print(`${need.name}: ${need.path ?? `missing, needed by ${need.neededBy.join(', ')}`}`);
    return undefined;
  }
  const packages = await packagesToInstall(needs);
  if (packages.length > 0) {
    const agreed =
      options.yes || (options.interactive && (await agree(`missing: ${packages.join(', ')}. Install with apt-get?`)));
    if (agreed) await aptInstall(packages);
    else if (!options.quiet) say(`missing, and apt could install: ${packages.join(', ')} (--yes installs them)`);
  }
  if (options.yes) await startDocker(options.layout);
  const tools = await Promise.all(
    toolNeeds(commands).map(async (need) => {
      const version = need.path && (await versionOf(need.path));
      return version ? { ...need, version } : need;
    }),
  );
  if (!options.quiet) {
    const here = tools
      .filter((tool) => tool.path)
      .map(({ name, version }) => [name, version].filter(Boolean).join(' '));
    if (here.length > 0) say(`on this machine: ${here.join(', ')}`);
    for (const need of tools)
      if (!need.path) say(`not on this machine: ${need.name}, needed by ${need.neededBy.join(', ')}`);
  }
  return tools;
}

/** The tools that the projects' commands name. `aws` and `yarn` the rehearsal brings along. */
function toolNeeds(commands: readonly { project: string; text: string }[]): ToolNeed[] {
  return SYSTEM_TOOLS.filter((name) => name !== 'aws' && name !== 'yarn').flatMap((name) => {
    const pattern = new RegExp(`(^|[\\s"'\`;&|($])${name}(?=[\\s"\\\\])`);
    const projects = commands.filter(({ text }) => pattern.test(text)).map(({ project }) => project);
    const found = whichInBuild(name);
    return projects.length > 0 ? [{ name, neededBy: projects, ...(found ? { path: found } : {}) }] : [];
  });
}

/** What apt can add: missing tools, and what the local registry, the base images and the virtual environment need. */
async function packagesToInstall(needs: readonly ToolNeed[]): Promise<string[]> {
  if (!which('apt-get')) return [];
  const wanted = new Set(needs.filter((need) => !need.path).map((need) => need.name));
  if (!which('python3')) wanted.add('python3');
  if (!(await hasVenv())) wanted.add('venv');
  // What sandboxes of builds are made with.
  for (const name of ['mount', 'unshare']) if (!which(name)) wanted.add(name);
  if (needs.some((need) => need.name === 'docker')) {
    if (!which('docker-registry') || !which('dockerd'))
      for (const name of ['docker', 'docker-registry'])
        if (!which(name === 'docker' ? 'dockerd' : name)) wanted.add(name);
    if (process.getuid?.() === 0 && !which('debootstrap')) wanted.add('debootstrap');
  }
  return [...wanted].flatMap((name) => APT_PACKAGES[name] ?? []);
}

async function hasVenv(): Promise<boolean> {
  const python = which('python3');
  return (
    python !== undefined && (await execa(python, ['-c', 'import ensurepip, venv'], { reject: false })).exitCode === 0
  );
}

async function aptInstall(packages: readonly string[]): Promise<void> {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo'];
  const run = (...args: string[]): execa.ExecaChildProcess => {
    const [command = 'apt-get', ...rest] = [...asRoot, 'apt-get', ...args];
    return execa(command, rest, {
      stdio: ['inherit', 2, 2],
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      reject: false,
    });
  };
  await run('update', '-q');
  await run('install', '-y', '-q', '--no-install-recommends', ...packages);
}

/** Debian's dockerd starts with the system; in a container nobody starts it. Root starts it then, and it stays, as a service would. */
async function startDocker(layout: Layout): Promise<void> {
  const docker = which('docker');
  const daemon = which('dockerd');
  if (!docker || !daemon || process.getuid?.() !== 0) return;
  const answers = async (): Promise<boolean> =>
    (await execa(docker, ['info'], { reject: false, timeout: 10_000 })).exitCode === 0;
  if (await answers()) return;
  fs.mkdirSync(layout.local(), { recursive: true, mode: 0o700 });
  const log = fs.openSync(`${layout.local()}/dockerd.log`, 'w');
  spawn(daemon, [], { detached: true, stdio: ['ignore', log, log] }).unref();
  fs.closeSync(log);
  for (let tries = 0; tries < 100 && !(await answers()); tries++) await new Promise((done) => setTimeout(done, 100));
}

async function agree(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} [y/N]`));
}
