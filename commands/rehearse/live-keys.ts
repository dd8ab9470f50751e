import * as path from 'node:path';
import open from 'open';
import type { PipelineControl } from '../../engine/ports/pipeline-control';
import type { Layout } from '../../model/layout';
import { currentExecution, type ActionState, type RunState } from '../../model/run-state';
import type { LiveKeys, OpenLog } from '../output/terminal';

/** What the keys of a rehearsal's terminal work on. */
export interface KeyFacts {
  readonly layout: Layout;
  readonly state: () => RunState | undefined;
  /** The session that takes requests, once it does. */
  readonly control: () => PipelineControl | undefined;
  /** Whether the page is served. */
  readonly served: () => boolean;
  /** A new address that opens the page, once: asked for when somebody opens it. */
  readonly page: () => string | undefined;
  readonly user: string;
  /** Shows what an approval of an execution gives and asks; undefined: later. */
  readonly decide: (action: ActionState, executionId: string) => Promise<'Approved' | 'Rejected' | undefined>;
  /** Asks the person. */
  readonly ask: (question: string) => Promise<string>;
}

/** Keys while a rehearsal runs: open and follow a log, approve, retry, stop, open the page. */
export function liveKeys(facts: KeyFacts): LiveKeys {
  const { state, control, page, ask } = facts;
  const available = (): Record<string, readonly [words: string, work: () => Promise<string | undefined>]> => {
    const run = state();
    const session = control();
    const found: Record<string, readonly [string, () => Promise<string | undefined>]> = {};
    const approval = run && waiting(run);
    const failed = run && failedStage(run);
    const active = run?.executions.find((one) => one.status === 'InProgress' || one.status === 'Waiting');
    if (run && session && approval) found.a = ['approve', () => approve(facts, session, run, approval)];
    if (run && session && failed)
      found.r = [
        `retry ${failed.stage}`,
        async () => {
          const pipelineName = run.definition?.name ?? run.pipeline;
          session.retryStageExecution({
            pipelineName,
            stageName: failed.stage,
            pipelineExecutionId: failed.executionId,
            retryMode: 'FAILED_ACTIONS',
          });
          return `${failed.stage} is retried`;
        },
      ];
    if (run && session && active) found.s = ['stop', () => stop(ask, session, run, active.executionId)];
    if (facts.served())
      found.o = [
        'open the page',
        async () => {
          const address = page();
          if (address) await open(address);
          return undefined;
        },
      ];
    return found;
  };
  return {
    logs: () => logsOf(facts.layout, state()),
    command: (key) => available()[key]?.[1],
    help: () =>
      [
        ...(logsOf(facts.layout, state()).length > 0 ? ['l log'] : []),
        ...Object.entries(available()).map(([key, [words]]) => `${key} ${words}`),
        'Ctrl-C end',
      ].join('   '),
  };
}

async function approve(
  { decide, user }: KeyFacts,
  session: PipelineControl,
  run: RunState,
  { action, executionId }: WaitingAction,
): Promise<string | undefined> {
  const status = await decide(action, executionId);
  if (!status) return undefined;
  session.putApprovalResult({
    pipelineName: run.definition?.name ?? run.pipeline,
    stageName: action.stage,
    actionName: action.action,
    token: action.approval?.token ?? '',
    result: { status, summary: `${status.toLowerCase()} in the terminal` },
    by: user,
  });
  return `${action.stage}/${action.action} is ${status.toLowerCase()}`;
}

async function stop(
  ask: KeyFacts['ask'],
  session: PipelineControl,
  run: RunState,
  executionId: string,
): Promise<string | undefined> {
  const answer = await ask(`Stop execution ${executionId.slice(0, 8)} when its running actions have ended? [y/N]`);
  if (!/^y(es)?$/i.test(answer)) return undefined;
  session.stopPipelineExecution({
    pipelineName: run.definition?.name ?? run.pipeline,
    pipelineExecutionId: executionId,
    reason: 'stopped in the terminal',
  });
  return `${executionId.slice(0, 8)} is being stopped`;
}

/** The approval that waits. */
function waiting(run: RunState): WaitingAction | undefined {
  return run.executions
    .flatMap(({ executionId, actions }) => [...actions.values()].map((action) => ({ executionId, action })))
    .find(({ action }) => action.status === 'InProgress' && action.approval && !action.approval.status);
}

/** An approval action that waits, and its execution. */
interface WaitingAction {
  readonly executionId: string;
  readonly action: ActionState;
}

/** The stage of the newest execution that failed and can be tried again. */
function failedStage(run: RunState): { stage: string; executionId: string } | undefined {
  const execution = currentExecution(run);
  if (execution?.status !== 'Failed' || execution.mode === 'ROLLBACK') return undefined;
  const [stage] = [...execution.stages].find(([, one]) => one.status === 'Failed') ?? [];
  return stage === undefined ? undefined : { stage, executionId: execution.executionId };
}

/** The logs of builds: those that run, the newest first; where none does, the newest. */
function logsOf(layout: Layout, run: RunState | undefined): OpenLog[] {
  const builds = [...(run?.builds.values() ?? [])].reverse();
  const running = builds.filter((one) => one.status === 'IN_PROGRESS');
  return (running.length > 0 ? running : builds.slice(0, 5)).map((one) => ({
    label: `${one.stage}/${one.action}`,
    file: path.join(layout.run(run?.runId ?? ''), one.log),
  }));
}
