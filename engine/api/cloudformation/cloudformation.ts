import { SaiondoError } from '../../../model/errors';
import type { StackEvent } from '../../../model/run-state';
import type { DiskLedger } from '../../cloudformation/ledger';
import { addressIn, readAnswer, reviewed, type KnownStacks } from './query-reads';
import { queryResponse } from './query-response';
import { ChangeSetStore } from '../../cloudformation/change-set-store';
import type { AwsHandler } from '../../ports/aws-request';
import type { Runs } from '../../runs/runs';

/** What the runs of a folder have recorded of stacks: their events, of every run. */
export function recordedEvents(runs: Runs): KnownStacks['events'] {
  /** Runs that are over do not change: what was read of them once is kept, and nothing else of them. */
  const over = new Map<string, readonly (readonly [string, StackEvent])[]>();
  const eventsOf = (runId: string): readonly (readonly [string, StackEvent])[] => {
    const known = over.get(runId);
    if (known) return known;
    try {
      const state = runs.open(runId);
      const events = state.stackEvents.map((event) => [`${runId}-${event.sequence}`, event] as const).reverse();
      if (state.verdict && !runs.isLive(runs.digest(runId))) over.set(runId, events);
      return events;
    } catch {
      // A run that cannot be read is in no list either.
      return [];
    }
  };
  return function* events({ account, region, stackName }) {
    for (const runId of runs.ids())
      for (const entry of eventsOf(runId)) {
        const [, event] = entry;
        // Logs of older versions do not say where a stack is.
        const here = event.account === undefined || (event.account === account && event.region === region);
        if (event.stackName === stackName && here) yield entry;
      }
  };
}

/** CloudFormation as the runs on disk know it, without an engine: its reading operations. What would change a stack is refused by name. */
export function cloudFormationReads(runs: Runs, ledger: () => DiskLedger): AwsHandler {
  const events = recordedEvents(runs);
  const changeSets = new ChangeSetStore(runs.layout.changeSets());
  return (request) => {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = request.operation;
    return queryResponse(action, () => {
      const stacks = { ledger: ledger(), changeSets };
      const known: KnownStacks = { ...stacks, events, statusOf: (at) => reviewed(at, stacks) };
      const read = readAnswer(action, form, addressIn(form, request, stacks), known);
      if (read !== undefined) return read;
      throw new SaiondoError(
        `not answered here: cloudformation:${action}. no rehearsal runs here, and its runs on disk answer what reads`,
        {
          code: 'InvalidAction',
        },
      );
    });
  };
}
