import { posix } from 'node:path';
import { jsonOf, lineOf, type Checkout } from '../checkout';
import type { CheckFinding } from './finding';

/** A configuration is read this far. */
const MOST_CHARACTERS = 100_000;
/** Packages without an entry of their own: only what is below their names can be imported (firebase.google.com, "Upgrade to the modular SDK"). */
const NO_ENTRY = /^firebase$/;

/**
 * Names in Vite's `manualChunks` that no module answers to: Rollup resolves each as an entry and ends where one is not there (rollupjs.org,
 * "output.manualChunks").
 */
export function checkBundler(
  checkout: Checkout,
  key: string,
  directory: string,
  build: readonly string[] | undefined,
): CheckFinding[] {
  const file = ['ts', 'js', 'mts', 'mjs']
    .map((ending) => posix.join(directory, `vite.config.${ending}`))
    .find((one) => checkout.has(one));
  // A build that names a configuration of its own does not read this one.
  if (file === undefined || build?.some((command) => /--config\b|-c\s/.test(command))) return [];
  const text = (checkout.text(file) ?? '').slice(0, MOST_CHARACTERS);
  const chunks = objectAfter(text, 'manualChunks');
  if (chunks === undefined) return [];
  const manifest = jsonOf(checkout, posix.join(directory, 'package.json'));
  const packages = { ...(manifest?.dependencies as object), ...(manifest?.devDependencies as object) };
  const lost = [...chunks.matchAll(/\[([^\]]*)\]/g)]
    .flatMap((list) => [...(list[1] ?? '').matchAll(/['"`]([^'"`\n]+)['"`]/g)].map((one) => one[1] ?? ''))
    .filter((name) =>
      name.startsWith('.') || name.startsWith('/')
        ? !isModule(checkout, posix.join(directory, name))
        : NO_ENTRY.test(name) || !(packageName(name) in packages),
    );
  const [first] = lost;
  if (first === undefined) return [];
  const line = lineOf(
    text,
    first.startsWith('.') ? first : new RegExp(`\\[[^\\]]*['"\`]${first.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"\`]`),
  );
  return [
    {
      what: 'web.bundler',
      level: 'stops',
      where: { file, ...(line ? { line } : {}) },
      found: `manualChunks names ${lost.slice(0, 4).join(', ')}${lost.length > 4 ? ` and ${lost.length - 4} more` : ''}: nothing that can be imported`,
      needed: 'packages of package.json that have an entry, and files: the build ends where one cannot be resolved',
      fix: `take them out of manualChunks; or build without the chunks: components.${key}.build, as saiondo init writes it`,
      set: { [`components.${key}.build`]: withoutChunks(posix.basename(file)) },
    },
  ];
}

/** A build by the project's own configuration without its chunks. */
function withoutChunks(config: string): string[] {
  return [
    `cat > vite.saiondo.config.mjs <<'END'
import { loadConfigFromFile } from 'vite';
export default async (env) => {
  const { config } = await loadConfigFromFile(env, '${config}');
  delete config.build?.rollupOptions?.output?.manualChunks;
  return config;
};
END`,
    'npx vite build --config vite.saiondo.config.mjs',
  ];
}

function packageName(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

function isModule(checkout: Checkout, path: string): boolean {
  return ['', '.ts', '.tsx', '.js', '.jsx', '.mjs', '.vue', '/index.ts', '/index.tsx', '/index.js', '/index.jsx'].some(
    (ending) => checkout.text(`${path}${ending}`) !== undefined,
  );
}

/** The braces that follow a key; undefined where something else does, such as a function. One pass. */
function objectAfter(text: string, key: string): string | undefined {
  const start = text.indexOf(key);
  const open = start < 0 ? undefined : /^\s*:\s*\{/.exec(text.slice(start + key.length, start + key.length + 200));
  if (!open) return undefined;
  const from = start + key.length + open[0].length;
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(from, at);
  }
  return undefined;
}
