import { optional, required, type ActionProvider } from '../../actions/action-provider';

/** Up to four images that the task definition names by placeholders. */
const imageKeys = Object.fromEntries(
  [1, 2, 3, 4].flatMap((number) => [
    [`Image${number}ArtifactName`, optional],
    [`Image${number}ContainerName`, optional],
  ]),
);

/** Blue-green deployments of an ECS service by CodeDeploy: not rehearsed. */
export const codeDeployToEcs: ActionProvider = {
  kinds: ['Deploy/AWS/CodeDeployToECS'],
  reference: 'Amazon Elastic Container Service and CodeDeploy blue-green deploy action reference',
  configuration: {
    ApplicationName: required,
    DeploymentGroupName: required,
    TaskDefinitionTemplateArtifact: required,
    AppSpecTemplateArtifact: required,
    AppSpecTemplatePath: optional,
    TaskDefinitionTemplatePath: optional,
    ...imageKeys,
  },
  inputs: [1, 5],
  outputs: [0, 0],
  missing: 'AWS CodeDeploy',
};
