import type { ActionProvider, ActionType } from '../actions/action-provider';
import * as every from './every-provider';

/** Every kind of action that CodePipeline has, by its name. */
export const ACTION_PROVIDERS: readonly ActionProvider[] = Object.values<ActionProvider>(every).sort((a, b) =>
  (a.kinds[0] ?? '').localeCompare(b.kinds[0] ?? ''),
);

const BY_KIND = new Map(ACTION_PROVIDERS.flatMap((provider) => provider.kinds.map((kind) => [kind, provider])));

/** `Category/Owner/Provider`: the name of an action's kind. */
export function actionKind({ category, owner, provider }: ActionType): string {
  return `${category}/${owner}/${provider}`;
}

/**
 * What is known of an action's kind; undefined for one that CodePipeline does not have. Custom and third-party actions are known only to the
 * account that registered them: any configuration, and what runs them is missing here.
 */
export function actionProvider(action: ActionType): ActionProvider | undefined {
  const kind = actionKind(action);
  const known = BY_KIND.get(kind);
  if (known || action.owner === 'AWS') return known;
  return {
    kinds: [kind],
    reference: 'Valid input and output artifacts for each action type',
    inputs: [0, 5],
    outputs: [0, 5],
    missing: `${action.provider} (${action.owner === 'Custom' ? 'a custom action’s job worker' : 'a third party'})`,
  };
}
