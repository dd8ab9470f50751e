import type {
  GetPipelineCommandInput,
  GetPipelineCommandOutput,
  GetPipelineStateCommandInput,
  GetPipelineStateCommandOutput,
  ListPipelineExecutionsCommandInput,
  ListPipelineExecutionsCommandOutput,
  ListActionExecutionsCommandInput,
  ListActionExecutionsCommandOutput,
  StartPipelineExecutionCommandInput,
  StartPipelineExecutionCommandOutput,
  StopPipelineExecutionCommandInput,
  StopPipelineExecutionCommandOutput,
  RetryStageExecutionCommandInput,
  RetryStageExecutionCommandOutput,
  RollbackStageCommandInput,
  RollbackStageCommandOutput,
  PutApprovalResultCommandInput,
  PutApprovalResultCommandOutput,
} from '@aws-sdk/client-codepipeline';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of CodePipeline that the operator calls, by their API names. */
export function codePipelineCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-codepipeline'),
    (sdk) => new sdk.CodePipelineClient(settings),
  );
  return {
    getPipeline: (input: GetPipelineCommandInput): Promise<GetPipelineCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetPipelineCommand(input))),
    getPipelineState: (input: GetPipelineStateCommandInput): Promise<GetPipelineStateCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetPipelineStateCommand(input))),
    listPipelineExecutions: (input: ListPipelineExecutionsCommandInput): Promise<ListPipelineExecutionsCommandOutput> =>
      call((sdk, client) => client.send(new sdk.ListPipelineExecutionsCommand(input))),
    listActionExecutions: (input: ListActionExecutionsCommandInput): Promise<ListActionExecutionsCommandOutput> =>
      call((sdk, client) => client.send(new sdk.ListActionExecutionsCommand(input))),
    startPipelineExecution: (input: StartPipelineExecutionCommandInput): Promise<StartPipelineExecutionCommandOutput> =>
      call((sdk, client) => client.send(new sdk.StartPipelineExecutionCommand(input))),
    stopPipelineExecution: (input: StopPipelineExecutionCommandInput): Promise<StopPipelineExecutionCommandOutput> =>
      call((sdk, client) => client.send(new sdk.StopPipelineExecutionCommand(input))),
    retryStageExecution: (input: RetryStageExecutionCommandInput): Promise<RetryStageExecutionCommandOutput> =>
      call((sdk, client) => client.send(new sdk.RetryStageExecutionCommand(input))),
    rollbackStage: (input: RollbackStageCommandInput): Promise<RollbackStageCommandOutput> =>
      call((sdk, client) => client.send(new sdk.RollbackStageCommand(input))),
    putApprovalResult: (input: PutApprovalResultCommandInput): Promise<PutApprovalResultCommandOutput> =>
      call((sdk, client) => client.send(new sdk.PutApprovalResultCommand(input))),
  };
}
