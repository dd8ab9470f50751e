import * as fs from 'node:fs';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';
import type { ExecutionState } from '../../model/run-state';
import type { EarlierResults } from '../codepipeline/execution/taken-over';
import { readRun } from '../runs/event-log';

/**
 * What the stages before one gave in the newest run that has been through them, with the pipeline as it is now.
 * @throws SaiondoError `STAGE_MISSING`, `RUN_MISSING`
 */
export function resultsBefore(
  stage: string,
  { name, stages, structureVersion }: PipelineDefinition,
  layout: Layout,
  runId: string,
): EarlierResults {
  const at = stages.findIndex((one) => one.name === stage);
  if (at < 0)
    throw new SaiondoError(`--from ${stage}: the pipeline ${name} has no such stage`, {
      code: 'STAGE_MISSING',
      next: `its stages: ${stages.map((one) => one.name).join(', ')}`,
    });
  const before = stages.slice(0, at).map((one) => one.name);
  const fits = (execution: ExecutionState): boolean =>
    execution.structureVersion === structureVersion &&
    execution.mode === 'STANDARD' &&
    before.every((one) => execution.stages.get(one)?.status === 'Succeeded');
  const runs = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort().reverse() : [];
  for (const earlier of runs) {
    if (earlier === runId || !fs.existsSync(layout.events(earlier))) continue;
    const execution = readRun(layout.events(earlier)).executions.findLast(fits);
    if (execution) return { runId: earlier, execution, layout, covers: (one) => before.includes(one) };
  }
  throw new SaiondoError(
    `--from ${stage}: no run has been through ${before.join(', ')} with the pipeline as it is now`,
    {
      code: 'RUN_MISSING',
      next: 'run saiondo rehearse first',
    },
  );
}
