import type { Configuration } from '../../config/load';
import type { Checkout } from '../checkout';
import { askedVariables, exampleVariables } from '../environment-names';
import type { CheckFinding } from './finding';

/** What the template gives each service by itself (`lib/services-stack.ts`). */
export const GIVEN: Readonly<Record<'api' | 'llm', readonly string[]>> = {
  api: [
    'NODE_ENV',
    'PORT',
    'DB_HOST',
    'DB_PORT',
    'DB_NAME',
    'DB_USER',
    'DB_PASSWORD',
    'DATABASE_URL',
    'LLM_API_URL',
    'REDIS_HOST',
    'REDIS_PORT',
    'REDIS_PASSWORD',
    'REDIS_TLS',
  ],
  llm: [],
};

/** Names of secrets, as code and examples have them. */
export const SECRET_NAME = /(SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY|MNEMONIC|CREDENTIALS|_KEY)$/;

/**
 * The variables that a service’s code asks for and an environment does not give: one finding a variable, with the environments that lack it.
 * What has a value to fall back on is left out.
 */
export function checkVariables(
  checkout: Checkout,
  { components, environments, project }: Configuration,
): CheckFinding[] {
  return (['api', 'llm'] as const).flatMap((service) => {
    const component = components[service];
    if (!component) return [];
    const { directory } = component;
    const asked = new Map(askedVariables(checkout, directory).map((one) => [one.name, one]));
    const example = exampleVariables(checkout, directory);
    for (const name of example?.values.keys() ?? []) {
      const line = example
        ? (checkout.text(example.file) ?? '').split('\n').findIndex((text) => text.includes(`${name}=`)) + 1
        : 1;
      if (example && !asked.has(name))
        asked.set(name, { name, file: example.file, line, need: 'default', atLoad: false });
    }
    return [...asked.values()].flatMap(({ name, file, line, need }) => {
      const without = (['dev', 'prod'] as const).filter((environment) => {
        const { environment: plain, secrets, contracts } = environments[environment].services[service];
        return ![...GIVEN[service], ...Object.keys(plain), ...Object.keys(secrets), ...Object.keys(contracts)].includes(
          name,
        );
      });
      const secret = SECRET_NAME.test(name);
      if (without.length === 0 || (need === 'default' && !secret)) return [];
      const contract = /CONTRACT.*ADDRESS|ADDRESS.*CONTRACT/.test(name)
        ? Object.keys(components.contracts?.contracts ?? {})[0]
        : undefined;
      const shown = example?.values.get(name);
      const [key, valueOf]: [string, (environment: string) => string | undefined] = secret
        ? ['secrets', (environment) => `${project}/${environment}/${service}:${name}`]
        : contract
          ? ['contracts', () => contract]
          : ['environment', () => (shown !== undefined && shown !== '' ? shown : guessed(name))];
      const [first = 'dev'] = without;
      const set = Object.fromEntries(
        without.flatMap((environment) => {
          const value = valueOf(environment);
          return value === undefined ? [] : [[`environments.${environment}.services.${service}.${key}.${name}`, value]];
        }),
      );
      return [
        {
          what: `${service}.variables`,
          level: need === 'required' ? ('stops' as const) : need === 'read' ? ('warning' as const) : ('note' as const),
          where: { file, line },
          found: `${name} is asked for, and ${without.join(' and ')} ${without.length > 1 ? 'do' : 'does'} not give it`,
          needed: need === 'required' ? 'a value: the code ends without one' : 'a value, where the service needs it',
          fix: `environments.${first}.services.${service}.${key}.${name}: ${valueOf(first) ?? 'VALUE'}`,
          ...(need !== 'default' && Object.keys(set).length > 0 ? { set } : {}),
        },
      ];
    });
  });
}

/** Keys that an import of the llm’s tests wants: Python raises them while it loads a module. */
export function checkTestVariables(checkout: Checkout, { components }: Configuration): CheckFinding[] {
  if (!components.llm) return [];
  const { directory, buildEnvironment, buildSecrets } = components.llm;
  return askedVariables(checkout, directory)
    .filter(
      ({ name, need, atLoad }) =>
        atLoad &&
        SECRET_NAME.test(name) &&
        need !== 'default' &&
        !(name in buildEnvironment) &&
        !(name in buildSecrets),
    )
    .map(({ name, file, line, need }) => ({
      what: 'llm.testVariables',
      level: need === 'required' ? ('stops' as const) : ('warning' as const),
      where: { file, line },
      found: `${name} is read when the module is loaded, and LlmTest does not give it`,
      needed: 'a value in the build that tests it; a client may refuse to be made without one',
      fix: `components.llm.buildEnvironment.${name}: a value that no service takes, such as "test"`,
      set: { [`components.llm.buildEnvironment.${name}`]: 'test' },
    }));
}

/** What a setting of this name usually says; undefined where nobody can know. */
function guessed(name: string): string | undefined {
  if (/EXPIRES_IN$/.test(name)) return /REFRESH/.test(name) ? '7d' : '1d';
  if (/TRACING/.test(name)) return 'false';
  return undefined;
}
