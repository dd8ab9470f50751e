import type { CfnPipeline, Pipeline } from 'aws-cdk-lib/aws-codepipeline';

/**
 * Makes a stack's change set while other actions run that come ahead of it, instead of after them. It changes nothing of the stack; what it is made of has to be known by then: the
 * stacks that it takes values from are deployed, and none of these actions writes a parameter that its template names. CDK Pipelines has no way to say it. Once the pipeline is
 * built: before, it has no actions.
 * @param prepare the action that makes the change set
 * @param meanwhile the action that it runs at the same time as
 * @throws Error where the stage has no such actions
 */
export function prepareEarly(pipeline: Pipeline, stageName: string, prepare: string, meanwhile: string): void {
  const at = pipeline.stages.findIndex((one) => one.stageName === stageName);
  const actions = (pipeline.stages[at]?.actions ?? []).map(({ actionProperties }) => actionProperties);
  const index = actions.findIndex(({ actionName }) => actionName === prepare);
  const order = actions.find(({ actionName }) => actionName === meanwhile)?.runOrder;
  if (index < 0 || order === undefined) throw new Error(`${stageName} has no ${prepare} or no ${meanwhile}`);
  const definition = pipeline.node.defaultChild as CfnPipeline;
  definition.addPropertyOverride(`Stages.${at}.Actions.${index}.RunOrder`, order);
}
