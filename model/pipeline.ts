/**
 * A pipeline as CodePipeline knows it, read from the synthesized `AWS::CodePipeline::Pipeline` after its template was resolved.
 * Names and shapes follow the CodePipeline API Reference (PipelineDeclaration); see also docs "CodePipeline pipeline structure reference".
 */
export interface PipelineDefinition {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** The stack that defines it. */
  readonly stackName: string;
  readonly pipelineType: 'V1' | 'V2';
  readonly executionMode: 'SUPERSEDED' | 'QUEUED' | 'PARALLEL';
  readonly restartExecutionOnUpdate: boolean;
  readonly variables: readonly PipelineVariable[];
  readonly triggers: readonly PipelineTrigger[];
  readonly stages: readonly StageDefinition[];
  /** Stage names whose inbound transition is disabled, with the reason. */
  readonly disabledTransitions: Readonly<Record<string, string>>;
  /** Changes whenever the structure changes: sha256 over the canonical definition, hex. */
  readonly structureVersion: string;
}

export interface PipelineVariable {
  readonly name: string;
  readonly defaultValue?: string;
  readonly description?: string;
}

/** A V2 trigger: `GitConfiguration` of one source action, as in the template (camelCased by the reader). */
export interface PipelineTrigger {
  readonly sourceActionName: string;
  readonly push: readonly GitFilter[];
  readonly pullRequest: readonly GitFilter[];
}

/** All given fields must match; within a field one include must match and no exclude may (excludes win). */
export interface GitFilter {
  readonly events?: readonly string[];
  readonly tags?: { readonly includes: readonly string[]; readonly excludes: readonly string[] };
  readonly branches?: { readonly includes: readonly string[]; readonly excludes: readonly string[] };
  readonly filePaths?: { readonly includes: readonly string[]; readonly excludes: readonly string[] };
}

export interface StageDefinition {
  readonly name: string;
  readonly actions: readonly ActionDefinition[];
  readonly beforeEntry?: StageConditions;
  readonly onSuccess?: StageConditions;
  readonly onFailure?: StageConditions;
}

/** Conditions of a stage, with the result that fires (API: BeforeEntryConditions, SuccessConditions, FailureConditions). */
export interface StageConditions {
  readonly result?: 'ROLLBACK' | 'FAIL' | 'RETRY' | 'SKIP';
  readonly retryMode?: 'ALL_ACTIONS' | 'FAILED_ACTIONS';
  readonly conditions: readonly { readonly result?: string; readonly rules: readonly RuleDefinition[] }[];
}

export interface RuleDefinition {
  readonly name: string;
  readonly provider: string;
  readonly configuration: Readonly<Record<string, string>>;
  readonly commands?: readonly string[];
  readonly inputArtifacts?: readonly string[];
  readonly region?: string;
  readonly timeoutInMinutes?: number;
}

export type ActionCategory = 'Source' | 'Build' | 'Test' | 'Deploy' | 'Approval' | 'Invoke' | 'Compute';

export interface ActionDefinition {
  readonly name: string;
  readonly category: ActionCategory;
  readonly owner: 'AWS' | 'ThirdParty' | 'Custom';
  /** `CodeBuild`, `CloudFormation`, `CodeStarSourceConnection`, `Manual`, `Commands`, … */
  readonly provider: string;
  readonly version: string;
  readonly runOrder: number;
  /** Values may hold `#{namespace.key}`; they are resolved just before the action starts. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly inputArtifacts: readonly string[];
  readonly outputArtifacts: readonly { readonly name: string; readonly files?: readonly string[] }[];
  readonly namespace?: string;
  readonly region: string;
  readonly roleArn?: string;
  readonly timeoutInMinutes?: number;
  /** V2 `Commands` actions only. */
  readonly commands?: readonly string[];
  readonly outputVariables?: readonly string[];
  readonly environmentVariables?: readonly { readonly name: string; readonly value: string; readonly type?: string }[];
}

/** `Stage/Action`, the way the command line names an action. */
export function actionPath(stage: string, action: string): string {
  return `${stage}/${action}`;
}

/** The account in which an action acts: that of its own role, else the pipeline's (User Guide, "Create a pipeline that uses resources from another account"). */
export function accountOf(
  action: Pick<ActionDefinition, 'roleArn'>,
  pipeline: Pick<PipelineDefinition, 'account'>,
): string {
  return /^arn:aws[^:]*:iam::(\d{12}):/.exec(action.roleArn ?? '')?.[1] ?? pipeline.account;
}
