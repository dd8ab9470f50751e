import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { RunEventBody } from '../../../model/events';
import type { Layout } from '../../../model/layout';
import { actionPath, type PipelineDefinition } from '../../../model/pipeline';
import type { ExecutionState } from '../../../model/run-state';
import type { KnownExecution } from './known-execution';

/** Whether a stage can be rolled back to an execution (CodePipeline User Guide, "Configure stage rollback": Considerations). */
export function isRollbackTarget(stage: string, execution: KnownExecution, pipeline: PipelineDefinition): boolean {
  return (
    execution.mode === 'STANDARD' &&
    execution.structureVersion === pipeline.structureVersion &&
    execution.stageStatus(stage) === 'Succeeded'
  );
}

/** The execution that an automatic rollback goes back to: the last that succeeded in the stage, other than the one that failed. */
export function lastGood(
  stage: string,
  failed: ExecutionState,
  pipeline: PipelineDefinition,
  known: readonly KnownExecution[],
): KnownExecution | undefined {
  if (pipeline.executionMode === 'PARALLEL' || pipeline.stages[0]?.name === stage) return undefined;
  return known.findLast((one) => one.executionId !== failed.executionId && isRollbackTarget(stage, one, pipeline));
}

/**
 * The execution that rolls a stage back: the target's revisions, variables and artifacts, for this one stage. The artifacts stay where the target
 * has them; the new execution's folder leads there.
 */
export function rollbackOf(
  stage: string,
  known: KnownExecution,
  pipeline: PipelineDefinition,
  into: { readonly runId: string; readonly layout: Layout; readonly trigger: { type: string; detail?: string } },
): Extract<RunEventBody, { kind: 'execution.started' }> {
  const executionId = randomUUID();
  const target = known.state();
  const { layout, runId } = into;
  const outputs = pipeline.stages.flatMap((one) => one.actions.flatMap((action) => action.outputArtifacts));
  for (const { name } of outputs) {
    const from = layout.artifact(known.runId, target.executionId, name);
    if (!fs.existsSync(from)) continue;
    const to = layout.artifact(runId, executionId, name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.symlinkSync(path.relative(path.dirname(to), from), to);
  }
  const namespaces: Record<string, Record<string, string>> = {};
  for (const one of pipeline.stages)
    for (const action of one.actions) {
      const state = target.actions.get(actionPath(one.name, action.name));
      if (action.namespace && one.name !== stage && state?.status === 'Succeeded')
        namespaces[action.namespace] = state.outputVariables ?? {};
    }
  const notRehearsed = [
    ...(target.notRehearsed ?? []),
    ...[...target.actions.values()]
      .filter((one) => one.status === 'NotRehearsed')
      .map((one) => ({ stage: one.stage, action: one.action, missing: one.missing ?? [] })),
  ].filter((one) => one.stage !== stage);
  return {
    kind: 'execution.started',
    executionId,
    structureVersion: pipeline.structureVersion,
    trigger: into.trigger,
    mode: 'ROLLBACK',
    rollbackTarget: target.executionId,
    stage,
    revisions: [...target.revisions],
    namespaces,
    ...(notRehearsed.length > 0 ? { notRehearsed } : {}),
    variables: { ...target.variables },
  };
}
