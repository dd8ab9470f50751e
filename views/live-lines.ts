import { firstLine } from '../model/plain-text';
import type { StageDefinition } from '../model/pipeline';
import {
  judgedExecution,
  rollbacksAfter,
  type ActionState,
  type ExecutionState,
  type RunState,
  waitsForDecision,
} from '../model/run-state';
import { wholeSeconds } from './duration';
import { reasonFirst } from './failure-words';
import { commitsOf, kindOf } from './execution-words';
import { deadline } from './local-time';
import { styledLine, type Span, type Style } from './spans';
import { fitWidth } from './text-width';
import { unchangedNote, withoutGuard } from '../model/unchanged';

/** Columns of a stage's name among others on one line: a name has up to 100 characters, and the stages after it are to be seen too. */
const FOLDED_NAME = 24;

/** What the live lines are drawn for. */
export interface LiveOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly columns: number;
  /** Lines that may be drawn. */
  readonly rows: number;
  /** A last line: which keys there are. */
  readonly keys?: string;
}

const MARKS: Readonly<Record<string, readonly [string, Style]>> = {
  Succeeded: ['✔', 'good'],
  Failed: ['✘', 'bad'],
  InProgress: ['●', 'live'],
  NotRehearsed: ['○', 'none'],
  Abandoned: ['■', 'none'],
  Stopped: ['■', 'none'],
  Stopping: ['■', 'none'],
};

/**
 * The run as lines that fit the terminal: what waits for a person on top, then each execution under a heading of its own. Finished stages, and those
 * that are not reached, are folded into one line; what runs or failed has its actions. Where there is no room for all, the newest execution is shown.
 */
export function liveLines(state: RunState, options: LiveOptions): string[] {
  const { columns, rows, keys } = options;
  const top = waitingLines(state, options);
  const bottom = [...differenceLine(state, columns), ...(keys ? [styledLine([[keys, 'dim']], columns)] : [])];
  const room = Math.max(1, rows - top.length - bottom.length);
  const blocks = shownExecutions(state).map((one) => executionLines(state, one, options));
  // Between the first line and the first execution the machine is made ready: a minute without a word looks like a fault.
  if (state.executions.length === 0 && state.startedAt && !state.verdict)
    blocks.push([
      styledLine(
        [
          ['● ', 'live'],
          ['this machine is made ready', 'plain'],
          [`  ${wholeSeconds((options.now - Date.parse(state.startedAt)) / 1000)}`, 'dim'],
        ],
        columns,
      ),
    ]);
  return [...top, ...fitBlocks(blocks, room), ...bottom].slice(0, rows);
}

/** The executions that work; where none does, the one that the run is judged by and what was rolled back after it. */
function shownExecutions(state: RunState): ExecutionState[] {
  const active = state.executions.filter((one) => ['InProgress', 'Stopping', 'Waiting'].includes(one.status));
  if (active.length > 0) return active;
  const judged = judgedExecution(state);
  return judged ? [judged, ...rollbacksAfter(state, judged)] : [];
}

/** The blocks that fit: the newest whole, of the others their headings, as far as there is room. */
function fitBlocks(blocks: readonly string[][], room: number): string[] {
  const all = blocks.flat();
  if (all.length <= room) return all;
  const last = blocks.at(-1) ?? [];
  const heads = blocks.slice(0, -1).map((block) => block[0] ?? '');
  const kept = heads.slice(-Math.max(0, room - Math.min(last.length, Math.ceil(room / 2))));
  const left = room - kept.length;
  const cut =
    last.length > left ? [...last.slice(0, Math.max(1, left - 1)), `    … ${last.length - left + 1} more`] : last;
  return [...kept, ...cut].slice(0, room);
}

function waitingLines(state: RunState, { now, columns }: LiveOptions): string[] {
  const waiting = state.executions.flatMap((execution) =>
    [...execution.actions.values()].filter(waitsForDecision).map((action) => ({ execution, action })),
  );
  return waiting.map(({ execution, action }) => {
    const whose = waiting.length > 1 ? ` of ${execution.executionId.slice(0, 8)}` : '';
    return styledLine(
      [
        [`‖ ${fitName(`${action.stage}/${action.action}`, columns)}${whose} waits for approval`, 'wait'],
        [`, expires ${deadline(action.approval?.deadline ?? '', now)}`, 'dim'],
      ],
      columns,
    );
  });
}

/** A name of a stage or an action, which has up to 100 characters: what is said of it has to have room on the same line. */
function fitName(name: string, columns: number): string {
  return fitWidth(name, Math.max(10, Math.floor(columns / 2)));
}

function executionLines(state: RunState, execution: ExecutionState, options: LiveOptions): string[] {
  const { columns, now } = options;
  const took = wholeSeconds(
    ((execution.endedAt ? Date.parse(execution.endedAt) : now) - Date.parse(execution.startedAt)) / 1000,
  );
  const commits = commitsOf(execution);
  const head = styledLine(
    [
      [`${execution.executionId.slice(0, 8)} `, 'bold'],
      [kindOf(execution), execution.mode === 'ROLLBACK' ? 'none' : 'plain'],
      [`  ${took}`, 'dim'],
      [commits ? `  ${commits}` : '', 'dim'],
    ],
    columns,
  );
  const definition =
    state.definitions.find((one) => one.structureVersion === execution.structureVersion) ?? state.definition;
  const stages = (definition?.stages ?? []).filter(
    (stage) => execution.mode !== 'ROLLBACK' || stage.name === execution.rollbackStage,
  );
  return [head, ...stageBlock(state, execution, stages, options)];
}

/** The stages of an execution: neighbours that are done, or not reached, on one line as far as it goes. */
function stageBlock(
  state: RunState,
  execution: ExecutionState,
  stages: readonly StageDefinition[],
  options: LiveOptions,
): string[] {
  const lines: string[] = [];
  let folded: string[] = [];
  let kind = '';
  const flush = (): void => {
    if (folded.length > 0) lines.push(foldedLine(kind, folded, options.columns));
    folded = [];
  };
  for (const stage of stages) {
    const status = execution.stages.get(stage.name)?.status;
    const shown = stage.actions.flatMap((action) => execution.actions.get(`${stage.name}/${action.name}`) ?? []);
    const open = status !== undefined && (status !== 'Succeeded' || shown.some((one) => one.status === 'NotRehearsed'));
    if (open) {
      flush();
      lines.push(
        stageLine(execution, stage, shown, options),
        ...actionLines(state, shown, status === 'Succeeded', options),
      );
      continue;
    }
    const next = status === undefined ? 'NotReached' : 'Succeeded';
    if (next !== kind) flush();
    kind = next;
    folded.push(
      `${fitWidth(stage.name, FOLDED_NAME)} ${status === undefined ? stage.actions.length : `${shown.length}/${stage.actions.length}`}`,
    );
  }
  flush();
  return lines;
}

function foldedLine(kind: string, stages: readonly string[], columns: number): string {
  const [mark, style] = MARKS[kind] ?? ['·', 'dim'];
  return styledLine(
    [
      [`${mark} `, style],
      [stages.join(' · '), 'dim'],
    ],
    columns,
  );
}

function stageLine(
  execution: ExecutionState,
  stage: StageDefinition,
  actions: readonly ActionState[],
  { now, columns }: LiveOptions,
): string {
  const known = execution.stages.get(stage.name);
  const [mark, style] = MARKS[known?.status ?? ''] ?? ['·', 'dim'];
  const done = actions.filter((one) => one.status === 'Succeeded').length;
  const took = known
    ? wholeSeconds(((known.endedAt ? Date.parse(known.endedAt) : now) - Date.parse(known.startedAt)) / 1000)
    : '';
  return styledLine(
    [
      [`${mark} `, style],
      [fitName(stage.name, columns), 'bold'],
      [` ${done}/${stage.actions.length}  ${took}`, 'dim'],
      [known?.detail ? `  ${firstLine(known.detail)}` : '', 'dim'],
    ],
    columns,
  );
}

/** The actions of a stage that a person has to see: what failed, what was not rehearsed, what runs. The others are counted in the stage's line. */
function actionLines(state: RunState, actions: readonly ActionState[], ended: boolean, options: LiveOptions): string[] {
  const order = ['Failed', 'InProgress', 'Abandoned', 'NotRehearsed'];
  return actions
    .filter((one) => (ended ? one.status === 'NotRehearsed' : order.includes(one.status)))
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
    .map((one) => actionLine(state, one, options));
}

function actionLine(state: RunState, action: ActionState, { now, columns }: LiveOptions): string {
  const [mark, style] = MARKS[action.status] ?? ['·', 'dim'];
  const took = wholeSeconds(
    ((action.endedAt ? Date.parse(action.endedAt) : now) - Date.parse(action.startedAt)) / 1000,
  );
  const spans: Span[] = [
    [`  ${mark} `, style],
    [fitName(action.action, columns)],
    [`  ${took}`, 'dim'],
    [noteOf(state, action) === '' ? '' : `  ${noteOf(state, action)}`, action.status === 'Failed' ? 'bad' : 'dim'],
  ];
  return styledLine(spans, columns);
}

function noteOf(state: RunState, action: ActionState): string {
  if (action.status === 'NotRehearsed')
    return `not rehearsed: ${action.summary ?? `needs ${(action.missing ?? []).join(', ')}`}`;
  if (action.status !== 'InProgress')
    return firstLine(
      (action.failure && reasonFirst(withoutGuard(action.failure.message))) ??
        action.summary ??
        unchangedNote(action.outputVariables),
    );
  if (action.approval) return 'waits for approval';
  const build = [...state.builds.values()].findLast((one) => one.actionExecutionId === action.actionExecutionId);
  return firstLine(build?.command && withoutGuard(build.command));
}

function differenceLine(state: RunState, columns: number): string[] {
  const count = new Set(state.messages.filter((one) => one.level === 'limit').map((one) => one.text)).size;
  return count > 0
    ? [
        styledLine(
          [
            [
              `${count} ${count === 1 ? 'difference' : 'differences'} from AWS: listed in the report and on the page`,
              'dim',
            ],
          ],
          columns,
        ),
      ]
    : [];
}
