import { z } from 'zod';
import { SaiondoError } from '../../model/errors';

/** A resource that Terraform manages: its address in the configuration, its type, and its attributes as the provider names them. */
export interface TerraformResource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const values = z.record(z.string(), z.unknown());
const shown = z.object({
  address: z.string(),
  mode: z.string().default('managed'),
  type: z.string(),
  values: values.default({}),
});
interface Module {
  readonly resources?: z.infer<typeof shown>[] | undefined;
  readonly child_modules?: Module[] | undefined;
}
const module_: z.ZodType<Module> = z.lazy(() =>
  z.object({ resources: z.array(shown).optional(), child_modules: z.array(module_).optional() }),
);
/** developer.hashicorp.com, "JSON Output Format": the state representation of `terraform show -json`. */
const showOutput = z.object({
  format_version: z.string().regex(/^[01]\./),
  values: z.object({ root_module: module_ }).optional(),
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
        z.object({ index_key: z.union([z.number(), z.string()]).optional(), attributes: values.default({}) }),
      ),
    }),
  ),
});

/**
 * The managed resources of a Terraform state, as `terraform show -json` prints it or as its state file has it. Data sources are left out: they
 * are somebody else's. Nothing is asked of a cloud.
 * @throws SaiondoError `USAGE` where the text is neither
 */
export function readTerraformState(text: string, file: string): TerraformResource[] {
  const json = parsed(text);
  const output = showOutput.safeParse(json);
  if (output.success) return inModule(output.data.values?.root_module ?? {});
  const state = stateFile.safeParse(json);
  if (state.success)
    return state.data.resources
      .filter(({ mode }) => mode === 'managed')
      .flatMap(({ module, type, name, instances }) =>
        instances.map(({ index_key: key, attributes }) => ({
          address: `${module ? `${module}.` : ''}${type}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`,
          type,
          values: attributes,
        })),
      );
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
      .filter(({ mode }) => mode === 'managed')
      .map(({ address, type, values: own }) => ({ address, type, values: own })),
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
