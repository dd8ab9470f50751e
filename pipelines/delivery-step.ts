import { Project } from 'aws-cdk-lib/aws-codebuild';
import type { CfnPipeline, IStage, Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { Role } from 'aws-cdk-lib/aws-iam';
import {
  Step,
  type CodePipelineActionFactoryResult,
  type FileSet,
  type ICodePipelineActionFactory,
  type ProduceActionOptions,
} from 'aws-cdk-lib/pipelines';
import { Construct } from 'constructs';
import { deliveryNames, plainVariables, type DeliveryTask } from '../lib/delivery-project';
import { namespaceOf } from './records';

/** A step that starts a project of an environment's own account. */
export interface DeliveryStepProps {
  readonly input: FileSet;
  /** Further artifacts; the build finds each at `$CODEBUILD_SRC_DIR_` and its name. */
  readonly more?: readonly FileSet[];
  readonly task: DeliveryTask;
  /** Variables of this execution, as other steps tell them. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly prefix: string;
  readonly account: string;
  readonly region: string;
}

/**
 * Starts one of an environment's delivery projects. The project is named, not referred to: it is deployed by this very pipeline, in another
 * account, and a reference would need its stack to exist before the pipeline's.
 */
export class DeliveryStep extends Step implements ICodePipelineActionFactory {
  constructor(
    id: string,
    private readonly props: DeliveryStepProps,
  ) {
    super(id);
    for (const input of [props.input, ...(props.more ?? [])]) this.addDependencyFileSet(input);
    this.discoverReferencedOutputs({ env: props.variables });
  }

  produceAction(stage: IStage, options: ProduceActionOptions): CodePipelineActionFactoryResult {
    const { account, region, prefix, task } = this.props;
    const names = deliveryNames(prefix, task);
    const scope = new Construct(options.scope, this.id);
    const project = Project.fromProjectArn(
      scope,
      'Project',
      `arn:aws:codebuild:${region}:${account}:project/${names.project}`,
    );
    stage.addAction(
      new CodeBuildAction({
        actionName: options.actionName,
        runOrder: options.runOrder,
        project,
        // Where CodePipeline shows that it had nothing to do (`UNCHANGED`).
        variablesNamespace: namespaceOf(stage.stageName, options.actionName),
        environmentVariables: plainVariables({ KNOWN_FRESH: '#{variables.fresh}', ...this.props.variables }),
        input: options.artifacts.toCodePipeline(this.props.input),
        ...(this.props.more
          ? { extraInputs: this.props.more.map((input) => options.artifacts.toCodePipeline(input)) }
          : {}),
        // Never a policy on that role from here: on the first deployment it does not exist yet.
        role: Role.fromRoleArn(scope, 'StartRole', `arn:aws:iam::${account}:role/${names.startRole}`, {
          mutable: false,
        }),
      }),
    );
    return { runOrdersConsumed: 1 };
  }
}

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
