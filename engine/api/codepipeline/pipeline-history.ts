import type { PipelineDefinition } from '../../../model/pipeline';
import type { ExecutionState, RunState } from '../../../model/run-state';
import { readPipeline } from '../../codepipeline/definition/definition';
import type { StackLedger } from '../../ports/ledger';
import { definitionOf, type ExecutionDigest, type RunDigest } from '../../runs/run-digest';
import type { Runs } from '../../runs/runs';
import { ApiError } from '../protocol/api-error';
import { logPlaces, type LogPlace } from '../codebuild/build-records';
import { sees, type Caller } from '../protocol/service';

/** An execution and the run that recorded it. */
export interface KnownExecution {
  readonly run: RunDigest;
  /** It continues: an engine works on it now, or it waits for a person and can be resumed. */
  readonly goesOn: boolean;
  readonly digest: ExecutionDigest;
}

/** An execution with all that its events tell. */
export interface OpenExecution {
  readonly known: KnownExecution;
  readonly run: RunState;
  readonly state: ExecutionState;
  readonly definition: PipelineDefinition;
}

/** A pipeline over every run that rehearsed it: CodePipeline's memory. */
export class PipelineHistory {
  /** The newest first. */
  readonly executions: readonly KnownExecution[];
  private readonly versions: readonly string[];

  constructor(
    private readonly runs: Runs,
    readonly definition: PipelineDefinition,
    digests: readonly RunDigest[],
    /** Where a build's log is found. */
    readonly logOf: LogPlace,
  ) {
    this.executions = digests
      .flatMap((run) => {
        const goesOn = run.verdict === 'waiting' || runs.isLive(run);
        // The newest first, where several began within a millisecond too.
        return [...run.executions].reverse().map((digest) => ({ run, goesOn, digest }));
      })
      .sort((a, b) => b.digest.startedAt.localeCompare(a.digest.startedAt));
    this.versions = [
      ...new Set([...[...digests].reverse().flatMap((run) => run.structures), definition.structureVersion]),
    ];
  }

  /** CodePipeline counts a pipeline's structures from 1. */
  version(structureVersion: string): number {
    return this.versions.indexOf(structureVersion) + 1;
  }

  /** When a structure was first seen; the first of all where none is named. */
  since(structureVersion?: string): Date | undefined {
    const digests = [...new Set(this.executions.map((one) => one.run))].reverse();
    const first = digests.find((run) => !structureVersion || run.structures.includes(structureVersion));
    return first && new Date(first.startedAt);
  }

  /** @throws ApiError `PipelineExecutionNotFoundException` */
  execution(executionId: string): OpenExecution {
    const known = this.executions.find((one) => one.digest.executionId === executionId);
    if (!known)
      throw new ApiError(
        'PipelineExecutionNotFoundException',
        `The pipeline with the name '${this.definition.name}' has no pipeline execution with the ID '${executionId}'`,
      );
    return this.open(known);
  }

  /** An execution as its run's log has it now. */
  open(known: KnownExecution): OpenExecution {
    const run = this.runs.open(known.run.runId);
    const state = run.executions.find((one) => one.executionId === known.digest.executionId);
    if (!state) throw new Error(`the log of the run ${known.run.runId} lost the execution ${known.digest.executionId}`);
    return { known, run, state, definition: definitionOf(run, state.executionId) ?? this.definition };
  }
}

/** The pipelines of an account and region: those that ran, and those that are deployed. */
export function pipelinesOf(runs: Runs, ledger: StackLedger, caller: Caller): PipelineHistory[] {
  const digests = runs.list();
  const logOf = logPlaces(ledger);
  const deployed = ledger.resources('AWS::CodePipeline::Pipeline').filter((one) => sees(caller, one.stack));
  const names = new Set([
    ...deployed.map((one) => one.physicalId),
    ...digests.filter((run) => run.pipeline && sees(caller, run)).map((run) => run.pipeline),
  ]);
  return [...names].sort().map((name) => {
    const own = digests.filter((run) => run.pipeline === name && sees(caller, run));
    const resource = deployed.find((one) => one.physicalId === name);
    const definition = resource ? readPipeline(resource, resource.stack) : runs.open(own[0]?.runId ?? '').definition;
    if (!definition) throw new Error(`no run defines the pipeline ${name}`);
    return new PipelineHistory(runs, definition, own, logOf);
  });
}

/** @throws ApiError `PipelineNotFoundException` */
export function pipelineNamed(runs: Runs, ledger: StackLedger, caller: Caller, name: string): PipelineHistory {
  const found = pipelinesOf(runs, ledger, caller).find((one) => one.definition.name === name);
  if (found) return found;
  const elsewhere = runs.list().find((run) => run.pipeline === name);
  throw new ApiError(
    'PipelineNotFoundException',
    `Account '${caller.account}' does not have a pipeline with name '${name}' in ${caller.region}` +
      (elsewhere ? ` (a rehearsal of it is in account ${elsewhere.account}, region ${elsewhere.region})` : ''),
  );
}
