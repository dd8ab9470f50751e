import pc from 'picocolors';
import { firstLine } from '../model/plain-text';
import { currentExecution, type ActionState, type RunState } from '../model/run-state';
import { seconds } from './duration';

const MARKS: Readonly<Record<string, string>> = {
  Succeeded: pc.green('✔'),
  Failed: pc.red('✘'),
  InProgress: pc.cyan('●'),
  NotRehearsed: pc.yellow('○'),
  Abandoned: pc.yellow('■'),
};

/** The pipeline as lines: finished stages on one line, the running one with its actions. */
export function stageLines(state: RunState, options: { now: number; columns: number }): string[] {
  const execution = currentExecution(state);
  if (!state.definition || !execution) return [];
  const lines: string[] = [];
  for (const stage of state.definition.stages) {
    const known = execution.stages.get(stage.name);
    const actions = stage.actions.map((action) => execution.actions.get(`${stage.name}/${action.name}`));
    const done = actions.filter((action) => action?.status === 'Succeeded').length;
    const mark = known ? (MARKS[known.status] ?? '·') : pc.dim('·');
    const took = known
      ? seconds(((known.endedAt ? Date.parse(known.endedAt) : options.now) - Date.parse(known.startedAt)) / 1000)
      : '';
    lines.push(
      `${mark} ${known ? pc.bold(stage.name) : pc.dim(stage.name)} ${pc.dim(`${done}/${actions.length}`)} ${pc.dim(took)}`,
    );
    if (!known || (known.status === 'Succeeded' && !actions.some((action) => action?.status === 'NotRehearsed')))
      continue;
    for (const action of actions)
      if (action && (known.status !== 'Succeeded' || action.status === 'NotRehearsed'))
        lines.push(actionLine(state, action, options));
  }
  return lines;
}

function actionLine(state: RunState, action: ActionState, options: { now: number; columns: number }): string {
  const took = seconds(
    ((action.endedAt ? Date.parse(action.endedAt) : options.now) - Date.parse(action.startedAt)) / 1000,
  );
  const build = [...state.builds.values()]
    .filter((one) => one.stage === action.stage && one.action === action.action)
    .at(-1);
  const note =
    action.status === 'InProgress'
      ? action.approval
        ? 'waits for approval'
        : (build?.command ?? '')
      : (action.failure?.message ?? action.summary ?? '');
  const head = `  ${action.action} ${took} `;
  const room = Math.max(0, options.columns - head.length - 4);
  return `  ${MARKS[action.status] ?? '·'} ${action.action} ${pc.dim(took)} ${pc.dim(firstLine(note).slice(0, room))}`;
}
