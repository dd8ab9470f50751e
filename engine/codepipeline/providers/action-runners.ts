import type { ActionRunner, ActionRunners } from '../../ports/action';
import type { ActionServices } from '../actions/action-provider';
import { ACTION_PROVIDERS, actionProvider } from './action-providers';

/**
 * Every action that this machine can run, by `Category/Owner/Provider`. What is not in here ends as not rehearsed. Approvals are not in
 * here either: the execution itself waits for them.
 */
export function actionRunners(given: Omit<ActionServices, 'providerOf'>): ActionRunners {
  const services: ActionServices = { ...given, providerOf: actionProvider };
  return new Map(
    ACTION_PROVIDERS.flatMap(({ kinds, run }) =>
      kinds.flatMap((kind): [string, ActionRunner][] => (run ? [[kind, (context) => run(context, services)]] : [])),
    ),
  );
}
