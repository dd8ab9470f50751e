import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { readEvents, readRun } from '../../engine/runs/event-log';
import { Layout } from '../../model/layout';
import { deployPipeline, makeRepository, templateOf } from '../scenario/pipeline-session';

/** A pipeline whose engines are killed. */
export interface CrashCase {
  readonly name: string;
  /** As in a scenario's pipeline.yaml. */
  readonly pipeline: Record<string, unknown>;
  readonly executions: number;
  /** Programs that its builds find first, as shell text by their names. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** What came of a case. */
export interface CrashResult {
  /** The events after which an engine was killed. */
  readonly killed: readonly string[];
  readonly final: FinalState;
  readonly problems: readonly string[];
}

/** What a person sees when all is over, without ids and times. */
interface FinalState {
  readonly verdict: string | undefined;
  readonly summary: string | undefined;
  readonly executions: readonly unknown[];
}

/** A folder in which engines run one after another. */
export async function prepare(one: CrashCase): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-crash-'));
  fs.writeFileSync(path.join(folder, 'executions'), String(one.executions));
  fs.mkdirSync(path.join(folder, 'bin'));
  for (const [name, text] of Object.entries(one.programs ?? {}))
    fs.writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await makeRepository(path.join(folder, 'repository'), path.join(folder, 'none'));
  await deployPipeline(templateOf(one.pipeline), new DiskLedger(new Layout(path.join(folder, 'state'))));
  return folder;
}

/** Runs a case to its end in one engine that nobody disturbs. @param program of the engine (compile.ts) */
export async function undisturbed(program: string, one: CrashCase): Promise<CrashResult> {
  const folder = await prepare(one);
  try {
    const ended = await execa(process.execPath, [program, folder], { reject: false });
    if (ended.exitCode === 99) throw new Error(`${one.name}: an engine failed: ${ended.stderr}`);
    return result(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a case while its engine is killed once at every event, each time resumed by the next engine.
 * @param program of the engine (compile.ts) @param only the events by their names (engine.ts), instead of all
 */
export async function killedAtEveryEvent(program: string, one: CrashCase, only = ''): Promise<CrashResult> {
  const folder = await prepare(one);
  try {
    for (let engines = 0; engines < 1000; engines++) {
      const { signal, exitCode, stderr } = await execa(process.execPath, [program, folder, 'kill', only], {
        reject: false,
        timeout: 60_000,
        killSignal: 'SIGKILL',
      });
      if (exitCode === 99) throw new Error(`${one.name}: an engine failed: ${stderr}`);
      // Killed after its last word, it had come to its end.
      if (signal !== 'SIGKILL' || result(folder).final.verdict) return result(folder);
    }
    throw new Error(`${one.name}: a thousand engines did not come to an end`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What the engines of a folder have come to. */
export function result(folder: string): CrashResult {
  const layout = new Layout(path.join(folder, 'state'));
  const [runId = ''] = fs.readdirSync(layout.runs());
  const lines = (name: string): string[] => {
    const file = path.join(folder, name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  };
  const problems = [
    ...repeated(layout.events(runId)),
    ...lines('orphans').map((pid) => `process ${pid} of a killed engine's build still ran`),
  ];
  return { killed: lines('killed'), final: finalState(layout, runId), problems };
}

/** Actions that were started again though they had finished, and decisions that were taken twice. */
function repeated(file: string): string[] {
  const finished = new Map<string, string>();
  const problems: string[] = [];
  for (const event of readEvents(file).events) {
    if (event.kind === 'stage.started' && event.retry) {
      for (const [action, status] of finished)
        if (action.startsWith(`${event.executionId}/${event.stage}/`) && status !== 'Succeeded')
          finished.delete(action);
    }
    if (event.kind !== 'action.started' && event.kind !== 'action.ended') continue;
    const action = `${event.executionId}/${event.stage}/${event.action}`;
    if (finished.has(action)) problems.push(`${event.kind} ${event.stage}/${event.action} though it had finished`);
    if (event.kind === 'action.ended') finished.set(action, event.status);
  }
  return problems;
}

function finalState(layout: Layout, runId: string): FinalState {
  const state = readRun(layout.events(runId));
  return {
    verdict: state.verdict,
    summary: state.summary,
    executions: state.executions.map((execution) => ({
      status: execution.status,
      detail: execution.detail,
      mode: execution.mode,
      trigger: execution.trigger.type,
      stages: [...execution.stages].map(([name, stage]) => [name, stage.status, stage.attempt, stage.detail]),
      actions: [...execution.actions.values()]
        .map((action) => ({
          action: `${action.stage}/${action.action}`,
          status: action.status,
          variables: action.outputVariables,
          failure: action.failure?.message,
          approved: action.approval?.status,
          artifacts: (action.outputArtifacts ?? []).map(({ name, path: at }) => [name, content(at)]),
        }))
        .sort((a, b) => a.action.localeCompare(b.action)),
    })),
  };
}

function content(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return `${path.relative(folder, file)}: ${fs.readFileSync(file, 'utf8')}`;
    })
    .sort();
}
