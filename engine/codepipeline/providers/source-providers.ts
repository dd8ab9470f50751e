import { format, optional, polling, required, yesNo, type ActionProviders } from './action-provider';

/** Sources of a pipeline. The values are those of the pages that `reference` names. */
export const SOURCE_PROVIDERS: ActionProviders = {
  'Source/AWS/CodeStarSourceConnection': {
    reference:
      'CodeStarSourceConnection for Bitbucket Cloud, GitHub, GitHub Enterprise Server, GitLab.com, and GitLab self-managed actions',
    configuration: {
      ConnectionArn: required,
      FullRepositoryId: required,
      BranchName: required,
      OutputArtifactFormat: format,
      DetectChanges: yesNo,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/ThirdParty/GitHub': {
    reference: 'Appendix A: GitHub (via OAuth app) source actions',
    configuration: {
      Owner: required,
      Repo: required,
      Branch: required,
      OAuthToken: required,
      PollForSourceChanges: polling,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/AWS/CodeCommit': {
    reference: 'CodeCommit source action reference',
    configuration: {
      RepositoryName: required,
      BranchName: required,
      PollForSourceChanges: polling,
      OutputArtifactFormat: format,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/AWS/S3': {
    reference: 'Amazon S3 source action reference',
    configuration: {
      S3Bucket: required,
      S3ObjectKey: required,
      AllowOverrideForS3ObjectKey: yesNo,
      PollForSourceChanges: polling,
    },
    inputs: [0, 0],
    outputs: [1, 1],
  },
  'Source/AWS/ECR': {
    reference: 'Amazon ECR source action reference',
    configuration: { RepositoryName: required, ImageTag: optional },
    inputs: [0, 0],
    outputs: [1, 1],
  },
};
