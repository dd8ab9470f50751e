import type { ActionDefinition, PipelineDefinition } from '../../model/pipeline';

/** The account in which an action acts: that of its own role, else the pipeline's (User Guide, "Create a pipeline that uses resources from another account"). */
export function accountOf(
  action: Pick<ActionDefinition, 'roleArn'>,
  pipeline: Pick<PipelineDefinition, 'account'>,
): string {
  return /^arn:aws[^:]*:iam::(\d{12}):/.exec(action.roleArn ?? '')?.[1] ?? pipeline.account;
}
