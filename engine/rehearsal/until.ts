import { SaiondoError } from '../../model/errors';
import type { PipelineDefinition } from '../../model/pipeline';
import { judgedExecution, type RunState } from '../../model/run-state';

/** A pipeline that has no stage to end after would never begin. @throws SaiondoError `STAGE_MISSING` */
export function checkUntil(stage: string, { name, stages }: PipelineDefinition): void {
  if (stages.some((one) => one.name === stage)) return;
  throw new SaiondoError(`--until ${stage}: the pipeline ${name} has no such stage`, {
    code: 'STAGE_MISSING',
    next: `its stages: ${stages.map((one) => one.name).join(', ')}; one that self-mutation adds is there in the next rehearsal`,
  });
}

/** A run that is past a stage cannot end after it: what it does next lies behind. @throws SaiondoError `STAGE_PASSED` */
export function checkNotPast(stage: string, run: RunState): void {
  const execution = judgedExecution(run);
  const stages = run.definitions.find((one) => one.structureVersion === execution?.structureVersion)?.stages ?? [];
  const at = stages.findIndex((one) => one.name === stage);
  const later = stages.slice(at + 1).findLast((one) => execution?.stages.has(one.name));
  if (at < 0 || !later) return;
  throw new SaiondoError(`--until ${stage}: the run ${run.runId} has entered ${later.name} already`, {
    code: 'STAGE_PASSED',
    next: `saiondo rehearse --resume ${run.runId} continues with it; saiondo rehearse --until ${stage} starts another run`,
  });
}
