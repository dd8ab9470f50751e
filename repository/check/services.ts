import { posix } from 'node:path';
import type { Configuration } from '../../config/load';
import { filesBelow, jsonOf, lineOf, type Checkout } from '../checkout';
import type { ComponentBuilds } from '../component-builds';
import { nodeRoutes, pythonRoutes } from '../routes';
import { suggestedNodeImage, suggestedPythonImage } from '../suggested-image';
import type { CheckFinding } from './finding';
import { checkImportedFiles } from './imported-files';
import { imageFileOf } from '../image-file';
import { checkImage } from './image';
import { checkImports } from './imports';
import { checkLockFile } from './lock-files';
import { checkMigrations } from './migrations';
import { missingFile } from './missing-file';
import { checkWritable } from './writable';

/** The api: what its test, its image, its container and its migrations take for granted. */
export function checkApi(checkout: Checkout, configuration: Configuration, builds: ComponentBuilds): CheckFinding[] {
  const { api } = configuration.components;
  const { directory } = api;
  const manifest = `${directory}/package.json`;
  if (!checkout.has(manifest))
    return [missingFile('api.package', checkout, manifest, 'the api’s package.json', 'components.api.directory')];
  return [
    ...checkNode(checkout, 'api', directory, builds.api, api),
    ...(api.install && api.dockerfile !== 'Dockerfile' ? [] : checkImportedFiles(checkout, 'api', directory)),
    ...checkImports(checkout, { ...api, name: 'api', key: 'api' }),
    ...checkImage(checkout, 'api', api, () => suggestedNodeImage(checkout, directory, builds.api)),
    ...checkCommand(checkout, api),
    ...checkHealth('api', api.healthPath, nodeRoutes(checkout, directory), directory),
    ...checkMigrations(checkout, configuration),
    ...checkWritable(checkout, configuration, 'api'),
    ...checkRedis(checkout, configuration),
  ];
}

/** The llm: its packages, its image, its module, its health. */
export function checkLlm(checkout: Checkout, configuration: Configuration, builds: ComponentBuilds): CheckFinding[] {
  const { llm } = configuration.components;
  if (!llm) return [];
  const { directory } = llm;
  const packages = ['requirements.txt', 'pyproject.toml'].some((file) => checkout.has(`${directory}/${file}`));
  const module = /\b(?:uvicorn|gunicorn)\b[^;&|]*?\s([\w.]+):(\w+)/.exec(llm.command);
  const file =
    module &&
    [`${module[1]?.replace(/\./g, '/')}.py`, `${module[1]?.replace(/\./g, '/')}/__init__.py`].find((one) =>
      checkout.has(`${directory}/${one}`),
    );
  return [
    ...(packages || llm.install
      ? []
      : [
          missingFile(
            'llm.packages',
            checkout,
            `${directory}/requirements.txt`,
            'the llm’s requirements.txt or pyproject.toml',
            'components.llm.install',
          ),
        ]),
    ...(builds.llm?.noTests === undefined
      ? []
      : [noTests('LlmTest', directory, builds.llm.noTests, 'llm', 'installed')]),
    ...checkImage(checkout, 'llm', llm, () => builds.llm && suggestedPythonImage(checkout, directory, builds.llm)),
    ...(module && file === undefined
      ? [
          {
            what: 'llm.command',
            level: 'stops' as const,
            where: { file: 'saiondo.yaml', path: 'components.llm.command' },
            found: `${directory} has no module ${module[1] ?? ''}`,
            needed: `the module that \`${llm.command}\` starts`,
            fix: 'name the module that is there in components.llm.command',
          },
        ]
      : []),
    ...checkHealth('llm', llm.healthPath, pythonRoutes(checkout, directory), directory),
    ...checkWritable(checkout, configuration, 'llm'),
    ...(llm.install ? [] : checkUnpinned(checkout, directory)),
  ];
}

/** Packages without a version: the newest of each day is installed, and one day it is another one. */
function checkUnpinned(checkout: Checkout, directory: string): CheckFinding[] {
  const file = `${directory}/requirements.txt`;
  const lines = (checkout.text(file) ?? '').split('\n');
  const open = lines.flatMap((line, at) => {
    const name = /^\s*([A-Za-z][\w.-]*)(?:\[[\w,-]+\])?\s*(?:#.*)?$/.exec(line)?.[1];
    return name ? [{ name, line: at + 1 }] : [];
  });
  const [first] = open;
  if (!first) return [];
  return [
    {
      what: 'llm.versions',
      level: 'warning',
      where: { file, line: first.line },
      found: `${open.length} packages have no version: ${open
        .slice(0, 4)
        .map(({ name }) => name)
        .join(', ')}${open.length > 4 ? ', …' : ''}`,
      needed: 'the same packages in each build: the newest release of one may lack what the code imports',
      fix: `write the versions that work (pip freeze) into ${file}, or install with a bound: components.llm.install`,
    },
  ];
}

/** What every Node component’s build decides: the package manager, the lock file, Node, the tests. */
export function checkNode(
  checkout: Checkout,
  name: 'api' | 'contracts' | 'web',
  directory: string,
  build: ComponentBuilds['api'],
  settings: { readonly install?: unknown; readonly build?: unknown; readonly test?: unknown },
  key: string = name,
): CheckFinding[] {
  const manifest = `${directory}/package.json`;
  const text = checkout.text(manifest) ?? '';
  const { manager, nodeVersion } = build;
  const findings: CheckFinding[] = [];
  const add = (
    what: string,
    level: CheckFinding['level'],
    found: string,
    needed: string,
    fix: string,
    file = manifest,
  ): void => {
    const line = lineOf(text, `"${what.split('.')[1] ?? ''}"`);
    findings.push({ what, level, where: { file, ...(file === manifest && line ? { line } : {}) }, found, needed, fix });
  };
  if (jsonOf(checkout, manifest) === undefined)
    add(`${name}.package`, 'stops', 'it is not JSON', 'a package.json that npm reads', 'fix the file');
  if (manager.lockFile === undefined && !settings.install)
    add(
      `${name}.lock`,
      manager.name === 'npm' ? 'warning' : 'stops',
      'no lock file',
      'package-lock.json, yarn.lock or pnpm-lock.yaml: the same packages in each build',
      `commit the lock file that \`${manager.name === 'yarn-berry' ? 'yarn' : manager.name} install\` writes in ${directory}`,
      directory,
    );
  if (manager.workspace !== undefined)
    add(
      `${name}.lock`,
      'note',
      `no lock file in ${directory}; that of its workspace is ${posix.join(manager.workspace, manager.lockFile ?? '')}`,
      `it is installed from there, by ${manager.name}, for every project of the workspace`,
      `a lock file in ${directory}, where the project has to stand alone`,
      posix.join(manager.workspace, manager.lockFile ?? ''),
    );
  if (manager.ignored.length > 0)
    add(
      `${name}.lock`,
      'note',
      `${[manager.lockFile, ...manager.ignored].join(' and ')}`,
      `one lock file; ${manager.name} installs, by ${manager.from}`,
      `delete ${manager.ignored.join(', ')}, or set components.${name}.packageManager`,
      directory,
    );
  if (nodeVersion.unmet !== undefined)
    add(
      `${name}.node`,
      'warning',
      `Node ${nodeVersion.unmet} (${nodeVersion.from})`,
      'Node 18, 20, 22 or 24',
      `it is built with Node ${nodeVersion.major}; set components.${name}.node`,
    );
  return settings.install ? findings : [...findings, ...checkLockFile(checkout, key, directory, build)];
}

/** A component without tests is not a failure; it is said. */
export function noTests(id: string, directory: string, why: string, component: string, compiled: string): CheckFinding {
  return {
    what: `${component}.tests`,
    level: 'note',
    where: { file: directory },
    found: `no tests: ${why}`,
    needed: `tests, where there should be some: ${id} is ${compiled} only`,
    fix: `components.${component}.test: COMMAND, or components.${component}.tests: none to say that there are none`,
  };
}

/** The file that the container starts has to be what the build writes: `dist/src/main.js` where tests or seeds are compiled next to `src`. */
function checkCommand(checkout: Checkout, api: Configuration['components']['api']): CheckFinding[] {
  const { directory, command } = api;
  const image = imageFileOf(checkout, api).text ?? '';
  const started = /\bnode\s+(?:--\S+\s+)*([\w./-]+\.js)/.exec(command)?.[1]?.replace(/^\.\//, '');
  const scripts = (jsonOf(checkout, `${directory}/package.json`)?.scripts ?? {}) as Record<string, unknown>;
  const text = `${image}\n${['start:prod', 'start'].map((name) => String(scripts[name] ?? '')).join('\n')}`;
  const own = /\bnode["'\s,]+(?:--\S+\s+)*"?([\w./-]+\.js)/.exec(text)?.[1]?.replace(/^\.\//, '');
  if (!started || !own || started === own || checkout.has(`${directory}/${started}`)) return [];
  return [
    {
      what: 'api.command',
      level: 'stops',
      where: { file: 'saiondo.yaml', path: 'components.api.command' },
      found: `\`${command}\`; the project starts ${own} (${/\bnode["'\s,]/.test(image) ? 'Dockerfile' : 'package.json'})`,
      needed: 'the file that the build writes',
      fix: `components.api.command: node ${own}`,
      set: { 'components.api.command': `node ${own}` },
    },
  ];
}

function checkHealth(
  name: 'api' | 'llm',
  healthPath: string,
  routes: readonly { readonly path: string; readonly file: string; readonly line: number }[],
  directory: string,
): CheckFinding[] {
  const wanted = healthPath.replace(/\/$/, '') || '/';
  if (routes.some(({ path }) => (path.replace(/\/$/, '') || '/') === wanted)) return [];
  const near = routes.filter(({ path }) => /health|live|ready|ping|status/.test(path));
  const [first] = near;
  return [
    {
      what: `${name}.health`,
      // A route that is put together while the program runs cannot be seen.
      level: routes.length > 0 ? 'stops' : 'warning',
      where: first ? { file: first.file, line: first.line } : { file: directory },
      found:
        near.length > 0 ? near.map(({ path }) => path).join(', ') : `no route ${healthPath} among ${routes.length}`,
      needed: `GET ${healthPath}, which is asked before a task counts as healthy`,
      fix: first
        ? `components.${name}.healthPath: ${first.path}`
        : `answer GET ${healthPath}, or name another path in components.${name}.healthPath`,
      ...(first ? { set: { [`components.${name}.healthPath`]: first.path } } : {}),
    },
  ];
}

/** A client of Redis that is told of no TLS. */
function checkRedis(checkout: Checkout, { components, environments }: Configuration): CheckFinding[] {
  const { directory } = components.api;
  const manifest = checkout.text(`${directory}/package.json`) ?? '';
  if (!/"(ioredis|redis|@keyv\/redis)"\s*:/.test(manifest)) return [];
  const files = filesBelow(checkout, directory)
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .map((file) => `${directory}/${file}`);
  const text = (file: string): string => checkout.text(file) ?? '';
  if (files.some((file) => /\btls\b\s*:|rediss:|REDIS_TLS|REDIS_URL/.test(text(file)))) return [];
  const file = files.find((one) => /new (Io)?Redis\(|createClient\(/.test(text(one)));
  const strict = Object.entries(environments)
    .filter(([, { cache }]) => cache.tls === 'required')
    .map(([name]) => name);
  if (file === undefined || strict.length === 0) return [];
  const line = lineOf(text(file), /new (Io)?Redis\(|createClient\(/);
  return [
    {
      what: 'api.redis',
      level: 'warning',
      where: { file, ...(line ? { line } : {}) },
      found: 'a client of Redis without TLS',
      needed: 'TLS: Redis takes no other connection (REDIS_TLS=true, REDIS_PASSWORD)',
      fix: `give the client tls: {} where REDIS_TLS is true; or environments.${strict[0] ?? 'dev'}.cache.tls: preferred`,
      set: Object.fromEntries(strict.map((one) => [`environments.${one}.cache.tls`, 'preferred'])),
    },
  ];
}
