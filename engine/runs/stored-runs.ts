import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Layout } from '../../model/layout';
import { removeTree } from '../files/remove-tree';
import { liveState } from './run-digest';
import { Runs } from './runs';

/** A run as it lies on disk. */
export interface ListedRun {
  readonly runId: string;
  readonly pipeline: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Its verdict; `running` or `waiting` while an engine works on it, `interrupted` where none does and it has none. */
  readonly verdict: string;
  /** Of its folder, links not followed. */
  readonly bytes: number;
}

/** The runs of a folder with their sizes, the newest first. */
export function listRuns(layout: Layout): ListedRun[] {
  const runs = new Runs(layout);
  return runs
    .list()
    .map((digest) => ({
      runId: digest.runId,
      pipeline: digest.pipeline,
      startedAt: digest.startedAt,
      verdict: runs.isLive(digest) ? liveState(digest) : (digest.verdict ?? 'interrupted'),
      bytes: sizeOf(layout.run(digest.runId)),
    }))
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/**
 * The runs that are not to be removed, with the reason: one that works or waits; the last that delivered to a stage, which a rollback returns to; one
 * whose artifacts another run that is kept leads to.
 */
export function keptRuns(layout: Layout, listed: readonly ListedRun[]): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  for (const one of listed) {
    if (one.verdict === 'running') kept.set(one.runId, 'it works');
    if (one.verdict === 'waiting') kept.set(one.runId, 'it waits for a decision');
  }
  const delivered = new Set<string>();
  const digests = new Map(new Runs(layout).list().map((digest) => [digest.runId, digest]));
  for (const { runId, pipeline } of listed)
    for (const execution of [...(digests.get(runId)?.executions ?? [])].reverse())
      for (const stage of execution.stages) {
        const key = `${pipeline}/${stage.name}`;
        if (execution.mode !== 'STANDARD' || stage.status !== 'Succeeded' || delivered.has(key)) continue;
        delivered.add(key);
        if (!kept.has(runId)) kept.set(runId, `${stage.name} has what it delivered`);
      }
  for (const one of [...kept.keys()])
    for (const other of linkedRuns(layout, one)) if (!kept.has(other)) kept.set(other, `${one} uses its artifacts`);
  return kept;
}

/** Removes a run's folder. @throws what the file system says */
export async function removeRun(layout: Layout, runId: string): Promise<void> {
  await removeTree(layout.run(runId));
}

/** The runs that the artifacts of a run lead to: a rollback's are its target's. */
function linkedRuns(layout: Layout, runId: string): string[] {
  const folder = path.join(layout.run(runId), 'artifacts');
  const found = new Set<string>();
  const read = (at: string): fs.Dirent[] => {
    try {
      return fs.readdirSync(at, { withFileTypes: true });
    } catch {
      return [];
    }
  };
  for (const execution of read(folder))
    for (const artifact of read(path.join(folder, execution.name))) {
      if (!artifact.isSymbolicLink()) continue;
      const at = path.join(folder, execution.name, artifact.name);
      const target = path.resolve(path.dirname(at), fs.readlinkSync(at));
      const [other] = path.relative(layout.runs(), target).split(path.sep);
      if (other && other !== '..' && other !== runId) found.add(other);
    }
  return [...found];
}

/** Bytes of the objects that outlive runs: published assets, and what lifecycle rules keep. The next rehearsal drops what has expired. */
export function keptObjectBytes(layout: Layout): number {
  return sizeOf(layout.objects());
}

function sizeOf(folder: string): number {
  let bytes = 0;
  const open = [folder];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    let entries: fs.Dirent[];
    try {
      entries = fs.readdirSync(at, { withFileTypes: true });
    } catch {
      continue;
    }
    for (const entry of entries) {
      const file = path.join(at, entry.name);
      if (entry.isDirectory()) open.push(file);
      else bytes += fs.lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
    }
  }
  return bytes;
}
