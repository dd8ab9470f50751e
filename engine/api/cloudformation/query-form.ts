import { SaiondoError } from '../../../model/errors';
import type { DeployedStack } from '../../ports/ledger';
import { previousValue } from '../../cloudformation/template/parameters';
import type { OnFailure } from '../../cloudformation/stack';
import type { StackPolicy } from '../../cloudformation/template/stack-policy';
import type { Template } from '../../cloudformation/template/template';

/** The name of the stack that a request is about: it may name it by its ARN. */
export function stackNameIn(form: URLSearchParams): string {
  const stack = form.get('StackName') ?? '';
  return /:stack\/([^/]+)\//.exec(stack)?.[1] ?? stack;
}

/** The name of the change set that a request is about: it may name it by its ARN. */
export function changeSetNameIn(form: URLSearchParams): string {
  return (form.get('ChangeSetName') ?? '').replace(/^arn:[^/]*:changeSet\/([^/]+)\/.*$/, '$1');
}

/** A list of the Query protocol: `Capabilities.member.1`, `.2` … */
export function listIn(form: URLSearchParams, prefix: string): string[] {
  const items: string[] = [];
  for (let i = 1; form.has(`${prefix}.${i}`); i++) items.push(form.get(`${prefix}.${i}`) ?? '');
  return items;
}

/** The parameter values that a request gives, or takes over from the stack as it is. */
export function parametersIn(
  form: URLSearchParams,
  template: Template,
  deployed: DeployedStack | undefined,
): Record<string, string> {
  const given: Record<string, string> = {};
  for (let i = 1; form.has(`Parameters.member.${i}.ParameterKey`); i++) {
    const of = `Parameters.member.${i}`;
    const name = form.get(`${of}.ParameterKey`) ?? '';
    const value =
      form.get(`${of}.UsePreviousValue`) === 'true'
        ? previousValue(deployed, template, name)
        : form.get(`${of}.ParameterValue`);
    if (value !== null && value !== undefined) given[name] = value;
  }
  return given;
}

/** The stack-level tags that a request gives. */
export function tagsIn(form: URLSearchParams): Record<string, string> {
  const tags: Record<string, string> = {};
  for (let i = 1; form.has(`Tags.member.${i}.Key`); i++)
    tags[form.get(`Tags.member.${i}.Key`) ?? ''] = form.get(`Tags.member.${i}.Value`) ?? '';
  return tags;
}

/** The stack policy that a request gives. @throws SaiondoError `ValidationError` where it is not JSON */
export function policyIn(form: URLSearchParams): StackPolicy {
  try {
    return JSON.parse(form.get('StackPolicyBody') ?? '{}') as StackPolicy;
  } catch {
    throw new SaiondoError('Error validating stack policy: Invalid stack policy', { code: 'ValidationError' });
  }
}

/**
 * What becomes of the stack where its deployment fails; undefined where nothing is said of it.
 * @param key `OnFailure` of CreateStack, `OnStackFailure` of CreateChangeSet
 * @throws SaiondoError `ValidationError` where both ways of saying it are used, or a value is none of AWS's
 */
export function onFailureIn(form: URLSearchParams, key: 'OnFailure' | 'OnStackFailure'): OnFailure | undefined {
  const given = form.get(key);
  const disabled = form.get('DisableRollback');
  if (given !== null && disabled !== null)
    throw new SaiondoError(`You can specify either DisableRollback or ${key}, but not both.`, {
      code: 'ValidationError',
    });
  if (given === null) return disabled === 'true' ? 'DO_NOTHING' : undefined;
  if (given !== 'ROLLBACK' && given !== 'DO_NOTHING' && given !== 'DELETE')
    throw new SaiondoError(
      `1 validation error detected: Value '${given}' at '${key[0]?.toLowerCase()}${key.slice(1)}' failed to satisfy constraint: Member must satisfy enum value set: [DO_NOTHING, ROLLBACK, DELETE]`,
      { code: 'ValidationError' },
    );
  return given;
}
