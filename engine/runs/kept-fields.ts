import * as path from 'node:path';
import type { RunEvent, RunEventBody } from '../../model/events';
import { isObject, readState } from '../files/read-state';
import { writeAtomically } from '../files/write-atomically';
import { actingFields, type ActingFields } from '../secrets/redact-event';

/**
 * What events would have said but for a secret in it, where the engine acts on it: a variable that a later action takes. It is next to the event log, in
 * `variables.json`, for the owner alone, and it is read by the engine only: pages, reports and lists read the log.
 */
export class KeptFields {
  private readonly file: string;
  private readonly bySequence: Record<string, ActingFields>;

  constructor(eventLog: string) {
    this.file = path.join(path.dirname(eventLog), 'variables.json');
    this.bySequence =
      readState<Record<string, ActingFields>>({
        file: this.file,
        holds: 'the variables of a run that have a secret in them',
        valid: (content): content is Record<string, ActingFields> =>
          isObject(content) && Object.values(content).every(isObject),
        next: 'remove it to read the run without them; actions that take these variables have to be run again',
      }) ?? {};
  }

  /** Keeps the fields of an event that are recorded otherwise than they were given. */
  keep(recorded: RunEvent, given: RunEventBody): void {
    const fields = actingFields(given);
    if (JSON.stringify(fields) === JSON.stringify(actingFields(recorded))) return;
    this.bySequence[recorded.sequence] = fields;
    writeAtomically(this.file, JSON.stringify(this.bySequence));
  }

  /** An event as it was given. */
  restore(event: RunEvent): RunEvent {
    const kept = this.bySequence[event.sequence];
    return kept ? ({ ...event, ...kept } as RunEvent) : event;
  }
}
