import { SaiondoError } from '../../model/errors';
import { knownNames } from '../../model/nearest';
import { previousValue } from '../cloudformation/template/parameters';
import type { AccountInputs } from '../ports/account-inputs';
import type { DeployedStack } from '../ports/ledger';
import type { AssemblyStack } from './assembly';

/**
 * The values that are given for a stack's parameters: the person's, the app's, and what the stack was deployed with (`cdk deploy`, which uses previous
 * values unless it is told otherwise).
 */
export function givenParameters(
  stack: AssemblyStack,
  { parameters }: Pick<AccountInputs, 'parameters'>,
  deployed: DeployedStack | undefined,
): Record<string, string> {
  const declared = Object.keys(stack.template.Parameters ?? {});
  return Object.fromEntries(
    declared.flatMap((name): [string, string][] => {
      const value =
        parameters[`${stack.stackName}:${name}`] ??
        parameters[name] ??
        stack.parameters[name] ??
        previousValue(deployed, stack.template, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Refuses a value for a parameter that no stack has. @throws SaiondoError `PARAMETER_UNKNOWN` with what is nearest */
export function checkParameterNames(stacks: readonly AssemblyStack[], { parameters }: AccountInputs): void {
  const names = stacks.flatMap(({ stackName, template }) =>
    Object.keys(template.Parameters ?? {}).flatMap((name) => [name, `${stackName}:${name}`]),
  );
  const unknown = Object.keys(parameters).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new SaiondoError(`--parameter ${unknown}: no stack that is deployed first has this parameter`, {
    code: 'PARAMETER_UNKNOWN',
    next: knownNames(
      unknown,
      names.filter((name) => name.includes(':') === unknown.includes(':')),
    ),
  });
}
