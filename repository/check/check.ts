import { posix } from 'node:path';
import type { Configuration } from '../../config/load';
import type { Checkout } from '../checkout';
import { componentBuilds } from '../component-builds';
import type { CheckFinding } from './finding';
import { missingFile } from './missing-file';
import { checkApi, checkLlm } from './services';
import { checkApiTests, checkContracts, checkWeb } from './sites';
import { checkTestVariables, checkVariables } from './variables';

const ORDER = { stops: 0, warning: 1, note: 2 } as const;

/** Everything that the pipeline asks of an application repository and does not find, the worst first. Nothing of it is run. */
export function checkRepository(checkout: Checkout, configuration: Configuration): CheckFinding[] {
  const { components } = configuration;
  const { api, llm, web, contracts, otherWeb } = components;
  const folders = [
    ...Object.entries({ api, llm, web, contracts }),
    ...Object.entries(otherWeb).map(([name, app]) => [`otherWeb.${name}`, app] as const),
  ].flatMap(([name, component]) => (component ? [[name, component] as const] : []));
  const missing = folders.filter(([, { directory }]) => !checkout.has(directory)).map(([name]) => name);
  const builds = componentBuilds(checkout, components);
  const there = (name: string, found: () => CheckFinding[]): CheckFinding[] => (missing.includes(name) ? [] : found());
  const findings = [
    ...folders
      .filter(([name]) => missing.includes(name))
      .map(([name, { directory }]) =>
        missingFile(
          `${name}.directory`,
          checkout,
          directory,
          `the folder of components.${name}`,
          `components.${name}.directory`,
        ),
      ),
    ...there('api', () => [
      ...checkApi(checkout, configuration, builds),
      ...checkApiTests(checkout, configuration, builds),
    ]),
    ...there('llm', () => [
      ...checkLlm(checkout, configuration, builds),
      ...checkTestVariables(checkout, configuration),
    ]),
    ...there('web', () => checkWeb(checkout, configuration, builds)),
    ...there('contracts', () => checkContracts(checkout, configuration, builds)),
    ...checkVariables(checkout, configuration),
  ];
  return findings
    .map((one) => ({ ...one, where: { ...one.where, file: posix.normalize(one.where.file) } }))
    .sort((a, b) => ORDER[a.level] - ORDER[b.level]);
}
