import type { ActionState, ExecutionState, RunState } from '../../model/run-state';
import { seconds } from '../duration';
import { stateWords } from '../execution-words';
import { markup, type Part } from '../markup';
import { length, span } from './critical-path';
import { unchangedNote, withoutGuard } from '../../model/unchanged';

/** The place of a build's log in the report. */
export function logPlace(buildId: string): string {
  return `log-${buildId.replace(/[^A-Za-z0-9-]/g, '-')}`;
}

/** An action's name, as a link to its log where it has one. */
export function actionLink(state: RunState, action: ActionState | undefined, name: string): Part {
  const build = state.builds.get(action?.externalExecutionId ?? '');
  return build ? markup`<a href="#${logPlace(build.buildId)}">${name}</a>` : name;
}

/** The stages of an execution with their actions: state, time, and what they say. */
export function stages(
  state: RunState,
  execution: ExecutionState | undefined,
  critical: ReadonlySet<ActionState>,
): Part {
  const definition = state.definitions.find((one) => one.structureVersion === execution?.structureVersion);
  const rows = (definition ?? state.definition)?.stages.flatMap((stage) => {
    const status = execution?.stages.get(stage.name)?.status ?? 'not reached';
    const head = markup`<tr><th colspan="4">${stage.name} <span class="${status}">${status}</span></th></tr>`;
    const lines = stage.actions.map((definition) => {
      const action = execution?.actions.get(`${stage.name}/${definition.name}`);
      const note =
        (action?.failure && withoutGuard(action.failure.message)) ??
        action?.summary ??
        action?.missing?.join(', ') ??
        unchangedNote(action?.outputVariables) ??
        '';
      const mark = action && critical.has(action) ? markup` <span class="mark">critical path</span>` : '';
      return markup`<tr><td>${actionLink(state, action, definition.name)}${mark}</td><td class="${action?.status ?? ''}">${stateWords(action?.status)}</td><td class="time">${action ? seconds(length(action)) : ''}</td><td>${note}</td></tr>`;
    });
    return [head, ...lines];
  });
  return markup`<table>${rows ?? []}</table>`;
}

/** When each action ran: what failed, what the duration is made of, and the others, each in its colour. */
export function timeLine(actions: readonly ActionState[], critical: ReadonlySet<ActionState>): Part {
  if (actions.length === 0) return '';
  const start = Math.min(...actions.map((action) => Date.parse(action.startedAt)));
  const all = Math.max(span(actions), 0.001);
  const rows = actions.map((action) => {
    const left = ((Date.parse(action.startedAt) - start) / 1000 / all) * 100;
    const width = (length(action) / all) * 100;
    const kind = action.status === 'Failed' ? 'bad' : critical.has(action) ? 'critical' : '';
    return markup`<div class="row"><b>${`${action.stage}/${action.action}`}</b><div class="track"><i class="${kind}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></i></div><small>${seconds(length(action))}</small></div>`;
  });
  const path = [...critical].reduce((sum, action) => sum + length(action), 0);
  return markup`<h2>Time line</h2>
<p class="key"><span><i class="critical"></i>critical path, ${seconds(path)} of ${seconds(span(actions))}</span><span><i class="bad"></i>failed</span><span><i></i>ran at the same time</span></p>
${rows}`;
}
