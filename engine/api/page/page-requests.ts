import { z } from 'zod';
import { SaiondoError } from '../../../model/errors';
import type { PipelineControl } from '../../ports/pipeline-control';
import { transitionReason } from '../codepipeline/codepipeline-inputs';

const pipeline = z.string().min(1);
const stage = z.string().min(1);
const execution = z.string().min(1);

/** What the page's buttons ask, by name. */
const requests = {
  approval: z.object({
    pipeline,
    stage,
    action: z.string().min(1),
    token: z.string().min(1),
    status: z.enum(['Approved', 'Rejected']),
    comment: z.string().max(512).default(''),
  }),
  retry: z.object({ pipeline, stage, execution, mode: z.enum(['FAILED_ACTIONS', 'ALL_ACTIONS']) }),
  stop: z.object({ pipeline, execution, abandon: z.boolean(), reason: z.string().max(200).default('') }),
  start: z.object({
    pipeline,
    revisions: z.array(z.object({ actionName: z.string().min(1), revisionValue: z.string().min(1) })).default([]),
  }),
  rollback: z.object({ pipeline, stage, target: execution }),
  transition: z.object({ pipeline, stage, enabled: z.boolean(), reason: transitionReason.optional() }),
} as const;

/**
 * Carries out what a button asked.
 * @throws SaiondoError `NOT_RUNNING` where only runs on disk are served, `USAGE` for what no button asks, or the engine's own refusal
 */
export function decide(control: PipelineControl | undefined, user: string, name: string, body: unknown): object {
  if (!control)
    throw new SaiondoError('no rehearsal runs here, so nothing can be changed', {
      code: 'NOT_RUNNING',
      next: 'saiondo rehearse --resume RUN --serve continues a run',
    });
  const by = `${user} (page)`;
  switch (name) {
    case 'approval': {
      const {
        pipeline: pipelineName,
        stage: stageName,
        action: actionName,
        token,
        status,
        comment,
      } = parse(requests.approval, body);
      const result = { status, summary: comment };
      return control.putApprovalResult({ pipelineName, stageName, actionName, token, result, by });
    }
    case 'retry': {
      const {
        pipeline: pipelineName,
        stage: stageName,
        execution: pipelineExecutionId,
        mode,
      } = parse(requests.retry, body);
      return control.retryStageExecution({ pipelineName, stageName, pipelineExecutionId, retryMode: mode });
    }
    case 'stop': {
      const { pipeline: pipelineName, execution: pipelineExecutionId, abandon, reason } = parse(requests.stop, body);
      return control.stopPipelineExecution({
        pipelineName,
        pipelineExecutionId,
        abandon,
        ...(reason ? { reason } : {}),
      });
    }
    case 'start': {
      const { pipeline: name, revisions } = parse(requests.start, body);
      const trigger = { type: 'StartPipelineExecution', detail: by };
      return control.startPipelineExecution({
        name,
        trigger,
        ...(revisions.length > 0 ? { sourceRevisions: revisions } : {}),
      });
    }
    case 'rollback': {
      const {
        pipeline: pipelineName,
        stage: stageName,
        target: targetPipelineExecutionId,
      } = parse(requests.rollback, body);
      return control.rollbackStage({ pipelineName, stageName, targetPipelineExecutionId });
    }
    case 'transition': {
      const { pipeline: pipelineName, stage: stageName, enabled, reason } = parse(requests.transition, body);
      const transition = { pipelineName, stageName, transitionType: 'Inbound', enabled, by } as const;
      control.setStageTransition({ ...transition, ...(reason === undefined ? {} : { reason }) });
      return {};
    }
    default:
      throw new SaiondoError(`the page has no request ${name}`, { code: 'USAGE' });
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SaiondoError(`${issue?.path.join('.') ?? 'the request'} is not as it has to be: ${issue?.message ?? ''}`, {
    code: 'USAGE',
  });
}
