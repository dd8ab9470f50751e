import type { ActionDefinition } from '../../../model/pipeline';
import type { ActionProvider, ActionProviders } from './action-provider';
import { BUILD_PROVIDERS } from './build-providers';
import { DEPLOY_PROVIDERS } from './deploy-providers';
import { INVOKE_PROVIDERS } from './invoke-providers';
import { SOURCE_PROVIDERS } from './source-providers';

const PROVIDERS: ActionProviders = {
  ...SOURCE_PROVIDERS,
  ...BUILD_PROVIDERS,
  ...INVOKE_PROVIDERS,
  ...DEPLOY_PROVIDERS,
};

/** `Category/Owner/Provider`: the name of an action's kind. */
export function actionKind({
  category,
  owner,
  provider,
}: Pick<ActionDefinition, 'category' | 'owner' | 'provider'>): string {
  return `${category}/${owner}/${provider}`;
}

/**
 * What CodePipeline demands of an action's kind; undefined for one that it does not have. Custom and third-party actions are known to
 * whoever registered them only: any configuration, and what runs them is missing here.
 */
export function actionProvider(
  action: Pick<ActionDefinition, 'category' | 'owner' | 'provider'>,
): ActionProvider | undefined {
  const known = PROVIDERS[actionKind(action)];
  if (known || action.owner === 'AWS') return known;
  return {
    reference: 'Valid input and output artifacts for each action type',
    inputs: [0, 5],
    outputs: [0, 5],
    missing: `${action.provider} (${action.owner === 'Custom' ? 'a custom action’s job worker' : 'a third party'})`,
  };
}
