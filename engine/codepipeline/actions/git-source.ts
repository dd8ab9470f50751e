import { SaiondoError } from '../../../model/errors';
import type { ActionContext, ActionResult } from '../../ports/action';
import { failureOf } from '../../ports/failure';
import { takeClone } from '../sources/source-clone';
import { takeSource, type TakenSource } from '../sources/sources';
import type { ActionDefinition } from '../../../model/pipeline';
import { SOURCE_OPTION, type ActionProvider, type ActionServices } from './action-provider';

/** Which repository an action names, and the variables that its reference promises. */
export interface GitSource {
  readonly repository: string;
  readonly branch: string;
  /** Where the repository is on its host: what a clone's `origin` says. */
  readonly url: string;
  readonly variables: (taken: TakenSource) => Record<string, string>;
}

/** What is the same in all source actions that take a commit of a git repository: the rest of their provider is what they are called. */
export function gitSource(
  sourceOf: (action: ActionDefinition) => GitSource,
): Pick<ActionProvider, 'inputs' | 'outputs' | 'sourceName' | 'needs' | 'run'> {
  return {
    inputs: [0, 0],
    outputs: [1, 1],
    sourceName: (action) => sourceOf(action).repository,
    needs: (action, { sources }) => {
      const { repository } = sourceOf(action);
      return sources.has(repository) ? [] : [`${SOURCE_OPTION} ${repository}=PATH`];
    },
    run: async (context, services) => {
      try {
        return await take(context, services, sourceOf(context.action));
      } catch (error) {
        return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
      }
    },
  };
}

/** The variables of a commit that GitHub's and CodeCommit's references both promise. */
export function commitVariables(taken: TakenSource, branch: string): Record<string, string> {
  return {
    AuthorDate: taken.authoredAt,
    BranchName: branch,
    CommitId: taken.commitId,
    CommitMessage: taken.message,
    CommitterDate: taken.committedAt,
  };
}

async function take(
  { action, outputs, executionId, revisionValue, emit }: ActionContext,
  { sources }: ActionServices,
  { repository, branch, url, variables }: GitSource,
): Promise<ActionResult> {
  const given = sources.get(repository);
  const [output] = outputs;
  if (!given) {
    throw new SaiondoError(`no repository on this machine is named for ${repository}`, {
      code: 'SOURCE_UNKNOWN',
      next: `--source ${repository}=PATH`,
    });
  }
  if (!output) throw new SaiondoError(`${action.name} has no output artifact`, { code: 'PIPELINE_INVALID' });
  const source = revisionValue ? { path: given.path, commit: revisionValue } : given;
  const taken = await takeSource(source, output.path);
  if (action.configuration.OutputArtifactFormat === 'CODEBUILD_CLONE_REF') {
    const limit = await takeClone(source, output.path, { commitId: taken.commitId, branch, url });
    if (limit) emit({ kind: 'message', level: 'limit', text: `${action.name}: ${limit}` });
  }
  const { commitId, author, message, committedAt, uncommitted } = taken;
  emit({
    kind: 'execution.revisions',
    executionId,
    revisions: [
      {
        ...{ actionName: action.name, repository, branch, commitId, author, message, committedAt },
        ...(uncommitted ? { uncommitted } : {}),
      },
    ],
  });
  return {
    status: 'Succeeded',
    outputVariables: variables(taken),
    externalExecutionId: taken.commitId,
    summary: `${taken.commitId.slice(0, 8)}${taken.uncommitted ? ' + uncommitted changes' : ''} ${taken.message.split('\n')[0] ?? ''}`,
  };
}
