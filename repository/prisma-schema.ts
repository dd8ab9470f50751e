import { posix } from 'node:path';
import { filesBelow, jsonOf, type Checkout } from './checkout';
import { workspaceOf } from './workspace';

/** Where a project keeps its Prisma schema and migrations. */
export interface PrismaProject {
  /** The folder that Prisma runs in, relative to the repository: the project's own, or that of a package of its workspace. */
  readonly directory: string;
  /** The schema as Prisma is given it: a file, or a folder of `.prisma` files, relative to the project. */
  readonly schema: string;
  /** Its files, relative to the repository. */
  readonly files: readonly string[];
  /** The folder of its migrations, relative to the project. */
  readonly migrations: string;
}

/** A column of a model, by its name in the database. */
export interface PrismaColumn {
  readonly name: string;
  readonly line: number;
}

/** A table that a schema asks for. */
export interface PrismaTable {
  /** Its name in the database. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly columns: readonly PrismaColumn[];
}

const CONFIGURATIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `prisma.config.${ending}`);

/**
 * The Prisma project of a folder; undefined without a schema. Asked in Prisma’s own order: prisma.config, `prisma.schema` of package.json, then
 * prisma/schema.prisma and schema.prisma (prisma.io/docs/orm/prisma-schema/overview/location).
 */
export function prismaOf(checkout: Checkout, directory: string): PrismaProject | undefined {
  const own = prismaIn(checkout, directory);
  if (own) return own;
  const shared = sharedPrisma(checkout, directory);
  return shared === undefined ? undefined : prismaIn(checkout, shared);
}

/** The package of a workspace that holds its schema, where a project has none: the one that it depends on, else the only one. */
function sharedPrisma(checkout: Checkout, directory: string): string | undefined {
  const workspace = workspaceOf(checkout, directory);
  if (workspace === undefined) return undefined;
  const prefix = workspace === '.' ? '' : `${workspace}/`;
  const packages = checkout.files
    .filter((file) => file.startsWith(prefix) && file.endsWith('/package.json'))
    .map((file) => posix.dirname(file))
    .filter((folder) => folder !== directory && prismaIn(checkout, folder) !== undefined);
  const { dependencies, devDependencies } = jsonOf(checkout, posix.join(directory, 'package.json')) ?? {};
  const wanted = { ...(dependencies as object), ...(devDependencies as object) };
  const named = packages.find((folder) => String(jsonOf(checkout, posix.join(folder, 'package.json'))?.name) in wanted);
  return named ?? (packages.length === 1 ? packages[0] : undefined);
}

function prismaIn(checkout: Checkout, directory: string): PrismaProject | undefined {
  const inProject = (file: string): string => posix.join(directory, file);
  const configuration = CONFIGURATIONS.map((name) => checkout.text(inProject(name))).find((text) => text !== undefined);
  const configured = (pattern: RegExp): string | undefined => pattern.exec(configuration ?? '')?.[1];
  const named = (jsonOf(checkout, inProject('package.json'))?.prisma as { schema?: unknown } | undefined)?.schema;
  const quoted = String.raw`(?:path\.join\(\s*)?['"\x60]([\w./-]+)['"\x60]\s*\)?`;
  const schema = [
    configured(new RegExp(String.raw`\bschema\s*:\s*${quoted}`)),
    named,
    'prisma/schema.prisma',
    'schema.prisma',
  ]
    .filter((file): file is string => typeof file === 'string')
    .map((file) => posix.normalize(file).replace(/\/$/, ''))
    .find((file) => checkout.has(inProject(file)));
  if (schema === undefined) return undefined;
  const whole = inProject(schema);
  const files = checkout.text(whole) === undefined ? prismaFilesBelow(checkout, whole) : [whole];
  const main = files.find((file) => /^datasource\s+\w+\s*\{/m.test(checkout.text(file) ?? '')) ?? files[0] ?? whole;
  const migrations =
    configured(new RegExp(String.raw`\bmigrations\s*:\s*\{[^}]*\bpath\s*:\s*${quoted}`)) ??
    posix.relative(directory, posix.join(posix.dirname(main), 'migrations'));
  return { directory, schema, files, migrations: posix.normalize(migrations) };
}

function prismaFilesBelow(checkout: Checkout, folder: string): string[] {
  return filesBelow(checkout, folder)
    .filter((file) => file.endsWith('.prisma'))
    .map((file) => posix.join(folder, file));
}

/** Types of a column that are no model and no enum of the schema (Prisma schema reference, "Model field scalar types"). */
const SCALARS = /^(String|Boolean|Int|BigInt|Float|Decimal|DateTime|Json|Bytes|Unsupported\b.*)$/;
const FIELD = /^\s*(\w+)\s+(Unsupported\("[^"]*"\)|\w+)(?:\[\])?\??(.*)$/;

/** A model or an enum of a schema, with the lines between its braces. */
interface Block {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly lines: readonly string[];
}

/** The tables of a project’s schema; a relation’s field is no column, and a view is no table. */
export function prismaTables(checkout: Checkout, { files }: PrismaProject): PrismaTable[] {
  const blocks = files.flatMap((file) => blocksOf(file, checkout.text(file) ?? ''));
  const enums = new Set(blocks.filter(({ kind }) => kind === 'enum').map(({ name }) => name));
  return blocks
    .filter(({ kind }) => kind === 'model')
    .map(({ file, name, lines, line }) => ({
      name: lines.map((text) => /^\s*@@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(text)?.[1]).find(Boolean) ?? name,
      file,
      line,
      columns: lines.flatMap((text, at) => {
        const [, field = '', type = '', rest = ''] = FIELD.exec(text.replace(/\/\/.*$/, '')) ?? [];
        if (!SCALARS.test(type) && !enums.has(type)) return [];
        return [{ name: /@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(rest)?.[1] ?? field, line: line + 1 + at }];
      }),
    }));
}

function blocksOf(file: string, text: string): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { lines: string[] }) | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const head = /^\s*(model|enum)\s+(\w+)\s*\{/.exec(line);
    if (head) {
      open = { kind: head[1] ?? '', name: head[2] ?? '', file, line: at + 1, lines: [] };
      blocks.push(open);
    } else if (/^\s*\}/.test(line)) open = undefined;
    else open?.lines.push(line);
  }
  return blocks;
}
