import type { PipelineStatus, StageStatus } from '../../operator/status.shape';
import { seconds } from '../../views/duration';
import { deadline } from '../../views/local-time';
import { fitWidth, padWidth, width } from '../../views/text-width';
import { short, state, type Paint } from './paint';
import type { Execution, Revision } from '../../model/revision.shape';

/** How much of a status is shown. */
export interface StatusView {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Rows of the screen that it has to fit; without it every line is shown. */
  readonly rows?: number;
  /** Every action of every stage. */
  readonly all?: boolean;
}

/** The status for people, on one screen: what waits first, each execution once, then the stage that works with its actions, the others a line each. */
export function showStatus(status: PipelineStatus, paint: Paint, view: StatusView): string {
  const head = [...approvalLines(status, paint, view.now), ...executionLines(status, paint)];
  const stages = [...status.stages].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)));
  const others = stages.filter((one) => !isOpen(one)).length;
  const room = view.rows === undefined ? Infinity : view.rows - head.length - others - 1;
  const open = stages.filter(isOpen);
  const columns = stageColumns(status, paint);
  const body = stages.flatMap((stage) => {
    const shown = view.all || isOpen(stage) ? actionLines(stage, paint, view.all === true) : [];
    const most = view.all ? Infinity : Math.max(1, Math.floor(room / Math.max(1, open.length)) - 2);
    return [...stageLines(stage, paint, columns), ...cut(shown, most)];
  });
  return [...head, '', ...body].map((line) => (paint.terminal ? fitStyled(line, paint.columns) : line)).join('\n');
}

/** A stage whose actions a person wants to see: it works, or it failed. */
function isOpen(stage: StageStatus): boolean {
  return ['InProgress', 'Stopping', 'Failed', 'Stopped'].includes(stage.status);
}

function approvalLines(status: PipelineStatus, { colours, terminal, columns }: Paint, now: number): string[] {
  const several = status.approvals.length > 1;
  const path = (one: { stage: string; action: string }): string => {
    const whole = `${one.stage}/${one.action}`;
    return terminal ? fitWidth(whole, Math.max(10, Math.floor(columns / 2))) : whole;
  };
  return status.approvals.flatMap((one) => [
    colours.yellow(
      `‖ ${path(one)}${several ? ` of ${one.executionId.slice(0, 8)}` : ''} waits for approval${one.deadline ? `, expires ${deadline(one.deadline, now)}` : ''}`,
    ),
    ...(one.message ? [`  ${one.message.split('\n')[0] ?? ''}`] : []),
    `  → saiondo approve ${one.stage}`,
  ]);
}

/** The executions that the stages hold, each with its commits, once. */
function executionLines(status: PipelineStatus, paint: Paint): string[] {
  return status.executions.map((one) => {
    const kind = one.type === 'ROLLBACK' ? `rollback to ${(one.rollbackTarget ?? '').slice(0, 8)}  ` : '';
    return `${one.id.slice(0, 8)} ${state(paint, one.status)}  ${kind}${revisionsText(one.revisions)}`;
  });
}

/** How wide the names of stages and their counts are, so that what follows them stands in one column: also while `16/17` becomes `17/17`. */
interface StageColumns {
  readonly name: number;
  readonly count: number;
}

function stageColumns({ stages }: PipelineStatus, paint: Paint): StageColumns {
  const longest = Math.max(0, ...stages.map((one) => width(one.name)));
  const count = Math.max(0, ...stages.map((one) => `${one.actions.length}`.length)) * 2 + 1;
  return { name: paint.terminal ? Math.min(longest, Math.floor(paint.columns / 3)) : longest, count };
}

function stageLines(stage: StageStatus, paint: Paint, columns: StageColumns): string[] {
  const { colours } = paint;
  const { transition, actions } = stage;
  const done = actions.filter((one) => one.status === 'Succeeded').length;
  const not = actions.filter((one) => one.status === 'NotRehearsed').map((one) => one.name);
  const name = padWidth(colours.bold(paint.terminal ? fitWidth(stage.name, columns.name) : stage.name), columns.name);
  const counted = `${done}/${actions.length}`.padStart(columns.count);
  return [
    ...(transition.enabled
      ? []
      : [
          colours.yellow(
            `✕ transition to ${stage.name} disabled${transition.by ? ` by ${transition.by}` : ''}${transition.reason ? `: ${transition.reason}` : ''}`,
          ),
        ]),
    `${name} ${padWidth(state(paint, stage.status), 11)} ${counted}${stage.executionId ? `  ${colours.dim(stage.executionId.slice(0, 8))}` : ''}${not.length > 0 ? colours.yellow(`  not rehearsed: ${not.join(', ')}`) : ''}`,
    ...(stage.waitingExecutionId ? [colours.dim(`  ${stage.waitingExecutionId.slice(0, 8)} waits to enter`)] : []),
  ];
}

/** The actions of a stage: of one that works those that failed or run; all on demand. */
function actionLines(stage: StageStatus, paint: Paint, all: boolean): string[] {
  const order = ['Failed', 'InProgress', 'Abandoned', 'NotRehearsed'];
  const shown = all
    ? stage.actions
    : stage.actions
        .filter((one) => order.includes(one.status))
        .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const longest = Math.max(0, ...shown.map((one) => width(one.name)));
  const column = paint.terminal ? Math.min(longest, Math.floor(paint.columns / 3)) : longest;
  return shown.map((action) => {
    const name = padWidth(paint.terminal ? fitWidth(action.name, column) : action.name, column);
    const time = action.seconds === undefined ? '' : seconds(action.seconds);
    const note = (action.error ?? action.summary ?? '').split('\n')[0] ?? '';
    const status = action.status === 'NotRehearsed' ? 'not rehearsed' : action.status;
    return `  ${name} ${padWidth(state(paint, status), 13)} ${time.padStart(11)}  ${paint.colours.dim(note)}`.trimEnd();
  });
}

function cut(lines: readonly string[], most: number): string[] {
  return lines.length > most ? [...lines.slice(0, most), `  … ${lines.length - most} more (--all)`] : [...lines];
}

/** A line with our own colours, cut where the screen ends: without them, where it has to be cut. */
function fitStyled(line: string, columns: number): string {
  if (width(line) <= columns) return line;
  return fitWidth(line.replace(/\u001b\[\d+m/g, ''), columns);
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

/** An execution's id as a person reads it on a terminal; whole where a program reads it. */
export function shownId(execution: Pick<Execution, 'id'>, paint: Paint): string {
  return paint.terminal ? execution.id.slice(0, 8) : execution.id;
}
