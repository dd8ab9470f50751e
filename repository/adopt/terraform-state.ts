import { z } from 'zod';
import { SaiondoError } from '../../model/errors';

/** A resource that Terraform manages: its address in the configuration, its type, and its attributes as the provider names them. */
export interface TerraformResource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The next `terraform apply` replaces it (developer.hashicorp.com, "Command: taint"). */
  readonly tainted?: boolean;
}

// What is not known yet has no values.
const values = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((given) => given ?? {});
const shown = z.object({
  address: z.string(),
  mode: z.string().default('managed'),
  type: z.string(),
  values,
  /** Of an object that a replacement left behind: what is destroyed next is nobody’s to adopt. */
  deposed_key: z.string().optional(),
  tainted: z.boolean().default(false),
});
interface Module {
  readonly resources?: z.infer<typeof shown>[] | undefined;
  readonly child_modules?: Module[] | undefined;
}
const module_: z.ZodType<Module> = z.lazy(() =>
  z.object({ resources: z.array(shown).optional(), child_modules: z.array(module_).optional() }),
);
/** developer.hashicorp.com, "JSON Output Format": the state representation of `terraform show -json`. */
const shownState = z.object({ values: z.object({ root_module: module_ }).optional() });
const showOutput = shownState.extend({
  format_version: z.string().regex(/^[01]\./),
  /** Of a plan: the state that it starts from. */
  prior_state: shownState.optional(),
});
/** The file that Terraform keeps its state in, of version 4 (Terraform's own `internal/states/statefile/version4.go`). */
const stateFile = z.object({
  version: z.literal(4),
  resources: z.array(
    z.object({
      module: z.string().optional(),
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      instances: z.array(
        z.object({
          index_key: z.union([z.number(), z.string()]).nullish(),
          attributes: values,
          /** Of a resource that no newer provider has read since Terraform 0.11: texts alone. */
          attributes_flat: values,
          deposed: z.string().optional(),
          status: z.string().optional(),
        }),
      ),
    }),
  ),
});

/** Of Terraform 0.11 and older, which later ones read and write anew. */
const olderFile = z.object({ version: z.number().max(3), modules: z.array(z.unknown()) });

/**
 * The managed resources of a Terraform state, as `terraform show -json` prints it or as its state file has it. Data sources are left out: they
 * are somebody else's. Nothing is asked of a cloud.
 * @throws SaiondoError `USAGE` where the text is neither
 */
export function readTerraformState(text: string, file: string): TerraformResource[] {
  const json = parsed(text);
  const output = showOutput.safeParse(json);
  if (output.success) {
    const { values: now, prior_state: before } = output.data;
    const root = now?.root_module ?? before?.values?.root_module;
    if (root) return inModule(root);
    throw new SaiondoError(`${file} has no resources`, {
      code: 'USAGE',
      where: { file },
      next: 'run terraform init and terraform apply -refresh-only in the folder of the environment, then terraform show -json > state.json',
    });
  }
  const state = stateFile.safeParse(json);
  if (state.success)
    return state.data.resources
      .filter(({ mode }) => mode === 'managed')
      .flatMap(({ module, type, name, instances }) =>
        instances
          .filter(({ deposed }) => deposed === undefined)
          .map(({ index_key: key, attributes, attributes_flat: flat, status }) => ({
            address: `${module ? `${module}.` : ''}${type}.${name}${key === undefined || key === null ? '' : `[${JSON.stringify(key)}]`}`,
            type,
            values: Object.keys(attributes).length > 0 ? attributes : flat,
            ...(status === 'tainted' ? { tainted: true } : {}),
          })),
      );
  const older = olderFile.safeParse(json);
  if (older.success)
    throw new SaiondoError(`${file} is a state of version ${older.data.version}, which Terraform 0.11 wrote`, {
      code: 'USAGE',
      where: { file },
      next: 'let a newer Terraform read it: terraform init && terraform show -json > state.json, with 0.12 or later',
    });
  throw new SaiondoError(`${file} is not a Terraform state`, {
    code: 'USAGE',
    where: { file },
    next: 'write it with terraform show -json > state.json, in the folder of the environment',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inModule({ resources = [], child_modules: children = [] }: Module): TerraformResource[] {
  return [
    ...resources
      .filter(({ mode, deposed_key: deposed }) => mode === 'managed' && deposed === undefined)
      .map(({ address, type, values: own, tainted }) => ({
        address,
        type,
        values: own,
        ...(tainted ? { tainted } : {}),
      })),
    ...children.flatMap(inModule),
  ];
}

/** A text attribute of a resource; undefined where it has none or an empty one. */
export function textOf({ values: own }: TerraformResource, key: string): string | undefined {
  const value = own[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A list attribute of a resource. */
export function listOf({ values: own }: TerraformResource, key: string): readonly unknown[] {
  const value = own[key];
  return Array.isArray(value) ? (value as unknown[]) : [];
}
