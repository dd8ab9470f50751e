import { posix } from 'node:path';
import picomatch from 'picomatch';
import { parse } from 'yaml';
import { jsonOf, type Checkout } from './checkout';

/**
 * The folder of the workspace that a project belongs to: the nearest above it whose package.json (`workspaces` of npm and Yarn) or
 * pnpm-workspace.yaml names the project. Its lock file is that of all its projects (docs.npmjs.com, "Workspaces"; pnpm.io, "Workspace").
 * Undefined where the project stands alone.
 */
export function workspaceOf(checkout: Checkout, directory: string): string | undefined {
  for (let folder = directory; folder !== '.' && folder !== '';) {
    folder = posix.dirname(folder);
    const patterns = patternsOf(checkout, folder);
    if (patterns.length === 0) continue;
    const project = posix.relative(folder, directory);
    const taken = patterns.filter((one) => !one.startsWith('!'));
    const left = patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1));
    if (matches(project, taken) && !matches(project, left)) return folder;
  }
  return undefined;
}

function matches(project: string, patterns: readonly string[]): boolean {
  return patterns.some((one) => picomatch(one.replace(/^\.\//, '').replace(/\/$/, ''))(project));
}

function patternsOf(checkout: Checkout, folder: string): string[] {
  const { workspaces } = jsonOf(checkout, posix.join(folder, 'package.json')) ?? {};
  const ofNpm = Array.isArray(workspaces)
    ? (workspaces as unknown[])
    : (workspaces as { packages?: unknown } | undefined)?.packages;
  return [ofNpm, pnpmPackages(checkout.text(posix.join(folder, 'pnpm-workspace.yaml')))]
    .flat()
    .filter((one): one is string => typeof one === 'string');
}

function pnpmPackages(text: string | undefined): unknown {
  try {
    return (parse(text ?? '') as { packages?: unknown } | null)?.packages;
  } catch {
    return undefined;
  }
}
