/**
 * What may be asked of the embedded CodePipeline while its engine runs: one method for each changing operation of the CodePipeline API, with
 * the API's own names. The terminal's approval, the page's buttons and the AWS wire protocol all end here, so all obey the same rules.
 * Every method refuses with a `SaiondoError` whose `code` is the API's error code (`PipelineNotFoundException`, `StageNotRetryableException`,
 * `InvalidApprovalTokenException` …; CodePipeline API Reference, "Errors" of each operation), and changes nothing then.
 */
export interface PipelineControl {
  /** API Reference, StartPipelineExecution. Revisions name a commit for a source action of this execution alone. */
  startPipelineExecution(request: {
    readonly name: string;
    readonly variables?: Readonly<Record<string, string>>;
    readonly sourceRevisions?: readonly { readonly actionName: string; readonly revisionValue: string }[];
    /** Who or what started it: shown as the execution's trigger. */
    readonly trigger?: { readonly type: string; readonly detail?: string };
  }): { readonly pipelineExecutionId: string };

  /** API Reference, StopPipelineExecution: wait for the actions in progress, or abandon them. */
  stopPipelineExecution(request: {
    readonly pipelineName: string;
    readonly pipelineExecutionId: string;
    readonly abandon?: boolean;
    readonly reason?: string;
  }): { readonly pipelineExecutionId: string };

  /** API Reference, RetryStageExecution: the same execution continues at that stage. */
  retryStageExecution(request: {
    readonly pipelineName: string;
    readonly stageName: string;
    readonly pipelineExecutionId: string;
    readonly retryMode: 'FAILED_ACTIONS' | 'ALL_ACTIONS';
  }): { readonly pipelineExecutionId: string };

  /**
   * API Reference, OverrideStageCondition: a stage that a condition of its entry or its success has failed continues as if that had held.
   * `ConditionNotOverridableException` where it has not failed the stage.
   */
  overrideStageCondition(request: {
    readonly pipelineName: string;
    readonly stageName: string;
    readonly pipelineExecutionId: string;
    readonly condition: 'beforeEntry' | 'onSuccess';
  }): void;

  /** API Reference, RollbackStage: a new execution of type ROLLBACK with the target's revisions, artifacts and variables. */
  rollbackStage(request: {
    readonly pipelineName: string;
    readonly stageName: string;
    readonly targetPipelineExecutionId: string;
  }): { readonly pipelineExecutionId: string };

  /** API Reference, PutApprovalResult. The token is that of the approval that waits now; an older one is refused. */
  putApprovalResult(request: {
    readonly pipelineName: string;
    readonly stageName: string;
    readonly actionName: string;
    readonly token: string;
    readonly result: { readonly status: 'Approved' | 'Rejected'; readonly summary: string };
    readonly by: string;
  }): { readonly approvedAt: Date };

  /** API Reference, EnableStageTransition and DisableStageTransition. */
  setStageTransition(request: {
    readonly pipelineName: string;
    readonly stageName: string;
    readonly transitionType: 'Inbound' | 'Outbound';
    readonly enabled: boolean;
    readonly reason?: string;
    /** Who asks: GetPipelineState says who changed it last. */
    readonly by?: string;
  }): void;
}
