import * as path from 'node:path';
import type { BuildState, RunState } from '../../../model/run-state';
import type { StackLedger } from '../../ports/ledger';
import type { Layout } from '../../../model/layout';
import type { RunDigest } from '../../runs/run-digest';
import type { Runs } from '../../runs/runs';
import { sees, type Caller } from '../protocol/service';

/** A build, as far as a list of builds shows it, and the run that recorded it. */
export interface KnownBuild {
  readonly run: RunDigest;
  readonly buildId: string;
  readonly project: string;
  readonly account: string;
  readonly region: string;
  readonly startedAt: string;
  readonly reportGroups: readonly string[];
  /** The batch that it is of. */
  readonly batchId?: string;
  /** CodeBuild's own id of it, behind the project's name. */
  readonly uuid: string;
  /** Its log group and stream: `/aws/codebuild/<project>` and the uuid, unless the project names others (CodeBuild User Guide, "Logs"). */
  readonly logGroup: string;
  readonly logStream: string;
}

/** The builds of the runs on disk that a caller sees, the newest first. */
export function buildsOf(runs: Runs, ledger: StackLedger, caller: Caller): KnownBuild[] {
  const place = logPlaces(ledger);
  return runs
    .list()
    .flatMap((run) =>
      run.builds
        .filter((build) => sees(caller, build))
        .map((build): KnownBuild => {
          return { run, ...build, ...place(build) };
        }),
    )
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** A build with all that its events tell. */
export function openBuild(runs: Runs, known: KnownBuild): { run: RunState; build: BuildState } {
  const run = runs.open(known.run.runId);
  const build = run.builds.get(known.buildId);
  if (!build) throw new Error(`the log of the run ${known.run.runId} lost the build ${known.buildId}`);
  return { run, build };
}

/** A file of a run that its events name. The events' paths are relative to the run; one that leads out of it is none. */
export function runFile(layout: Layout, runId: string, name: string): string | undefined {
  const root = path.resolve(layout.run(runId));
  const file = path.resolve(root, name);
  return file.startsWith(root + path.sep) ? file : undefined;
}

interface LogsProperties {
  readonly LogsConfig?: { readonly CloudWatchLogs?: { readonly GroupName?: string; readonly StreamName?: string } };
}

/** Where a build's log is found: its own id, its log group and its stream. */
export type LogPlace = (build: {
  readonly buildId: string;
  readonly project: string;
  readonly account: string;
  readonly region: string;
}) => Pick<KnownBuild, 'uuid' | 'logGroup' | 'logStream'>;

/** The log groups and streams of builds, as the deployed projects name them. */
export function logPlaces(ledger: StackLedger): LogPlace {
  const configured = new Map(
    ledger.resources('AWS::CodeBuild::Project').map((project) => {
      const logs = (project.properties as LogsProperties).LogsConfig?.CloudWatchLogs;
      return [`${project.stack.account}/${project.stack.region}/${project.physicalId}`, logs] as const;
    }),
  );
  return ({ buildId, project, account, region }) => {
    const uuid = buildId.slice(buildId.indexOf(':') + 1);
    const names = configured.get(`${account}/${region}/${project}`);
    return {
      uuid,
      logGroup: names?.GroupName ?? `/aws/codebuild/${project}`,
      logStream: names?.StreamName ? `${names.StreamName}/${uuid}` : uuid,
    };
  };
}
