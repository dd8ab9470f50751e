import { Pipeline, Result, type IStage, type PipelineProps, type StageOptions } from 'aws-cdk-lib/aws-codepipeline';
import type { Construct } from 'constructs';

/** A pipeline some of whose stages roll back by themselves. */
export interface RollbackPipelineProps extends PipelineProps {
  /** The stages that go back, when they fail, to what they ran last with success. */
  readonly rollbackStages: readonly string[];
}

/**
 * CDK Pipelines makes the stages and has no property for their conditions, so the pipeline itself adds them by the stages' names.
 * A rollback runs all actions of its stage again with the earlier execution's artifacts (CodePipeline User Guide, "Rolling back a stage"):
 * that is why no approval stands in a stage that rolls back.
 */
export class RollbackPipeline extends Pipeline {
  private readonly rollbackStages: readonly string[];

  constructor(scope: Construct, id: string, props: RollbackPipelineProps) {
    const { rollbackStages, ...pipeline } = props;
    super(scope, id, pipeline);
    this.rollbackStages = rollbackStages;
  }

  override addStage(options: StageOptions): IStage {
    return super.addStage(
      this.rollbackStages.includes(options.stageName)
        ? { ...options, onFailure: { result: Result.ROLLBACK } }
        : options,
    );
  }
}
