import * as fs from 'node:fs';
import * as path from 'node:path';
import { closest } from 'fastest-levenshtein';
import { SaiondoError } from '../model/errors';
import { AREAS, type Rule } from './fidelity-table';

/**
 * The scenario with this name.
 * @throws SaiondoError `SCENARIO_UNKNOWN` with the nearest name
 */
export function scenarioNamed(name: string, rules: readonly Rule[]): Rule {
  const found = rules.find((rule) => rule.name === name);
  if (found) return found;
  const names = rules.map((rule) => rule.name);
  throw new SaiondoError(`test/scenarios has no folder "${name}"`, {
    code: 'SCENARIO_UNKNOWN',
    next: `did you mean: npm run scenario ${closest(name, names)}`,
  });
}

/**
 * Makes `test/scenarios/NAME` from the area's template: a scenario that passes, to be changed.
 * @param root the repository's folder
 * @returns the new folder
 * @throws SaiondoError `SCENARIO_INVALID` where the area or the name is wrong, or the folder is there
 */
export function makeScenario(root: string, area: string, name: string): string {
  const folder = path.join(root, 'test/scenarios', name);
  const refuse = (message: string, next: string): never => {
    throw new SaiondoError(message, { code: 'SCENARIO_INVALID', next });
  };
  if (!AREAS.some((one) => one === area))
    refuse(`the area is "${area}"; expected one of ${AREAS.join(', ')}`, 'npm run scenario:new AREA NAME');
  if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(name))
    refuse(`the name is "${name}"; expected words in kebab case`, `npm run scenario:new ${area} a-rule-in-words`);
  if (fs.existsSync(folder)) refuse(`test/scenarios/${name} exists`, 'choose another name, or change that scenario');
  fs.cpSync(path.join(root, 'test/scenario/templates', area), folder, { recursive: true });
  return folder;
}
