import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';

/** Where a command is on PATH, or undefined. `ahead` is searched first. */
export function which(name: string, ahead: readonly string[] = []): string | undefined {
  for (const directory of [...ahead, ...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin']) {
    const file = path.join(directory, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // not here
    }
  }
  return undefined;
}

/** What CodeBuild's images have under two names, and a machine may have under the second alone: Debian and Ubuntu have no `python`. */
export const SECOND_NAMES: Readonly<Record<string, string>> = { python: 'python3', pip: 'pip3' };

/** Where a build finds a command of this machine: a build has each of {@link SECOND_NAMES} under both names. */
export function whichInBuild(name: string): string | undefined {
  const second = SECOND_NAMES[name];
  return which(name) ?? (second === undefined ? undefined : which(second));
}

/** A tool that the pipeline's builds name, and whether it is here. */
export interface ToolNeed {
  readonly name: string;
  /** Where it is; undefined: this machine has none. */
  readonly path?: string;
  readonly version?: string;
  /** The CodeBuild projects that name it. */
  readonly neededBy: readonly string[];
}

/** The version that a tool tells of itself, e.g. `20.20.2`; undefined where it tells none within five seconds. */
export async function versionOf(command: string): Promise<string | undefined> {
  const { stdout, stderr } = await execa(command, ['--version'], { reject: false, timeout: 5000, stdin: 'ignore' });
  return /\d+(\.\d+)+/.exec(`${stdout}\n${stderr}`)?.[0];
}

/** Commands that a build cannot do without where its shell names them, and that no build installs for itself. */
export const SYSTEM_TOOLS: readonly string[] = [
  'aws',
  'cargo',
  'curl',
  'dart',
  'docker',
  'dotnet',
  'flutter',
  'git',
  'go',
  'gradle',
  'helm',
  'java',
  'jq',
  'kubectl',
  'mvn',
  'node',
  'npm',
  'npx',
  'php',
  'pip',
  'pip3',
  'podman',
  'python',
  'python3',
  'ruby',
  'terraform',
  'unzip',
  'wget',
  'yarn',
  'zip',
];

/** The system tools that shell text names at the start of a command. */
export function toolsNamedIn(commands: readonly string[]): string[] {
  const named = new Set<string>();
  for (const command of commands) {
    for (const [, word = ''] of command.matchAll(
      /(?:^|[;&|(`]|\$\(|\b(?:then|do|else|exec|sudo|if|while|until|!)\s)[ \t]*([A-Za-z0-9_.-]+)(?=\s|$|;|\))/gm,
    )) {
      if (SYSTEM_TOOLS.includes(word)) named.add(word);
    }
  }
  return [...named];
}

/** The system tools that shell text names and this machine has not. @param tool where a tool is */
export function toolsMissing(commands: readonly string[], tool: (name: string) => string | undefined): string[] {
  return toolsNamedIn(commands).filter((name) => tool(name) === undefined);
}

/** Debian's package for a tool, where there is one. */
export const APT_PACKAGES: Readonly<Record<string, string>> = {
  docker: 'docker.io',
  'docker-registry': 'docker-registry',
  debootstrap: 'debootstrap',
  ...{ python: 'python3', python3: 'python3', pip: 'python3-pip', pip3: 'python3-pip' },
  ...{ unzip: 'unzip', wget: 'wget', zip: 'zip' },
  venv: 'python3-venv',
  git: 'git',
  curl: 'curl',
  jq: 'jq',
  mount: 'mount',
  unshare: 'util-linux',
};
