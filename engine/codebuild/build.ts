import * as fs from 'node:fs';
import * as path from 'node:path';
import { formatLocation, SaiondoError } from '../../model/errors';
import type { BuildPhaseType, BuildStatus, Emit, Failure } from '../../model/events';
import { collectArtifacts } from './artifacts';
import {
  BUILDSPEC_PHASES,
  type Buildspec,
  type BuildspecPhase,
  type BuildspecPhaseName,
  type Command,
} from './buildspec';
import { restoreCache, saveCache } from './cache';
import { MaskedLog } from './masked-log';
import { readReport } from './reports';
import { BuildShell } from './shell';

/** A build, ready to run: everything decided, nothing started. */
export interface BuildPlan {
  readonly buildId: string;
  readonly project: string;
  readonly buildspec: Buildspec;
  /** The build's own folder: `src/`, `reports/`, `log.txt`. */
  readonly directory: string;
  /** The primary source, copied already. */
  readonly source: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Values that the log never shows. */
  readonly secrets: readonly string[];
  /** Variables that are never exported: those that come from a secret or a parameter of the project. */
  readonly unexportable: ReadonlySet<string>;
  readonly timeoutMinutes: number;
  readonly outputs: readonly { readonly name: string; readonly path: string }[];
  readonly cacheDirectory?: string;
  readonly signal: AbortSignal;
}

/** How a build ended. */
export interface BuildResult {
  readonly status: BuildStatus;
  readonly failure?: Failure;
  readonly exportedVariables: Record<string, string>;
  /** Time of the commands themselves. */
  readonly commandSeconds: number;
  readonly logBytes: number;
}

type BuildEventKey = { executionId: string; stage: string; action: string; actionExecutionId: string; buildId: string };

const PHASE_TYPES: Readonly<Record<BuildspecPhaseName, BuildPhaseType>> = {
  install: 'INSTALL',
  pre_build: 'PRE_BUILD',
  build: 'BUILD',
  post_build: 'POST_BUILD',
};

/**
 * Runs a build by CodeBuild's rules (CodeBuild User Guide, "Build phase transitions"; "Build specification reference"): a failed install or
 * pre_build ends it, a failed build still runs post_build and collects artifacts, `finally` always runs, and the whole stays failed.
 */
export async function runBuild(plan: BuildPlan, key: BuildEventKey, emit: Emit): Promise<BuildResult> {
  return new Build(plan, key, emit).run();
}

class Build {
  private readonly log: MaskedLog;
  private readonly shell: BuildShell;
  private readonly deadline: number;
  private status: BuildStatus = 'SUCCEEDED';
  private failure: Failure | undefined;
  private commandSeconds = 0;

  constructor(
    private readonly plan: BuildPlan,
    private readonly key: BuildEventKey,
    private readonly emit: Emit,
  ) {
    this.log = new MaskedLog(path.join(plan.directory, 'log.txt'));
    this.log.mask(plan.secrets);
    const shell = plan.buildspec.shell === 'bash' ? 'bash' : 'sh';
    this.shell = new BuildShell(plan.directory, shell, plan.source, plan.environment);
    this.deadline = Date.now() + plan.timeoutMinutes * 60_000;
  }

  async run(): Promise<BuildResult> {
    const { buildspec, cacheDirectory, source } = this.plan;
    let exportedVariables: Record<string, string> = {};
    try {
      if (buildspec.cache && cacheDirectory && buildspec.cache.action !== 'save') {
        const from = await restoreCache(buildspec.cache, cacheDirectory, source, this.shell);
        if (from) this.log.line(`Restored the cache ${from}`);
      }
      const goesOn = await this.phases();
      if (goesOn) await this.upload();
      if (this.status === 'SUCCEEDED' && buildspec.cache && cacheDirectory && buildspec.cache.action !== 'restore') {
        await saveCache(buildspec.cache, cacheDirectory, source, this.shell);
      }
      this.reports();
      exportedVariables = await this.exported();
    } catch (error) {
      // A full disk, a folder that vanished: the build faults, the run goes on and says why.
      this.fail({ code: 'Fault', message: error instanceof Error ? error.message : String(error) }, 'FAULT');
    } finally {
      this.shell.dispose();
      this.log.close();
    }
    this.emit({ kind: 'build.ended', ...this.key, status: this.status, exportedVariables, logBytes: this.log.bytes });
    return {
      status: this.status,
      ...(this.failure ? { failure: this.failure } : {}),
      exportedVariables,
      commandSeconds: this.commandSeconds,
      logBytes: this.log.bytes,
    };
  }

  /** @returns whether artifacts are collected afterwards */
  private async phases(): Promise<boolean> {
    let runs = true;
    for (const name of BUILDSPEC_PHASES) {
      if (!runs) return false;
      const phase = this.plan.buildspec.phases[name];
      this.shell.set('CODEBUILD_BUILD_SUCCEEDING', this.status === 'SUCCEEDED' ? '1' : '0');
      const passed = await this.phase(name, phase);
      if (passed) continue;
      if (this.status === 'TIMED_OUT' || this.status === 'STOPPED') return false;
      const chosen = phase?.onFailure?.action;
      runs = chosen === 'CONTINUE' || (chosen !== 'ABORT' && (name === 'build' || name === 'post_build'));
    }
    return runs;
  }

  private async phase(name: BuildspecPhaseName, phase: BuildspecPhase | undefined): Promise<boolean> {
    const type = PHASE_TYPES[name];
    if (!phase) return true;
    const started = Date.now();
    this.emit({ kind: 'build.phase.started', ...this.key, phase: type });
    this.log.line(`Entering phase ${type}`);
    const retry = phase.onFailure?.action === 'RETRY' ? phase.onFailure : undefined;
    let failed = await this.commands(type, phase.commands, phase);
    for (
      let left = retry?.retries ?? 0;
      failed && left > 0 && this.status !== 'TIMED_OUT' && this.status !== 'STOPPED';
      left--
    ) {
      if (!new RegExp(retry?.pattern ?? '.*').test((failed.tail ?? []).join('\n'))) break;
      this.log.line(`Retrying phase ${type}: ${left} left`);
      failed = await this.commands(type, phase.commands, phase);
    }
    if (failed && !['TIMED_OUT', 'STOPPED'].includes(this.status)) this.shell.set('CODEBUILD_BUILD_SUCCEEDING', '0');
    const last = ['TIMED_OUT', 'STOPPED'].includes(this.status)
      ? undefined
      : await this.commands(type, phase.finally, phase);
    const failure = failed ?? last;
    if (failure) this.fail(failure, this.status === 'SUCCEEDED' ? 'FAILED' : this.status);
    const seconds = (Date.now() - started) / 1000;
    const status = failure
      ? this.status === 'TIMED_OUT' || this.status === 'STOPPED'
        ? this.status
        : 'FAILED'
      : 'SUCCEEDED';
    this.log.line(`Phase complete: ${type} State: ${status}`);
    this.emit({
      kind: 'build.phase.ended',
      ...this.key,
      phase: type,
      status,
      seconds,
      ...(failure ? { context: failure.message } : {}),
    });
    return !failure;
  }

  /** Runs a list of commands up to the first that fails. */
  private async commands(
    phase: BuildPhaseType,
    commands: readonly Command[],
    settings: BuildspecPhase,
  ): Promise<Failure | undefined> {
    for (const [index, command] of commands.entries()) {
      if (this.plan.buildspec.version === '0.1') this.shell.reset();
      const text = this.log.clean(command.text);
      this.log.line(`Running command ${text}`);
      this.log.startTail();
      this.emit({
        kind: 'build.command.started',
        ...this.key,
        phase,
        index,
        command: text,
        where: formatLocation(command.where),
      });
      const user = settings.runAs ?? this.plan.buildspec.runAs;
      const { exitCode, seconds, ended } = await this.shell.run(command.text, this.log, {
        deadline: this.deadline,
        signal: this.plan.signal,
        ...(user && user !== 'root' ? { user } : {}),
      });
      this.commandSeconds += seconds;
      this.emit({ kind: 'build.command.ended', ...this.key, phase, index, exitCode, seconds });
      if (ended === 'exited' && exitCode === 0) continue;
      const tail = this.log.lastLines(20);
      const where = command.where;
      if (ended === 'timed out') {
        this.status = 'TIMED_OUT';
        return {
          code: 'TimeoutError',
          message: `the build did not end within ${this.plan.timeoutMinutes} minutes`,
          phase,
          command: text,
          exitCode,
          tail,
          where,
        };
      }
      if (ended === 'stopped') {
        this.status = 'STOPPED';
        return { code: 'Stopped', message: 'the build was stopped', phase, command: text, tail, where };
      }
      const first = text.split('\n')[0] ?? text;
      this.log.line(`Command did not exit successfully ${first} exit status ${exitCode}`);
      return {
        code: 'JobFailed',
        message: `Error while executing command: ${first}. Reason: exit status ${exitCode}`,
        phase,
        command: text,
        exitCode,
        tail,
        where,
      };
    }
    return undefined;
  }

  private async upload(): Promise<void> {
    const { outputs, buildspec } = this.plan;
    if (outputs.length === 0) return;
    const started = Date.now();
    this.emit({ kind: 'build.phase.started', ...this.key, phase: 'UPLOAD_ARTIFACTS' });
    let problem: string | undefined;
    for (const output of outputs) {
      // One output: the top-level section; more: the secondary one of the same name (CodePipeline User Guide, "CodeBuild" action reference).
      const spec =
        buildspec.secondaryArtifacts[output.name] ?? (outputs.length === 1 ? buildspec.artifacts : undefined);
      if (!spec) {
        problem = `the buildspec has no artifacts section for the output artifact ${output.name}`;
        break;
      }
      const collected = collectArtifacts(this.plan.source, spec, output.path);
      if ('failure' in collected) {
        problem = collected.failure;
        break;
      }
      this.log.line(`Uploaded ${collected.files} files as ${output.name}`);
    }
    if (problem) {
      this.log.line(`Phase context status code: CLIENT_ERROR Message: ${problem}`);
      this.fail(
        { code: 'JobFailed', message: problem, phase: 'UPLOAD_ARTIFACTS' },
        this.status === 'SUCCEEDED' ? 'FAILED' : this.status,
      );
    }
    this.emit({
      kind: 'build.phase.ended',
      ...this.key,
      phase: 'UPLOAD_ARTIFACTS',
      status: problem ? 'FAILED' : 'SUCCEEDED',
      seconds: (Date.now() - started) / 1000,
      ...(problem ? { context: problem } : {}),
    });
  }

  /** Reports are made of a failed build too: they are what one wants to read then. */
  private reports(): void {
    for (const [name, spec] of Object.entries(this.plan.buildspec.reports)) {
      const group = name.startsWith('arn:') ? name : `${this.plan.project}-${name}`;
      const result = readReport(
        group,
        spec,
        this.plan.source,
        path.join(this.plan.directory, 'reports', `${group.replace(/[^\w.-]/g, '-')}.json`),
      );
      if ('report' in result) this.emit({ kind: 'build.report', ...this.key, report: result.report });
      else this.emit({ kind: 'message', level: 'warning', text: result.problem, where: formatLocation(spec.where) });
    }
  }

  private async exported(): Promise<Record<string, string>> {
    const names = this.plan.buildspec.exportedVariables.filter(
      (name) => /^[A-Za-z_]\w*$/.test(name) && !name.startsWith('AWS_') && !this.plan.unexportable.has(name),
    );
    return names.length === 0 ? {} : this.shell.read(names);
  }

  private fail(failure: Failure, status: BuildStatus): void {
    this.failure ??= failure;
    this.status = status;
  }
}

/** A copy of an artifact as a build's source: builds never share one. @throws SaiondoError `SOURCE_MISSING` */
export function copySource(from: string, to: string): void {
  if (!fs.existsSync(from)) throw new SaiondoError(`the input artifact at ${from} is gone`, { code: 'SOURCE_MISSING' });
  fs.rmSync(to, { recursive: true, force: true });
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, mode: fs.constants.COPYFILE_FICLONE });
}
