import * as fs from 'node:fs';
import * as path from 'node:path';
import { packageRoot } from '../commands/input/package';
import { readRun } from '../engine/runs/event-log';
import { Layout } from '../model/layout';
import { currentExecution } from '../model/run-state';
import type { Measured } from './figure';

/** Wall time of the last sample run over the critical path of its actions' own command time; undefined where none is on disk. */
export function overhead(): Measured | undefined {
  const layout = new Layout(path.join(packageRoot, '.saiondo'));
  const runs = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort().reverse() : [];
  for (const run of runs) {
    const state = readRun(layout.events(run));
    const execution = currentExecution(state);
    if (!execution?.endedAt || execution.status !== 'Succeeded') continue;
    const longest = new Map<string, number>();
    for (const action of execution.actions.values()) {
      const key = `${action.stage}/${action.runOrder}`;
      longest.set(key, Math.max(longest.get(key) ?? 0, action.commandSeconds ?? 0));
    }
    const commands = [...longest.values()].reduce((sum, value) => sum + value, 0);
    const wall = (Date.parse(execution.endedAt) - Date.parse(execution.startedAt)) / 1000;
    return {
      name: 'run over its own commands',
      value: wall / commands,
      unit: '',
      bound: 1.05,
      detail: `${wall.toFixed(1)} s over ${commands.toFixed(1)} s, run ${run}`,
    };
  }
  return undefined;
}
