import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import { diskError } from '../files/disk-error';
import { isObject } from '../files/read-state';
import { makePrivateFolder } from '../files/write-atomically';
import { EVENT_VERSION, type RunEvent, type RunEventBody } from '../../model/events';
import { applyEvent } from '../../model/apply-event';
import { emptyRun, type RunState } from '../../model/run-state';
import type { RunSecrets } from '../ports/run-secrets';
import { redactEvent } from '../secrets/redact-event';
import { KeptFields } from './kept-fields';

/** The append-only event log of a run. A listener hears an event after it is on disk, and both are without the run's secrets. */
export class EventLog {
  readonly state: RunState;
  private readonly handle: number;
  private readonly kept: KeptFields;
  private readonly listeners: ((event: RunEvent) => void)[] = [];
  /** What stopped the recording. Half a line may stand at the end: nothing more goes behind it. */
  private broken: SaiondoError | undefined;

  /** Opens a log, new or begun. A last line that a kill tore in two is cut off: what it told had not happened yet. */
  constructor(
    private readonly file: string,
    private readonly secrets?: Pick<RunSecrets, 'clean'>,
  ) {
    const { events, length } = fs.existsSync(file) ? readEvents(file) : { events: [], length: 0 };
    try {
      makePrivateFolder(path.dirname(file));
      if (fs.existsSync(file)) fs.truncateSync(file, length);
      this.handle = fs.openSync(file, 'a', 0o600);
    } catch (cause) {
      throw diskError(cause, file, 'the event log');
    }
    this.kept = new KeptFields(file);
    this.state = events.reduce((state, event) => applyEvent(state, this.kept.restore(event)), emptyRun());
  }

  listen(listener: (event: RunEvent) => void): void {
    this.listeners.push(listener);
  }

  /** Appends an event. @throws SaiondoError `DISK_FULL` when it cannot be written: a run that is not recorded does not continue */
  readonly emit = (given: RunEventBody): void => {
    const body = this.secrets ? redactEvent(given, (text) => this.secrets?.clean(text) ?? text) : given;
    const event: RunEvent = {
      v: EVENT_VERSION,
      sequence: this.state.sequence + 1,
      time: new Date().toISOString(),
      ...body,
    };
    if (this.broken) throw this.broken;
    try {
      if (body !== given) this.kept.keep(event, given);
      const line = Buffer.from(`${JSON.stringify(event)}\n`);
      // A disk that is getting full takes a part first and refuses the rest.
      for (let at = 0; at < line.length;) at += fs.writeSync(this.handle, line, at);
    } catch (cause) {
      const known = diskError(cause, this.file, 'the event log');
      this.broken =
        known instanceof SaiondoError
          ? known
          : new SaiondoError(`cannot write the event log: ${known.message}`, { code: 'EVENT_LOG', cause });
      throw this.broken;
    }
    applyEvent(this.state, this.kept.restore(event));
    for (const listener of this.listeners) listener(event);
  };

  close(): void {
    fs.closeSync(this.handle);
  }
}

/**
 * The events of a log from a byte on (a line's first), and where its whole lines end, in bytes.
 * @throws SaiondoError `EVENT_VERSION` for a log of a newer package
 */
export function readEvents(file: string, from = 0): { events: RunEvent[]; length: number } {
  const bytes = readFrom(file, from);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const length = from + whole;
  const events = bytes
    .subarray(0, whole)
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map((line, at) => {
      try {
        const event: unknown = JSON.parse(line);
        if (isEvent(event)) return event;
        throw new Error('an event has a kind, a version and a time');
      } catch (cause) {
        const which = from === 0 ? `line ${at + 1}` : `line ${at + 1} after byte ${from}`;
        throw new SaiondoError(`${which} of the event log is damaged`, {
          code: 'EVENT_LOG',
          where: { file, ...(from === 0 ? { line: at + 1 } : {}) },
          next: 'this run cannot be read any more, others can; start a new one',
          cause,
        });
      }
    });
  const newest = Math.max(0, ...events.map((event) => event.v));
  if (newest > EVENT_VERSION) {
    throw new SaiondoError(
      `the run was recorded by a newer version of saiondo (events ${newest}, this one reads up to ${EVENT_VERSION})`,
      { code: 'EVENT_VERSION', where: { file } },
    );
  }
  return { events, length };
}

function isEvent(value: unknown): value is RunEvent {
  return (
    isObject(value) && typeof value.kind === 'string' && typeof value.v === 'number' && typeof value.time === 'string'
  );
}

function readFrom(file: string, from: number): Buffer {
  if (from === 0) return fs.readFileSync(file);
  const handle = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fs.fstatSync(handle).size - from));
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, from));
  } finally {
    fs.closeSync(handle);
  }
}

/** A run on disk as its state. */
export function readRun(file: string): RunState {
  return readEvents(file).events.reduce(applyEvent, emptyRun());
}
