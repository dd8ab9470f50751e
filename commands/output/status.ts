import type { PipelineStatus, StageStatus } from '../../operator/status.shape';
import { seconds } from '../../views/duration';
import { fit, short, state, type Paint } from './paint';
import type { Execution, Revision } from '../../model/revision.shape';

/** The status for people: one line an action, below its stage. */
export function showStatus(status: PipelineStatus, paint: Paint): string {
  const { colours } = paint;
  const executions = new Map(status.executions.map((one) => [one.id, one]));
  const lines = status.stages.flatMap((stage) => stageLines(stage, executions, paint));
  const approvals = status.approvals.flatMap((one) => [
    colours.yellow(`${one.stage}/${one.action} waits for approval${one.deadline ? ` until ${one.deadline}` : ''}`),
    ...(one.message ? [`  ${one.message}`] : []),
    `  → saiondo approve ${one.stage}`,
  ]);
  return [...lines, ...(approvals.length > 0 ? ['', ...approvals] : [])].join('\n');
}

function stageLines(stage: StageStatus, executions: ReadonlyMap<string, Execution>, paint: Paint): string[] {
  const { colours } = paint;
  const execution = executions.get(stage.executionId ?? '');
  const revision = revisionsText(execution?.revisions ?? []);
  const { transition } = stage;
  return [
    ...(transition.enabled
      ? []
      : [
          colours.yellow(
            `  ✕ transition disabled${transition.by ? ` by ${transition.by}` : ''}${transition.reason ? `: ${transition.reason}` : ''}`,
          ),
        ]),
    `${colours.bold(stage.name)} ${state(paint, stage.status)}${revision ? `  ${revision}` : ''}`,
    ...(stage.waitingExecutionId ? [colours.dim(`  ${stage.waitingExecutionId} waits to enter`)] : []),
    ...stage.actions.map((action) => {
      const time = action.seconds === undefined ? '' : seconds(action.seconds);
      const note = action.error ?? action.summary ?? '';
      const head = `  ${action.name.padEnd(28)} ${state(paint, action.status.padEnd(10))} ${time.padStart(12)}`;
      const width = paint.terminal ? Math.max(20, paint.columns - 56) : 400;
      return note ? `${head}  ${colours.dim(fit(note.split('\n')[0] ?? '', width))}` : head.trimEnd();
    }),
  ];
}

/** The commits of an execution: sources of one repository bring the same. */
export function revisionsText(revisions: readonly Revision[]): string {
  return [...new Set(revisions.map(revisionText))].join(', ');
}

/** `1a2b3c4 Add a channel (Ann)`. */
function revisionText(revision: Revision): string {
  const message = revision.message?.split('\n')[0];
  return [short(revision.commit), message, revision.author ? `(${revision.author})` : ''].filter(Boolean).join(' ');
}
