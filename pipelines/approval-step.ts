import type { Duration } from 'aws-cdk-lib';
import type { IStage } from 'aws-cdk-lib/aws-codepipeline';
import { ManualApprovalAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import {
  Step,
  type CodePipelineActionFactoryResult,
  type ICodePipelineActionFactory,
  type ProduceActionOptions,
} from 'aws-cdk-lib/pipelines';

/** What a person is asked. */
export interface ApprovalStepProps {
  /** What is approved; may hold variables of earlier actions, which CodePipeline fills in for the execution that waits. At most 1,000 characters then. */
  readonly comment: string;
  /** Where to read more. */
  readonly reviewUrl: string;
  /** After this it counts as rejected. */
  readonly timeout: Duration;
}

/** A manual approval that ends by itself: CDK Pipelines' own has no timeout, and one that nobody answers holds its stage for seven days. */
export class ApprovalStep extends Step implements ICodePipelineActionFactory {
  constructor(
    id: string,
    private readonly props: ApprovalStepProps,
  ) {
    super(id);
    this.discoverReferencedOutputs({ env: { comment: props.comment, reviewUrl: props.reviewUrl } });
  }

  produceAction(stage: IStage, options: ProduceActionOptions): CodePipelineActionFactoryResult {
    stage.addAction(
      new ManualApprovalAction({
        actionName: options.actionName,
        runOrder: options.runOrder,
        additionalInformation: this.props.comment,
        externalEntityLink: this.props.reviewUrl,
        timeout: this.props.timeout,
      }),
    );
    return { runOrdersConsumed: 1 };
  }
}
