import { filesBelow, type Checkout } from './checkout';

/** A variable that a component’s code asks its environment for. */
export interface AskedVariable {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** `required`: the code ends without it, as far as it can be seen; `read`: it is read without a value to fall back on, or with an empty one; `default`: with one. */
  readonly need: 'required' | 'read' | 'default';
  /** Whether it is read when the module is loaded: the line stands in no function, as its indentation tells. */
  readonly atLoad: boolean;
}

const NODE_FILES = /\.[cm]?[jt]sx?$/;
const TEST_FILES =
  /(^|\/)(test|tests|__tests__|e2e)\/|[.-](spec|test)\.[cm]?[jt]sx?$|(^|\/)test_[^/]*\.py$|(^|\/)conftest\.py$/;
/** What every platform sets, or a tool sets for itself. */
const AMBIENT = new Set([
  ...['NODE_ENV', 'PATH', 'HOME', 'PWD', 'TZ', 'CI', 'HOSTNAME', 'USER', 'DEBUG', 'PORT', 'PYTHONPATH', 'MODE', 'DEV'],
  ...['PROD', 'BASE_URL', 'SSR', 'npm_package_version'],
]);

interface Pattern {
  readonly files: RegExp;
  /** The name is the first group, what follows it the second. */
  readonly finds: RegExp;
  readonly needOf: (rest: string) => AskedVariable['need'];
}

/** An empty text to fall back on: whoever reads the variable gets nothing, as without one. */
const EMPTY = /^\s*(\?\?|\|\||,)\s*(''|""|``)/;

const falls = (rest: string): AskedVariable['need'] =>
  !EMPTY.test(rest) && /^\s*(\?\?|\|\||\?(?!\.)|,\s*['"`\d])/.test(rest) ? 'default' : 'read';

/** How code asks for a variable: Node, Vite, NestJS’s ConfigService, Python. */
const PATTERNS: readonly Pattern[] = [
  { files: NODE_FILES, finds: /\bprocess\.env(?:\.|\[['"])([A-Z][A-Z0-9_]*)(?:['"]\])?([^\n]{0,24})/g, needOf: falls },
  { files: NODE_FILES, finds: /\bimport\.meta\.env\.([A-Z][A-Z0-9_]*)([^\n]{0,24})/g, needOf: falls },
  {
    files: NODE_FILES,
    finds: /\bgetOrThrow(?:<[^>]*>)?\(\s*['"]([A-Z][A-Z0-9_]*)['"]([^\n]{0,24})/g,
    needOf: () => 'required',
  },
  {
    files: NODE_FILES,
    finds: /\b(?:config|configService|cfg)\.get(?:<[^>]*>)?\(\s*['"]([A-Z][A-Z0-9_]*)['"]([^\n]{0,24})/g,
    needOf: falls,
  },
  {
    files: /\.py$/,
    finds: /\bos\.environ\[\s*['"]([A-Z][A-Z0-9_]*)['"]\s*\]([^\n]{0,12})/g,
    needOf: (rest) => (/^\s*=(?!=)/.test(rest) ? 'default' : 'required'),
  },
  {
    files: /\.py$/,
    finds: /\bos\.(?:getenv|environ\.get)\(\s*['"]([A-Z][A-Z0-9_]*)['"]([^\n]{0,24})/g,
    needOf: (rest) => (/^\s*,/.test(rest) && !EMPTY.test(rest) ? 'default' : 'read'),
  },
];

const STRENGTH = { default: 0, read: 1, required: 2 } as const;

/** The variables that a component’s own code asks for, the most needed place of each; tests and what every platform sets left out. */
export function askedVariables(checkout: Checkout, directory: string): AskedVariable[] {
  const found = new Map<string, AskedVariable>();
  const add = (one: AskedVariable): void => {
    const before = found.get(one.name);
    if (AMBIENT.has(one.name) || (before && STRENGTH[before.need] >= STRENGTH[one.need])) return;
    found.set(one.name, one);
  };
  for (const relative of filesBelow(checkout, directory)) {
    if (TEST_FILES.test(relative)) continue;
    const patterns = PATTERNS.filter(({ files }) => files.test(relative));
    if (patterns.length === 0) continue;
    const file = directory === '.' ? relative : `${directory}/${relative}`;
    const text = checkout.text(file) ?? '';
    for (const { finds, needOf } of patterns)
      for (const match of text.matchAll(finds)) {
        const atLoad = !/^\s/.test(text.slice(text.lastIndexOf('\n', match.index) + 1));
        const need = needOf(match[2] ?? '');
        // Python reads it where the function is called, which may be never.
        const sure = need === 'required' && relative.endsWith('.py') && !atLoad ? 'read' : need;
        add({ name: match[1] ?? '', file, line: lineAt(text, match.index), need: sure, atLoad });
      }
    for (const one of validated(text, file)) add(one);
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Fields of a class that class-validator checks the environment with: required unless they are optional. */
function validated(text: string, file: string): AskedVariable[] {
  if (!/class-validator/.test(text)) return [];
  return [...text.matchAll(/((?:^\s*@\w+\([^\n]*\)\s*\n)+)\s*([A-Z][A-Z0-9_]+)[!?]?\s*:/gm)].map((match) => ({
    name: match[2] ?? '',
    file,
    line: lineAt(text, match.index + match[0].lastIndexOf(match[2] ?? '')),
    need: match[1]?.includes('@IsOptional') ? ('default' as const) : ('required' as const),
    atLoad: false,
  }));
}

/** The variables that an example of an environment file names, with the value that it shows. */
export function exampleVariables(
  checkout: Checkout,
  directory: string,
): { readonly file: string; readonly values: ReadonlyMap<string, string> } | undefined {
  const file = filesBelow(checkout, directory)
    .filter((one) => /^(\.?env[.-](example|sample|template)|example\.env)\s*$/.test(one))
    .map((one) => `${directory}/${one}`)[0];
  if (file === undefined) return undefined;
  const values = new Map<string, string>();
  for (const [, name = '', value = ''] of (checkout.text(file) ?? '').matchAll(
    /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/gm,
  ))
    values.set(name, value.trim().replace(/^(['"])(.*)\1$/, '$2'));
  return { file, values };
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
