import { SaiondoError } from '../../../model/errors';
import {
  actionPath,
  type ActionDefinition,
  type PipelineDefinition,
  type RuleDefinition,
} from '../../../model/pipeline';
import type { ExecutionState } from '../../../model/run-state';

const REFERENCE = /#\{([A-Za-z0-9@_-]+)\.([^{}]+?)\}/g;

/** Values by namespace and name. */
export type Variables = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The namespaces that the configuration of an action or a rule refers to. */
export function namespacesOf(one: ActionDefinition | RuleDefinition): Set<string> {
  const environment = 'environmentVariables' in one ? one.environmentVariables : undefined;
  const text = JSON.stringify([one.configuration, one.commands ?? [], environment ?? []]);
  return new Set([...text.matchAll(REFERENCE)].map(([, namespace = '']) => namespace));
}

/**
 * What an action or rule may refer to: the execution's own variables, and the namespaces of actions that have succeeded in an earlier stage or, in the
 * same stage, in a lower run order (CodePipeline User Guide, "Variables reference"). An action without a namespace cannot be referred to.
 * @param before the stage, and the run order in it; a rule sees its stage's actions as far as they have succeeded
 */
export function variablesBefore(
  pipeline: PipelineDefinition,
  execution: ExecutionState,
  before: { readonly stage: string; readonly runOrder: number },
): Variables {
  const variables = new Map<string, Readonly<Record<string, string>>>(Object.entries(execution.namespaces ?? {}));
  variables.set('codepipeline', { PipelineExecutionId: execution.executionId });
  variables.set(
    'variables',
    Object.fromEntries(
      pipeline.variables.flatMap(({ name, defaultValue }) => {
        const value = execution.variables[name] ?? defaultValue;
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  );
  const at = pipeline.stages.findIndex((stage) => stage.name === before.stage);
  pipeline.stages.slice(0, at + 1).forEach((stage, index) => {
    for (const action of stage.actions) {
      if (!action.namespace || (index === at && action.runOrder >= before.runOrder)) continue;
      const state = execution.actions.get(actionPath(stage.name, action.name));
      if (state?.status === 'Succeeded') variables.set(action.namespace, state.outputVariables ?? {});
    }
  });
  return variables;
}

/**
 * Resolves every `#{namespace.key}` of an action just before it starts (CodePipeline User Guide, "Variables reference").
 * @throws SaiondoError `VARIABLE_UNRESOLVED` naming the reference and what there is
 */
export function resolveAction(action: ActionDefinition, variables: Variables, at: string): ActionDefinition {
  return {
    ...action,
    configuration: resolveMap(action.configuration, variables, at),
    ...(action.commands
      ? { commands: action.commands.map((command) => resolveText(command, 'Commands', variables, at)) }
      : {}),
    ...(action.environmentVariables
      ? {
          environmentVariables: action.environmentVariables.map((one) => ({
            ...one,
            value: resolveText(one.value, one.name, variables, at),
          })),
        }
      : {}),
  };
}

/** Resolves every `#{namespace.key}` of a rule, as {@link resolveAction} does. @throws SaiondoError `VARIABLE_UNRESOLVED` */
export function resolveRule(rule: RuleDefinition, variables: Variables, at: string): RuleDefinition {
  return {
    ...rule,
    configuration: resolveMap(rule.configuration, variables, at),
    ...(rule.commands ? { commands: rule.commands.map((one) => resolveText(one, 'Commands', variables, at)) } : {}),
  };
}

function resolveMap(
  map: Readonly<Record<string, string>>,
  variables: Variables,
  at: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, resolveText(value, name, variables, at)]),
  );
}

function resolveText(text: string, key: string, variables: Variables, at: string): string {
  return text.replace(REFERENCE, (reference, namespace: string, name: string) => {
    const known = variables.get(namespace);
    const value = known?.[name];
    if (value !== undefined) return value;
    throw new SaiondoError(`${at}: ${key} refers to ${reference}, which has no value`, {
      code: 'VARIABLE_UNRESOLVED',
      next: known
        ? `the namespace ${namespace} has: ${Object.keys(known).join(', ') || 'nothing'}`
        : `namespaces so far: ${[...variables.keys()].join(', ')}`,
    });
  });
}
