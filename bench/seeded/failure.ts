import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../commands/input/package';

const change = z.union([
  z.strictObject({ file: z.string(), replace: z.string(), with: z.string() }),
  /** Put before what stands there; a file that is not there begins empty. */
  z.strictObject({ file: z.string(), prepend: z.string() }),
]);

const properties = z.record(z.string(), z.unknown());

/** A failure that is put into the sample monorepo, and what a triage has to say of it. */
export const failureSchema = z.strictObject({
  title: z.string(),
  /** `Stage/Action` that fails. */
  action: z.string().regex(/^[^/]+\/[^/]+$/),
  /** Actions that have to run before it, besides the sources. */
  keep: z.array(z.string()).default([]),
  /** What the machine has to have besides Node and Python. */
  needs: z.array(z.enum(['docker', 'chain'])).default([]),
  /** Takes seconds: part of `npm test`. */
  quick: z.boolean().default(false),
  change: z.array(change),
  /** Properties of CodeBuild projects, by the project's name. */
  projects: z.record(z.string(), properties).default({}),
  /** Properties of an environment's resources: the first one of its type in the stack. */
  resources: z.array(z.strictObject({ stack: z.string(), type: z.string(), set: properties })).default([]),
  /** The project's environment variables, instead of what its environment would give; it is then the pipeline's account's own. */
  environment: z.record(z.string(), z.string()).default({}),
  parameters: z
    .array(z.strictObject({ account: z.string(), region: z.string(), name: z.string(), value: z.string() }))
    .default([]),
  /** A call that the endpoint refuses as IAM does. */
  deny: z
    .strictObject({ operation: z.string(), action: z.string(), role: z.string(), resource: z.string() })
    .optional(),
  /** A server that answers every request with this status, or never: 0; `{answers}` in `environment` is its address. */
  answers: z.number().optional(),
  expect: z.strictObject({
    /** Part of the command; absent where no command ran. */
    command: z.string().optional(),
    /** A regular expression. */
    cause: z.string(),
    known: z.string(),
  }),
});

/** {@link failureSchema} as a type, with the file's name. */
export type SeededFailure = z.infer<typeof failureSchema> & { readonly name: string };

const FOLDER = path.join(packageRoot, 'test', 'triage', 'failures');

/** Every seeded failure, by name. */
export function seededFailures(): SeededFailure[] {
  return fs
    .readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.yaml$/, ''),
      ...failureSchema.parse(parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'))),
    }));
}
