/** Something of an execution that runs in this engine: an action or a rule. */
export interface Job {
  readonly executionId: string;
  readonly abort: AbortController;
  /** Set when nobody waits for its result any more: it only has to go away. */
  abandoned: boolean;
}

/** What runs in this engine, by the keys of {@link actionKey} and {@link ruleKey}. */
export class Jobs {
  private readonly jobs = new Map<string, Job>();

  /** Whether nothing runs, nor has to go away. */
  get idle(): boolean {
    return this.jobs.size === 0;
  }

  /** A job that is about to run. */
  begin(key: string, job: Job): void {
    this.jobs.set(key, job);
  }

  /** A job is over: its key is free again. */
  end(key: string): void {
    this.jobs.delete(key);
  }

  /** Whether something runs under a key, or was abandoned and still has to go away. */
  busy(key: string): 'running' | 'leaving' | undefined {
    const job = this.jobs.get(key);
    return job && (job.abandoned ? 'leaving' : 'running');
  }

  /** Whether something of an execution runs whose result counts. */
  runsOf(executionId: string): boolean {
    return [...this.jobs.values()].some((job) => job.executionId === executionId && !job.abandoned);
  }

  /** Nobody waits for this job any more. */
  abandon(key: string): void {
    const job = this.jobs.get(key);
    if (job) abandon(job);
  }

  /** Nobody waits for anything of an execution any more. */
  abandonAllOf(executionId: string): void {
    for (const job of this.jobs.values()) if (job.executionId === executionId && !job.abandoned) abandon(job);
  }

  /** Ends everything, for a reason that is not a person's wish. */
  abortAll(reason: Error): void {
    for (const job of this.jobs.values()) job.abort.abort(reason);
  }
}

/** A job of an execution, not begun. */
export function jobOf(executionId: string): Job {
  return { executionId, abort: new AbortController(), abandoned: false };
}

function abandon(job: Job): void {
  job.abandoned = true;
  job.abort.abort(new Error('abandoned'));
}
