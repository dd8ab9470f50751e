import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { applyEvent } from '../../model/apply-event';
import { emptyRun, type RunState } from '../../model/run-state';
import { readEvents } from './event-log';
import { lockHolder } from '../host/lock';
import { writeAtomically } from '../files/write-atomically';
import { DIGEST_VERSION, digestOf, type RunDigest } from './run-digest';

/** Opened runs that are kept: what asks for one run asks for it again. */
const MOST_OPEN = 4;

interface OpenRun {
  readonly state: RunState;
  /** Bytes of the event log that the state holds. */
  bytes: number;
}

/**
 * The runs on disk: listed by a small digest next to each event log, opened as a state that follows the log, also while another process
 * writes it. Nothing is read of a build's log here.
 */
export class Runs {
  private readonly opened = new Map<string, OpenRun>();
  private readonly digests = new Map<string, RunDigest>();

  constructor(readonly layout: Layout) {}

  /** Every run that has an event log, the newest first (a run's id sorts by its time). */
  ids(): string[] {
    if (!fs.existsSync(this.layout.runs())) return [];
    return fs
      .readdirSync(this.layout.runs(), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isRunId(entry.name))
      .map((entry) => entry.name)
      .sort()
      .reverse();
  }

  /** Every run that can be read, the newest first. One that cannot (torn, or of a newer version) is left out of the list, not of the disk. */
  list(): RunDigest[] {
    return this.ids().flatMap((runId) => {
      try {
        return [this.digest(runId)];
      } catch {
        return [];
      }
    });
  }

  /**
   * A run's state as its log has it now. The same object grows with the log: read it at once, keep nothing of it.
   * @throws SaiondoError `RUN_MISSING`, or those of {@link readEvents}
   */
  open(runId: string): RunState {
    const file = this.layout.events(runId);
    const size = isRunId(runId) ? sizeOf(file) : undefined;
    if (size === undefined)
      throw new SaiondoError(`there is no run ${runId}`, {
        code: 'RUN_MISSING',
        next: `runs: ${this.ids().slice(0, 5).join(', ') || 'none'}`,
      });
    let run = this.opened.get(runId);
    // A log that got shorter was cut by a resumed engine: what had been read of its end is no longer true.
    if (!run || size < run.bytes) run = { state: emptyRun(), bytes: 0 };
    if (size > run.bytes) {
      const { events, length } = readEvents(file, run.bytes);
      for (const event of events) applyEvent(run.state, event);
      run.bytes = length;
    }
    this.opened.delete(runId);
    this.opened.set(runId, run);
    for (const oldest of [...this.opened.keys()].slice(0, -MOST_OPEN)) this.opened.delete(oldest);
    return run.state;
  }

  /** Whether an engine works on this run now: it has not ended, and the process that had it last holds the folder's lock. */
  isLive(digest: RunDigest): boolean {
    return digest.verdict === undefined && digest.pid !== undefined && digest.pid === this.lockedBy();
  }

  /** The process that holds the folder's lock. */
  private lockedBy(): number | undefined {
    return lockHolder(path.join(this.layout.root, 'lock'));
  }

  /** One run as a list shows it. @throws as {@link open} */
  digest(runId: string): RunDigest {
    const size = sizeOf(this.layout.events(runId));
    const known = this.digests.get(runId) ?? readDigest(digestFile(this.layout, runId));
    if (known && known.bytes === size) {
      this.digests.set(runId, known);
      return known;
    }
    const state = this.open(runId);
    const made = digestOf(state, size ?? 0);
    this.digests.set(runId, made);
    if (made.verdict) writeDigest(digestFile(this.layout, runId), made);
    return made;
  }
}

/** Leaves a run's digest next to its log, when the run is over: then the list need not read the log. */
export function saveDigest(layout: Layout, state: RunState): void {
  const size = sizeOf(layout.events(state.runId));
  if (size !== undefined) writeDigest(digestFile(layout, state.runId), digestOf(state, size));
}

function digestFile(layout: Layout, runId: string): string {
  return path.join(layout.run(runId), 'digest.json');
}

/** Names come from clients too: one that leads out of the folder of runs is not a run. */
function isRunId(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
}

function sizeOf(file: string): number | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })?.size;
}

function readDigest(file: string): RunDigest | undefined {
  try {
    const digest = JSON.parse(fs.readFileSync(file, 'utf8')) as RunDigest;
    const whole = Array.isArray(digest.executions) && Array.isArray(digest.builds) && Array.isArray(digest.structures);
    return digest.v === DIGEST_VERSION && whole ? digest : undefined;
  } catch {
    return undefined;
  }
}

/** A digest is a convenience: a disk that takes none (full, read-only) does not stop anybody from reading. */
function writeDigest(file: string, digest: RunDigest): void {
  try {
    writeAtomically(file, JSON.stringify(digest), { durable: false });
  } catch {
    // It is made anew from the events.
  }
}
