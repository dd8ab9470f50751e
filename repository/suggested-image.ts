import { posix } from 'node:path';
import type { Checkout } from './checkout';
import type { ComponentBuild, NodeBuild } from './component-build';
import { prismaOf } from './prisma-schema';

/** A Dockerfile for an api that has none: installed, built and started as its test is. Undefined where its lock file is of a workspace. */
export function suggestedNodeImage(checkout: Checkout, directory: string, build: NodeBuild): string | undefined {
  const { manager, nodeVersion, commands } = build;
  if (manager.workspace !== undefined) return undefined;
  const { name, version } = manager;
  const brought = {
    npm: [],
    yarn: [],
    pnpm: [`pnpm@${version ?? 'latest'}`],
    'yarn-berry': [`@yarnpkg/cli-dist@${version ?? 'latest'}`],
  }[name];
  const first = ['package.json', manager.lockFile, '.npmrc', '.yarnrc.yml'].filter(
    (file): file is string => file !== undefined && checkout.has(posix.join(directory, file)),
  );
  // `node` and not `node:slim`: Prisma's engines load OpenSSL.
  return [
    `FROM node:${nodeVersion.major}`,
    'WORKDIR /app',
    ...brought.map((one) => `RUN npm install --global --no-audit --no-fund ${one}`),
    `COPY ${first.join(' ')} ./`,
    // The schema comes with the sources: a package's own script would look for it now.
    `RUN ${commands.install}${name.startsWith('yarn') ? '' : ' --ignore-scripts'}`,
    'COPY . .',
    ...(name.startsWith('yarn') ? [] : [`RUN ${name} rebuild`]),
    ...(prismaOf(checkout, directory)?.directory === directory &&
    !build.build.some((one) => one.includes('prisma generate'))
      ? [`RUN ${commands.exec('prisma generate')}`]
      : []),
    ...build.build.map((one) => `RUN ${one}`),
    '',
  ].join('\n');
}

/** The same of an llm: its packages, then its files. */
export function suggestedPythonImage(checkout: Checkout, directory: string, build: ComponentBuild): string {
  const requirements = checkout.has(posix.join(directory, 'requirements.txt'));
  return [
    `FROM python:${build.runtimes.python ?? '3.11'}-slim`,
    'WORKDIR /app',
    ...(requirements
      ? ['COPY requirements.txt ./', 'RUN pip install --no-cache-dir -r requirements.txt', 'COPY . .']
      : ['COPY . .', 'RUN pip install --no-cache-dir .']),
    '',
  ].join('\n');
}
