import type { RunEventBody } from '../../../model/events';
import type { Step } from './decide';

/** A step that is done when it is recorded. */
export type RecordedStep = Extract<Step, { kind: 'enter-stage' | 'retry-stage' | 'end-stage' | 'end-execution' }>;

/** How a step is recorded that is nothing else. */
export function eventOf(step: RecordedStep): RunEventBody {
  const { executionId } = step;
  switch (step.kind) {
    case 'enter-stage':
      return { kind: 'stage.started', executionId, stage: step.stage };
    case 'retry-stage': {
      const retry = { mode: step.mode, trigger: 'AutomatedStageRetry' } as const;
      return { kind: 'stage.started', executionId, stage: step.stage, retry };
    }
    case 'end-stage': {
      const detail = step.detail ? { detail: step.detail } : {};
      return { kind: 'stage.ended', executionId, stage: step.stage, status: step.status, ...detail };
    }
    case 'end-execution': {
      const detail = step.detail ? { detail: step.detail } : {};
      return { kind: 'execution.ended', executionId, status: step.status, ...detail };
    }
  }
}
