import { filesBelow, jsonOf, lineOf, type Checkout } from './checkout';
import { foreignDockerfile } from './image-file';
import { prismaOf } from './prisma-schema';
import { nodeRoutes, pythonRoutes } from './routes';

/** A value that was found, and where. */
export interface Seen<T> {
  readonly value: T;
  /** `backend/api/src/main.ts:57`, or the rule that it follows from. */
  readonly from: string;
}

/** A service as its folder shows it. */
export interface SeenService {
  readonly directory: string;
  readonly why: string;
  readonly port: Seen<number>;
  readonly healthPath: Seen<string>;
  readonly command: Seen<string>;
  readonly socketPath?: Seen<string>;
}

/** A web app as its folder shows it. */
export interface SeenSite {
  readonly directory: string;
  readonly framework: 'flutter' | 'node';
  readonly why: string;
}

/** The components of an application repository, as far as its files tell. */
export interface Survey {
  readonly api?: SeenService;
  readonly llm?: SeenService;
  readonly sites: readonly SeenSite[];
  readonly contracts?: {
    readonly directory: string;
    readonly why: string;
    readonly deploy?: Seen<string>;
    readonly names: readonly Seen<string>[];
  };
}

/** Looks for the components: nothing of the repository is run. */
export function survey(checkout: Checkout): Survey {
  const folders = [...new Set(checkout.files.map((file) => file.replace(/(^|\/)[^/]*$/, '')))].sort();
  const api = folders.map((folder) => seenApi(checkout, folder)).filter((one) => one !== undefined);
  const llm = folders.map((folder) => seenLlm(checkout, folder)).find((one) => one !== undefined);
  const contracts = folders.map((folder) => seenContracts(checkout, folder)).find((one) => one !== undefined);
  const best = api.find(({ directory }) => prismaOf(checkout, directory) !== undefined) ?? api[0];
  return {
    ...(best ? { api: best } : {}),
    ...(llm ? { llm } : {}),
    ...(contracts ? { contracts } : {}),
    sites: folders.flatMap((folder) => seenSite(checkout, folder) ?? []),
  };
}

/** What builds a site, in addition to Vite and Create React App. */
const SITES = ['next', 'nuxt', 'astro', 'gatsby', '@docusaurus/core', '@angular/cli', '@vue/cli-service'];

const inFolder = (folder: string, file: string): string => (folder ? `${folder}/${file}` : file);

function packagesOf(checkout: Checkout, folder: string): Record<string, unknown> | undefined {
  const manifest = jsonOf(checkout, inFolder(folder, 'package.json'));
  return manifest && { ...(manifest.dependencies as object), ...(manifest.devDependencies as object) };
}

function seenApi(checkout: Checkout, folder: string): SeenService | undefined {
  const packages = packagesOf(checkout, folder);
  const server = packages && ['@nestjs/core', 'fastify', 'express', 'koa'].find((name) => name in packages);
  if (
    !packages ||
    server === undefined ||
    ['vite', 'react-scripts', 'hardhat', ...SITES].some((name) => name in packages)
  )
    return undefined;
  const manifest = inFolder(folder, 'package.json');
  const scripts = (jsonOf(checkout, manifest)?.scripts ?? {}) as Record<string, unknown>;
  const script = ['start:prod', 'start'].find((name) => /^node\s/.test(String(scripts[name] ?? '')));
  const file = dockerfileOf(checkout, folder);
  const image = commandOfImage(checkout, file);
  return {
    directory: folder || '.',
    why: `${manifest} has ${server}`,
    port: portOf(checkout, folder, 3000),
    healthPath: healthOf(nodeRoutes(checkout, folder), '/health'),
    command:
      image ??
      (script
        ? {
            value: String(scripts[script]),
            from: `${manifest}:${lineOf(checkout.text(manifest) ?? '', `"${script}"`) ?? 1}`,
          }
        : { value: 'node dist/main.js', from: 'the default of NestJS' }),
    ...('socket.io' in packages || '@nestjs/platform-socket.io' in packages
      ? { socketPath: { value: '/socket.io', from: `${manifest}: socket.io` } }
      : {}),
  };
}

function seenLlm(checkout: Checkout, folder: string): SeenService | undefined {
  const file = ['requirements.txt', 'pyproject.toml']
    .map((name) => inFolder(folder, name))
    .find((one) => /\b(fastapi|uvicorn|flask)\b/i.test(checkout.text(one) ?? ''));
  if (file === undefined) return undefined;
  const main = filesBelow(checkout, folder).find(
    (one) => one.endsWith('.py') && /\bapp\s*=\s*(FastAPI|Flask)\(/.test(checkout.text(inFolder(folder, one)) ?? ''),
  );
  const module = (main ?? 'src/main.py').replace(/\.py$/, '').replace(/\//g, '.');
  const port = portOf(checkout, folder, 8000);
  return {
    directory: folder || '.',
    why: `${file} has FastAPI`,
    port,
    healthPath: healthOf(pythonRoutes(checkout, folder), '/health'),
    command: commandOfImage(checkout, dockerfileOf(checkout, folder)) ?? {
      value: `uvicorn ${module}:app --host 0.0.0.0 --port ${port.value}`,
      from: main ? inFolder(folder, main) : 'the default',
    },
  };
}

function seenSite(checkout: Checkout, folder: string): SeenSite | undefined {
  if (checkout.has(inFolder(folder, 'pubspec.yaml')) && checkout.has(inFolder(folder, 'web/index.html')))
    return {
      directory: folder,
      framework: 'flutter',
      why: `${inFolder(folder, 'pubspec.yaml')} and its web/index.html`,
    };
  const packages = packagesOf(checkout, folder);
  const builder = packages && ['vite', 'react-scripts', ...SITES].find((name) => name in packages);
  return builder
    ? { directory: folder, framework: 'node', why: `${inFolder(folder, 'package.json')} has ${builder}` }
    : undefined;
}

function seenContracts(checkout: Checkout, folder: string): Survey['contracts'] | undefined {
  const config = ['ts', 'js', 'cjs', 'mjs']
    .map((ending) => inFolder(folder, `hardhat.config.${ending}`))
    .find((file) => checkout.has(file));
  if (!folder || config === undefined) return undefined;
  const scripts = filesBelow(checkout, folder).filter((file) =>
    /^(scripts|deploy)\/[^/]*deploy[^/]*\.[cm]?[jt]s$/.test(file),
  );
  const script = scripts[0];
  const text = scripts.map((file) => checkout.text(inFolder(folder, file)) ?? '').join('\n');
  const names = filesBelow(checkout, folder)
    .filter((file) => file.endsWith('.sol'))
    .flatMap((file) =>
      [...(checkout.text(inFolder(folder, file)) ?? '').matchAll(/^contract\s+(\w+)/gm)].map((match) => ({
        value: match[1] ?? '',
        from: inFolder(folder, file),
      })),
    );
  const deployed = names.filter(({ value }) => new RegExp(`['"]${value}['"]`).test(text));
  return {
    directory: folder,
    why: config,
    ...(script
      ? { deploy: { value: `npx hardhat run --network "$NETWORK" ${script}`, from: inFolder(folder, script) } }
      : {}),
    names: deployed.length > 0 ? deployed : names,
  };
}

/** The Dockerfile of a folder, or the one that is written for it elsewhere. */
function dockerfileOf(checkout: Checkout, folder: string): string {
  const own = inFolder(folder, 'Dockerfile');
  return checkout.has(own) ? own : (foreignDockerfile(checkout, folder) ?? own);
}

/** What an image starts: the JSON form of CMD. */
function commandOfImage(checkout: Checkout, file: string): Seen<string> | undefined {
  const text = checkout.text(file) ?? '';
  const command = [...text.matchAll(/^\s*CMD\s+(\[[^\]]*\])/gim)].at(-1);
  if (!command) return undefined;
  try {
    const words = JSON.parse(command[1] ?? '') as string[];
    return { value: words.join(' '), from: `${file}:${text.slice(0, command.index).split('\n').length}` };
  } catch {
    return undefined;
  }
}

function portOf(checkout: Checkout, folder: string, otherwise: number): Seen<number> {
  const places: readonly (readonly [RegExp, RegExp])[] = [
    [/(^|\/)Dockerfile$/, /^\s*EXPOSE\s+(\d+)/im],
    [/(^|\/)main\.[cm]?[jt]s$/, /\.listen\([^)]*?(\d{4,5})/],
    [/(^|\/)(server|index|app)\.[cm]?[jt]s$/, /\.listen\([^)]*?(\d{4,5})/],
    [/\.py$|(^|\/)Dockerfile$/, /--port["',\s]+(\d+)/],
  ];
  for (const [files, pattern] of places)
    for (const relative of filesBelow(checkout, folder).filter((one) => files.test(one))) {
      const text = checkout.text(inFolder(folder, relative)) ?? '';
      const match = pattern.exec(text);
      if (match)
        return {
          value: Number(match[1]),
          from: `${inFolder(folder, relative)}:${text.slice(0, match.index).split('\n').length}`,
        };
    }
  return { value: otherwise, from: 'the default' };
}

function healthOf(
  routes: readonly { readonly path: string; readonly file: string; readonly line: number }[],
  otherwise: string,
): Seen<string> {
  const found = [/^\/(api\/)?(v\d\/)?health(z)?\/?$/, /health|ready|live|ping/]
    .map((pattern) => routes.find(({ path }) => pattern.test(path)))
    .find((one) => one !== undefined);
  return found
    ? { value: found.path, from: `${found.file}:${found.line}` }
    : { value: otherwise, from: 'the default: no such route was seen' };
}
