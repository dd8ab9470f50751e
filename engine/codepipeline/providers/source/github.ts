import { polling, required, type ActionProvider } from '../../actions/action-provider';
import { commitVariables, gitSource } from '../../actions/git-source';

/** GitHub by OAuth, from a repository on this machine. The token is not looked at. */
export const gitHub: ActionProvider = {
  kinds: ['Source/ThirdParty/GitHub'],
  reference: 'Appendix A: GitHub (via OAuth app) source actions',
  configuration: {
    Owner: required,
    Repo: required,
    Branch: required,
    OAuthToken: required,
    PollForSourceChanges: polling,
  },
  ...gitSource(({ configuration: { Owner: owner = '', Repo: name = '', Branch: branch = 'main' } }) => ({
    repository: `${owner}/${name}`,
    branch,
    url: `https://github.com/${owner}/${name}.git`,
    variables: (taken) => ({
      ...commitVariables(taken, branch),
      CommitUrl: `https://github.com/${owner}/${name}/commit/${taken.commitId}`,
      RepositoryName: name,
    }),
  })),
};
