import { object, text } from '../account/json';
import { codeBuildCalls } from './codebuild-calls';
import { isMadeByAStack } from './log-calls';
import type { StandingCalls } from './standing-call';

/** CodeBuild's calls for a project that a webhook, a rule or a person starts: one of a pipeline is judged with its action, which brings artifacts and variables. */
export const standingProjectCalls: StandingCalls = ({ resource, ledger }) => {
  const { properties, stack, physicalId } = resource;
  if (text(object(properties.Source).Type) === 'CODEPIPELINE') return [];
  return codeBuildCalls({
    project: physicalId,
    account: stack.account,
    region: stack.region,
    properties,
    store: { bucket: '' },
    inputs: [],
    outputs: [],
    variables: [],
    hasLogGroup: (name) => isMadeByAStack(name, stack, ledger),
  });
};
