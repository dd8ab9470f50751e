import { SaiondoError } from '../../../model/errors';
import type { ActionContext, ActionResult, ActionRunner } from '../../ports/action';
import { failureOf } from '../../ports/failure';
import { takeClone } from '../sources/source-clone';
import { takeSource, type TakenSource } from '../sources/sources';
import { type SourceRepositories } from '../../ports/sources';

/** Which repository an action names, and the variables that its reference promises. */
interface GitSource {
  readonly repository: string;
  readonly branch: string;
  /** Where the repository is on its host: what a clone's `origin` says. */
  readonly url: string;
  readonly variables: (taken: TakenSource) => Record<string, string>;
}

/** A connection (CodePipeline User Guide, "CodeStarSourceConnection … actions"), from a repository on this machine. */
export function connectionSource(repositories: SourceRepositories): ActionRunner {
  return gitSource(repositories, (configuration) => {
    const repository = configuration.FullRepositoryId ?? '';
    const branch = configuration.BranchName ?? 'main';
    return {
      repository,
      branch,
      url: `https://github.com/${repository}.git`,
      variables: (taken) => ({
        AuthorDate: taken.authoredAt,
        BranchName: branch,
        CommitId: taken.commitId,
        CommitMessage: taken.message,
        ConnectionArn: configuration.ConnectionArn ?? '',
        FullRepositoryName: repository,
        AuthorDisplayName: taken.author,
      }),
    };
  });
}

/** GitHub by OAuth (User Guide, "GitHub (via OAuth app) source action reference"). The token is not looked at. */
export function gitHubSource(repositories: SourceRepositories): ActionRunner {
  return gitSource(repositories, ({ Owner: owner = '', Repo: name = '', Branch: branch = 'main' }) => ({
    repository: `${owner}/${name}`,
    branch,
    url: `https://github.com/${owner}/${name}.git`,
    variables: (taken) => ({
      ...commitVariables(taken, branch),
      CommitUrl: `https://github.com/${owner}/${name}/commit/${taken.commitId}`,
      RepositoryName: name,
    }),
  }));
}

/** CodeCommit (User Guide, "CodeCommit source action reference"), from the repository that `--source NAME=PATH` names. */
export function codeCommitSource(repositories: SourceRepositories): ActionRunner {
  return gitSource(repositories, ({ RepositoryName: name = '', BranchName: branch = 'main' }, region) => ({
    repository: name,
    branch,
    url: `https://git-codecommit.${region}.amazonaws.com/v1/repos/${name}`,
    variables: (taken) => ({ ...commitVariables(taken, branch), RepositoryName: name }),
  }));
}

function commitVariables(taken: TakenSource, branch: string): Record<string, string> {
  return {
    AuthorDate: taken.authoredAt,
    BranchName: branch,
    CommitId: taken.commitId,
    CommitMessage: taken.message,
    CommitterDate: taken.committedAt,
  };
}

function gitSource(
  repositories: SourceRepositories,
  read: (configuration: Readonly<Record<string, string>>, region: string) => GitSource,
): ActionRunner {
  return async (context) => {
    try {
      return await take(context, repositories, read(context.action.configuration, context.action.region));
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  };
}

async function take(
  { action, outputs, executionId, revisionValue, emit }: ActionContext,
  repositories: SourceRepositories,
  { repository, branch, url, variables }: GitSource,
): Promise<ActionResult> {
  const given = repositories.get(repository);
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
