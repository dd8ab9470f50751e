import * as path from 'node:path';
import type { Layout } from '../../../model/layout';
import { ChangeSetStore } from '../../cloudformation/change-set-store';
import type { ActionRunner, ActionRunners } from '../../ports/action';
import type { ActionServices } from '../actions/action-provider';
import { ACTION_PROVIDERS, actionProvider } from './action-providers';

/**
 * Every action that this machine can run, by `Category/Owner/Provider`. What is not in here ends as not rehearsed. Approvals are not in
 * here either: the execution itself waits for them.
 */
export function actionRunners({
  layout,
  ...given
}: Omit<ActionServices, 'providerOf' | 'changeSets'> & { readonly layout: Layout }): ActionRunners {
  const changeSets = new ChangeSetStore(path.join(layout.root, 'state', 'change-sets'));
  const services: ActionServices = { ...given, changeSets, providerOf: actionProvider };
  return new Map(
    ACTION_PROVIDERS.flatMap(({ kinds, run }) =>
      kinds.flatMap((kind): [string, ActionRunner][] => (run ? [[kind, (context) => run(context, services)]] : [])),
    ),
  );
}
