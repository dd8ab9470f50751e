import { SaiondoError } from '../../model/errors';
import type { ActionDefinition } from '../../model/pipeline';

const REFERENCE = /#\{([A-Za-z0-9@_-]+)\.([^{}]+?)\}/g;

/** The namespaces that an action's configuration refers to. */
export function namespacesOf(action: ActionDefinition): Set<string> {
  const text = JSON.stringify([action.configuration, action.commands ?? [], action.environmentVariables ?? []]);
  return new Set([...text.matchAll(REFERENCE)].map(([, namespace = '']) => namespace));
}

/**
 * Resolves every `#{namespace.key}` of an action just before it starts (CodePipeline User Guide, "Variables reference").
 * @throws SaiondoError `VARIABLE_UNRESOLVED` naming the reference and what there is
 */
export function resolveAction(
  action: ActionDefinition,
  variables: ReadonlyMap<string, Readonly<Record<string, string>>>,
  at: string,
): ActionDefinition {
  const resolveText = (text: string, key: string): string =>
    text.replace(REFERENCE, (reference, namespace: string, name: string) => {
      const value = variables.get(namespace)?.[name];
      if (value !== undefined) return value;
      const known = variables.get(namespace);
      throw new SaiondoError(`${at}: ${key} refers to ${reference}, which has no value`, {
        code: 'VARIABLE_UNRESOLVED',
        next: known
          ? `the namespace ${namespace} has: ${Object.keys(known).join(', ') || 'nothing'}`
          : `namespaces so far: ${[...variables.keys()].join(', ')}`,
      });
    });
  return {
    ...action,
    configuration: Object.fromEntries(
      Object.entries(action.configuration).map(([name, value]) => [name, resolveText(value, name)]),
    ),
    ...(action.commands ? { commands: action.commands.map((command) => resolveText(command, 'Commands')) } : {}),
    ...(action.environmentVariables
      ? {
          environmentVariables: action.environmentVariables.map((one) => ({
            ...one,
            value: resolveText(one.value, one.name),
          })),
        }
      : {}),
  };
}
