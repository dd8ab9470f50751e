import { z } from 'zod';
import { secretId } from './names.schema';

/** A folder inside the application repository: relative, and never out of it. */
export const directory = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'a folder inside the application repository, without `..`');

/** Shell commands: one, or a list that is run in order. An empty list runs nothing. */
const commands = z
  .union([z.string().min(1).array(), z.string().min(1)], { error: 'a shell command, or a list of them' })
  .transform((given) => (typeof given === 'string' ? [given] : given));

/** A name of an environment variable of a build. */
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'a variable’s name: letters, digits and _');

/** What every component says of its build; each key has a default that is read from the component’s own files. */
const build = z.strictObject({
  directory,
  /** Installs the packages, in the component's folder. */
  install: commands.optional(),
  /** Builds after the installation. */
  build: commands.optional(),
  /** Runs the tests. */
  test: commands.optional(),
  /** `none`: the component has no tests, and the build says so. */
  tests: z.literal('none').optional(),
  /** Folders of other components that its builds read and that no file of it names by a path. */
  takes: z.array(directory).default([]),
  /** Variables of the component’s builds, plain text: its tests, a web app’s site, the deployment of contracts. */
  buildEnvironment: z.record(variable, z.string()).default({}),
  /** Variables of the tests from Secrets Manager of the pipeline’s account. Pull requests do not get them. */
  buildSecrets: z.record(variable, secretId).default({}),
});

/** What a component that Node.js builds says more. */
const node = {
  /** Node.js, such as "20". */
  node: z
    .string()
    .regex(/^(18|20|22|24)$/, 'a Node.js that the build image has, in quotes: "18", "20", "22", "24"')
    .optional(),
  /** `npm`, `yarn` or `pnpm`, and where wanted its exact version: `pnpm@8.15.0`. */
  packageManager: z
    .string()
    .regex(/^(npm|yarn|pnpm)(@\d+\.\d+\.\d+(-[\w.]+)?)?$/, 'npm, yarn or pnpm, with an exact version after @')
    .optional(),
};

const service = {
  port: z.number().int().min(1).max(65535),
  healthPath: z.string().startsWith('/'),
  /** What the container runs, given to a shell. */
  command: z.string().min(1),
  /** The user that the container runs as, never root: by default a UID that needs no entry in the image. */
  user: z
    .string()
    .regex(
      /^(?!0+(:|$)|root(:|$))[\w-]+(:[\w-]+)?$/,
      'a user that is not root: a name or UID in quotes, and after a colon a group',
    )
    .default('1000'),
  /** The folder that its image is built in (Docker's context), inside the repository: `.` is its root. By default the component's own. */
  context: directory.optional(),
  /** The Dockerfile of its image: a path in that folder, or the text of one, with its FROM. */
  dockerfile: z
    .string()
    .regex(
      /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[\w./-]+$|(^|\n)FROM /,
      'a path in the folder that the image is built in, or the text of a Dockerfile',
    )
    .default('Dockerfile'),
  /** Migrates the database: `DATABASE_URL` is set. */
  migrate: commands.optional(),
};

/** `components.api`. */
export const apiSchema = build.extend({
  ...node,
  ...service,
  /** Whether the api's own routes begin with /api; else CloudFront takes that off before it asks the api. */
  underApiPath: z.boolean().default(false),
  /** The path of its web sockets and their polling (socket.io), which goes to the api too and keeps to one task. */
  socketPath: z
    .string()
    .regex(/^\/[\w./-]*[\w]$/, 'a path such as /socket.io')
    .optional(),
});

/** `components.llm`. */
export const llmSchema = build.extend({
  ...service,
  /** Python, such as "3.11". */
  python: z
    .string()
    .regex(/^3\.(9|1[0-4])$/, 'a Python that the build image has, in quotes: "3.9" to "3.14"')
    .optional(),
});

/** `components.web`: the site. */
export const webComponentSchema = build.extend({
  ...node,
  /** What builds it; without it what its folder holds: a pubspec.yaml, or a package.json. */
  framework: z.enum(['flutter', 'node']).optional(),
  /** The folder of the built site, inside the component's. */
  output: directory.optional(),
  /** Flutter's version, which the build brings along. */
  flutter: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'a stable version of Flutter in quotes, such as "3.32.8"')
    .optional(),
});

/** `components.contracts`. */
export const contractsComponentSchema = build.extend({
  ...node,
  /** Where the compiler comes from: Solidity's download host, or the npm registry (`npm`, Hardhat 2). */
  compiler: z.enum(['download', 'npm']).default('download'),
  /** Deploys the contracts: `$NETWORK` is the environment's network in a configuration that the pipeline lays over the project's. */
  deploy: z.string().min(1).default('npx hardhat run --network "$NETWORK" scripts/deploy-erc20-token.js'),
  /** The contracts that it deploys, by their names in the source; each with the arguments of its constructor, which the explorer asks for. */
  contracts: z
    .record(
      z.string().regex(/^([\w./-]+\.sol:)?[A-Za-z_$][\w$]*$/, 'a contract’s name, or path/File.sol:Name'),
      z.strictObject({ arguments: z.array(z.union([z.string(), z.number(), z.boolean()])).default([]) }),
    )
    .refine((given) => Object.keys(given).length > 0, 'at least one contract')
    .refine(
      (given) => new Set(Object.keys(given).map((name) => name.replace(/^.*:/, ''))).size === Object.keys(given).length,
      'contracts whose names differ after the colon: their addresses are kept by it',
    )
    .default({ SAIONDO: { arguments: [] } }),
});

/** `components.otherWeb.NAME`: a further web app, served below the site's `/NAME/`. */
export const otherWebSchema = z.record(
  z
    .string()
    .regex(
      /^(?!api$|assets$|static$|js$|css$|images$)[a-z][a-z0-9-]{0,19}$/,
      'the path of a web app: lower-case letters, digits and -',
    ),
  webComponentSchema,
);

/** A component that a repository may not have: `false`, or no such key. */
const mayBeLeftOut = <T extends z.ZodType>(schema: T) =>
  z.preprocess((given) => (given === false ? undefined : given), schema.optional()).optional();

/** `components`. A repository has an api; each of the others where it has one. */
export const componentsSchema = z.strictObject({
  api: apiSchema,
  llm: mayBeLeftOut(llmSchema),
  web: mayBeLeftOut(webComponentSchema),
  otherWeb: otherWebSchema.default({}),
  contracts: mayBeLeftOut(contractsComponentSchema),
});

/** The components as checked. */
export type Components = z.infer<typeof componentsSchema>;
/** An api or an llm as checked: what runs in a container. */
export type ServiceComponent = Components['api'] | NonNullable<Components['llm']>;
/** A web app as checked. */
export type WebComponent = z.infer<typeof webComponentSchema>;
