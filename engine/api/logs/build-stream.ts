import type { KnownBuild } from '../codebuild/build-records';
import { LogFile } from './log-file';

/** A log stream that is a build's log on disk. */
export interface BuildStream extends OpenedStream {
  readonly known: KnownBuild;
}

/** What of a stream its log is opened by. */
export interface OpenedStream {
  readonly name: string;
  /** Undefined where the build left no log. */
  readonly file: string | undefined;
  readonly startedAt: number;
  /** Nobody writes it any more. */
  readonly complete: boolean;
}

/** Opens a stream's log; a build that left none has an empty one. */
export function openLog({ file, startedAt, complete }: OpenedStream): LogFile | undefined {
  return file === undefined ? undefined : LogFile.open(file, startedAt, complete);
}

/** Does something with a stream's log, and closes it. */
export function useLog<T>(stream: BuildStream, empty: T, work: (log: LogFile) => T): T {
  const log = openLog(stream);
  if (!log) return empty;
  try {
    return work(log);
  } finally {
    log.close();
  }
}
