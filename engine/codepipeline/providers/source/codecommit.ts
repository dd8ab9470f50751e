import { format, polling, required, type ActionProvider } from '../../actions/action-provider';
import { commitVariables, gitSource } from '../../actions/git-source';

/** CodeCommit, from the repository that `--source NAME=PATH` names. */
export const codeCommit: ActionProvider = {
  kinds: ['Source/AWS/CodeCommit'],
  reference: 'CodeCommit source action reference',
  configuration: {
    RepositoryName: required,
    BranchName: required,
    PollForSourceChanges: polling,
    OutputArtifactFormat: format,
  },
  ...gitSource(({ region, configuration: { RepositoryName: name = '', BranchName: branch = 'main' } }) => ({
    repository: name,
    branch,
    url: `https://git-codecommit.${region}.amazonaws.com/v1/repos/${name}`,
    variables: (taken) => ({ ...commitVariables(taken, branch), RepositoryName: name }),
  })),
};
