import type { Configuration } from './saiondo.schema';

/** A secret of `saiondo.yaml` that a person has to put in place. */
export interface WantedSecret {
  readonly account: string;
  readonly region: string;
  /** Its name in Secrets Manager. */
  readonly name: string;
  /** The keys that its JSON has to have; empty where it is one text. */
  readonly keys: readonly string[];
  /** The keys of `saiondo.yaml` that name it. */
  readonly namedBy: readonly string[];
}

/** Every secret that services and tests are given: of each account once, with all of its keys. */
export function wantedSecrets({ components, environments, pipeline }: Configuration): WantedSecret[] {
  const found = new Map<string, WantedSecret>();
  const add = ({ account, region }: { account: string; region: string }, reference: string, namedBy: string): void => {
    const [name = '', key] = reference.startsWith('arn:') ? [reference] : reference.split(':');
    const id = `${account}/${region}/${name}`;
    const before = found.get(id) ?? { account, region, name, keys: [], namedBy: [] };
    found.set(id, {
      ...before,
      keys: [...new Set([...before.keys, ...(key ? [key] : [])])],
      namedBy: [...before.namedBy, namedBy],
    });
  };
  for (const [name, component] of Object.entries(components)) {
    if (component === undefined) continue;
    const apps = 'directory' in component ? { [name]: component } : component;
    for (const [app, { buildSecrets }] of Object.entries(
      apps as Readonly<Record<string, { readonly buildSecrets: Readonly<Record<string, string>> }>>,
    ))
      for (const [variable, secret] of Object.entries(buildSecrets))
        add(pipeline, secret, `components.${name === app ? name : `${name}.${app}`}.buildSecrets.${variable}`);
  }
  for (const [name, environment] of Object.entries(environments))
    for (const service of ['api', 'llm'] as const)
      for (const [variable, secret] of Object.entries(environment.services[service].secrets))
        add(environment, secret, `environments.${name}.services.${service}.secrets.${variable}`);
  return [...found.values()];
}

/** The command that makes it on AWS. */
export function createCommand({ region, name, keys }: WantedSecret): string {
  const text = keys.length > 0 ? `'${JSON.stringify(Object.fromEntries(keys.map((key) => [key, '…'])))}'` : `'…'`;
  return `aws secretsmanager create-secret --region ${region} --name ${name} --secret-string ${text}`;
}
