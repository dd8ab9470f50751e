import { SaiondoError } from '../../model/errors';
import type { ActionContext, ActionResult, ActionRunner } from '../action';
import { failureOf } from '../failure';
import { takeSource, type SourceRepositories } from './sources';

/** A connection's source action (CodePipeline User Guide, "CodeStarSourceConnection … action reference"), from a repository on this machine. */
export function connectionSource(repositories: SourceRepositories): ActionRunner {
  return async (context) => {
    try {
      return await take(context, repositories);
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  };
}

async function take(
  { action, outputs, executionId, revisionValue, emit }: ActionContext,
  repositories: SourceRepositories,
): Promise<ActionResult> {
  const repository = action.configuration.FullRepositoryId ?? '';
  const branch = action.configuration.BranchName ?? 'main';
  const source = repositories.get(repository);
  const [output] = outputs;
  if (!source) {
    throw new SaiondoError(`no repository on this machine is named for ${repository}`, {
      code: 'SOURCE_UNKNOWN',
      next: `--source ${repository}=PATH`,
    });
  }
  if (!output) throw new SaiondoError(`${action.name} has no output artifact`, { code: 'PIPELINE_INVALID' });
  const { uncommitted, ...committed } = source;
  const revision = await takeSource(
    revisionValue ? { ...committed, commit: revisionValue } : { ...committed, ...(uncommitted ? { uncommitted } : {}) },
    output.path,
  );
  emit({
    kind: 'execution.revisions',
    executionId,
    revisions: [{ actionName: action.name, repository, branch, ...revision }],
  });
  return {
    status: 'Succeeded',
    outputVariables: {
      AuthorDate: revision.committedAt ?? '',
      BranchName: branch,
      CommitId: revision.commitId,
      CommitMessage: revision.message ?? '',
      ConnectionArn: action.configuration.ConnectionArn ?? '',
      FullRepositoryName: repository,
      AuthorDisplayName: revision.author ?? '',
    },
    externalExecutionId: revision.commitId,
    summary: `${revision.commitId.slice(0, 8)}${revision.uncommitted ? ' + uncommitted changes' : ''} ${(revision.message ?? '').split('\n')[0] ?? ''}`,
  };
}
