import * as fs from 'node:fs';
import * as path from 'node:path';
import { packageRoot } from '../commands/input/package';
import { DiskLedger } from '../engine/cloudformation/ledger';
import { CurrentPolicies } from '../engine/iam/judgement/judged-calls';
import { judge } from '../engine/iam/judgement/judge';
import { judgeStanding } from '../engine/iam/judgement/judge-standing';
import { readRun } from '../engine/runs/event-log';
import { Layout } from '../model/layout';
import { currentExecution } from '../model/run-state';
import { readPermissions } from '../views/permissions';
import type { Measured } from './figure';
import { cloneToRehearse, rehearsal } from './twice';

/**
 * The last sample run with its judgement of permissions over the same run without: the processor's time of judging anew all that it judged, with the policies read anew for
 * each stack that it deployed, on top of the run's wall time. Undefined where no run to the end is on disk.
 */
export function judgedOverUnjudged(layout = new Layout(path.join(packageRoot, '.saiondo'))): Measured | undefined {
  const runs = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort().reverse() : [];
  for (const run of runs) {
    const state = readRun(layout.events(run));
    const execution = currentExecution(state);
    const records = readPermissions(layout.run(run));
    if (!execution?.endedAt || execution.status !== 'Succeeded' || records.length === 0) continue;
    const wall = (Date.parse(execution.endedAt) - Date.parse(execution.startedAt)) / 1000;
    const started = process.cpuUsage();
    const ledger = new DiskLedger(layout);
    const roles = [...new Set(records.map(({ role }) => role))];
    for (const stack of ledger.list()) {
      const current = new CurrentPolicies(ledger);
      const made = Object.values(stack.resources).map((one) => ({ ...one, stack }));
      const { policies, ledger: complete } = current.with(stack.stackId, made, ...roles);
      for (const one of made) judgeStanding(one, policies, complete);
    }
    const policies = new CurrentPolicies(ledger).of(...roles);
    for (const { role: by, action, resource, context, session, why, source } of records)
      judge(
        { by, action, resource, why, source, ...(context ? { context } : {}), ...(session ? { session } : {}) },
        policies,
      );
    const { user, system } = process.cpuUsage(started);
    const judging = (user + system) / 1e6;
    return {
      name: 'run with its permissions judged over one without',
      value: wall / (wall - judging),
      unit: '',
      bound: 1.03,
      detail: `${records.length} calls and ${ledger.list().length} stacks judged in ${judging.toFixed(2)} s of ${wall.toFixed(1)} s, run ${run}`,
    };
  }
  return undefined;
}

/**
 * The sample rehearsed with `--iam enforce` and with `--iam off`, each from nothing, twice and in turn: the sum of the first pair of times over that of the second. Takes as
 * long as four rehearsals.
 */
export async function enforcedOverOff(scratch: string): Promise<Measured> {
  const clone = await cloneToRehearse(path.join(scratch, 'permissions'));
  const took = { enforce: 0, off: 0 };
  // What the machine keeps warm is the second pair's as the first one's: each mode begins once.
  for (const [at, mode] of (['enforce', 'off', 'off', 'enforce'] as const).entries())
    took[mode] += await rehearsal(clone, `.saiondo-${at}`, ['--iam', mode, '--fresh']);
  return {
    name: 'run with --iam enforce over one with --iam off',
    value: took.enforce / took.off,
    unit: '',
    bound: 1.03,
    detail: `${took.enforce.toFixed(1)} s over ${took.off.toFixed(1)} s, two runs each`,
  };
}
