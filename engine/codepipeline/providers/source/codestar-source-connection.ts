import { format, required, yesNo, type ActionProvider } from '../../actions/action-provider';
import { gitSource } from '../../actions/git-source';

/** A connection, from a repository on this machine. */
export const codeStarSourceConnection: ActionProvider = {
  kinds: ['Source/AWS/CodeStarSourceConnection'],
  reference:
    'CodeStarSourceConnection for Bitbucket Cloud, GitHub, GitHub Enterprise Server, GitLab.com, and GitLab self-managed actions',
  configuration: {
    ConnectionArn: required,
    FullRepositoryId: required,
    BranchName: required,
    OutputArtifactFormat: format,
    DetectChanges: yesNo,
  },
  watches: ({ configuration: { FullRepositoryId: repository = '', BranchName: branch = 'main' } }) => ({
    repository,
    branch,
  }),
  ...gitSource(({ configuration }) => {
    const { FullRepositoryId: repository = '', BranchName: branch = 'main' } = configuration;
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
  }),
};
