import { type BuildPlan, type BuildResult, type BuildEventKey } from './build-plan';
import * as path from 'node:path';
import { formatLocation } from '../../../model/errors';
import type { BuildPhaseType, BuildStatus, Emit, Failure } from '../../../model/events';
import { matchesPattern } from '../../text/regular-expression';
import { BUILDSPEC_PHASES, type BuildspecPhase, type BuildspecPhaseName, type Command } from '../spec/buildspec';
import { MaskedLog } from './masked-log';
import { diskError, isDiskError } from '../../files/disk-error';
import { failureOf } from '../../ports/failure';
import { BuildShell } from './shell';
import { upload } from './upload';

const PHASE_TYPES: Readonly<Record<BuildspecPhaseName, BuildPhaseType>> = {
  install: 'INSTALL',
  pre_build: 'PRE_BUILD',
  build: 'BUILD',
  post_build: 'POST_BUILD',
};
const EMPTY_PHASE: BuildspecPhase = { commands: [], finally: [], runtimeVersions: [] };
const TAIL_LINES = 20;

/**
 * Runs a build by CodeBuild's rules (CodeBuild User Guide, "Build phase transitions"; "Build specification reference"): a failed install or
 * pre_build ends it, a failed build still runs post_build and collects artifacts, `finally` always runs, and the whole stays failed.
 */
export async function runBuild(plan: BuildPlan, key: BuildEventKey, emit: Emit): Promise<BuildResult> {
  return new Build(plan, key, emit).run();
}

class Build {
  private readonly log: MaskedLog;
  private readonly endRefusals: (() => void) | undefined;
  private readonly shell: BuildShell;
  private deadline = 0;
  private status: BuildStatus = 'SUCCEEDED';
  private failure: Failure | undefined;
  private retry = false;
  private commandSeconds = 0;

  constructor(
    private readonly plan: BuildPlan,
    private readonly key: BuildEventKey,
    private readonly emit: Emit,
  ) {
    this.log = new MaskedLog(path.join(plan.directory, 'log.txt'));
    this.log.mask(plan.secrets, plan.known?.all());
    this.endRefusals = plan.onRefusal?.((line) => this.log.line(line));
    const shell = plan.shell ?? { file: '/bin/sh', args: [] };
    this.shell = new BuildShell(plan.directory, shell, plan.source, plan.sandbox);
  }

  async run(): Promise<BuildResult> {
    const { cache } = this.plan;
    let exportedVariables: Record<string, string> = {};
    let leave: (() => void) | undefined;
    try {
      leave = await this.enter();
      this.deadline = performance.now() + this.plan.timeoutMinutes * 60_000;
      const goesOn = !this.over() && (await this.download()) && (await this.phases());
      this.checkLog();
      exportedVariables = await this.exported();
      if (goesOn) {
        const { plan, shell, log, key, emit } = this;
        await this.step('UPLOAD_ARTIFACTS', async () => {
          await shell.pause();
          return upload({ plan, shell, log, key, emit });
        });
      }
      if (this.status === 'SUCCEEDED') for (const line of (await cache?.save(this.shell)) ?? []) this.log.line(line);
      this.checkLog();
    } catch (error) {
      // A full disk, a folder that vanished: the build faults, the run continues and says why.
      this.fail(failureOf(isDiskError(error) ? diskError(error, this.plan.directory) : error, 'Fault'), 'FAULT');
    } finally {
      await this.shell.dispose();
      leave?.();
      this.endRefusals?.();
      this.log.close();
    }
    this.warnOfExposures();
    this.emit({ kind: 'build.ended', ...this.key, status: this.status, exportedVariables, logBytes: this.log.bytes });
    return {
      status: this.status,
      ...(this.failure ? { failure: this.failure } : {}),
      retry: this.retry,
      exportedVariables,
      commandSeconds: this.commandSeconds,
      logBytes: this.log.bytes,
    };
  }

  /**
   * Waits until the build may run (CodeBuild User Guide, "Build phase transitions": QUEUED ends in a timeout, or the build continues).
   * @returns gives its place to the next one; undefined where it holds none
   */
  private async enter(): Promise<(() => void) | undefined> {
    const { queue, queuedTimeoutMinutes = 480, signal } = this.plan;
    let place = queue?.takeNow();
    if (!queue || place) return place;
    await this.step('QUEUED', async () => {
      try {
        place = await queue.take(AbortSignal.any([signal, AbortSignal.timeout(queuedTimeoutMinutes * 60_000)]));
        return undefined;
      } catch {
        this.status = signal.aborted ? 'STOPPED' : 'TIMED_OUT';
        const waited = `the build waited ${queuedTimeoutMinutes} minutes for one of ${queue.most} places`;
        return signal.aborted
          ? { code: 'Stopped', message: 'the build was stopped', phase: 'QUEUED' }
          : { code: 'TimeoutError', message: waited, phase: 'QUEUED' };
      }
    });
    return place;
  }

  private download(): Promise<boolean> {
    return this.step('DOWNLOAD_SOURCE', async () => {
      const { syntaxWarning } = this.plan.buildspec;
      if (syntaxWarning !== undefined) this.log.line(syntaxWarning);
      for (const line of (await this.plan.cache?.restore(this.shell)) ?? []) this.log.line(line);
      return undefined;
    });
  }

  /** A build whose output is lost is not a build that passed. */
  private checkLog(): void {
    if (this.log.failure) throw this.log.failure;
  }

  /** @returns whether artifacts are collected afterwards */
  private async phases(): Promise<boolean> {
    for (const name of BUILDSPEC_PHASES) {
      const phase = this.plan.buildspec.phases[name] ?? EMPTY_PHASE;
      this.shell.set('CODEBUILD_BUILD_SUCCEEDING', this.status === 'SUCCEEDED' ? '1' : '0');
      const passed = await this.step(PHASE_TYPES[name], () => this.commandsOf(PHASE_TYPES[name], phase));
      if (passed) continue;
      if (this.over()) return false;
      const onFailure = this.plan.followsOnFailure === false ? undefined : phase.onFailure;
      if (onFailure?.action === 'RETRY' && (await this.retries(onFailure.retries, onFailure.pattern))) return false;
      if (onFailure?.action === 'ABORT') return false;
      if (onFailure?.action !== 'CONTINUE' && (name === 'install' || name === 'pre_build')) return false;
    }
    return true;
  }

  /** Whether the build is to be started again: the failure matches and there are retries left. */
  private async retries(count: number, pattern: string): Promise<boolean> {
    const attempt = this.plan.attempt ?? 1;
    const text = [this.failure?.message ?? '', ...(this.failure?.tail ?? [])].join('\n');
    if (attempt > count || !(await matchesPattern(pattern, text, false))) return false;
    this.log.line(`Retrying the build: retry ${attempt} of ${count}`);
    this.retry = true;
    return true;
  }

  /** A phase of the build with its events. `work` gives the failure, if there is one. */
  private async step(phase: BuildPhaseType, work: () => Promise<Failure | undefined>): Promise<boolean> {
    const started = performance.now();
    this.emit({ kind: 'build.phase.started', ...this.key, phase });
    this.log.line(`Entering phase ${phase}`);
    const failure = await work();
    if (failure) this.fail(failure, this.status === 'SUCCEEDED' ? 'FAILED' : this.status);
    const status = failure ? (this.over() ? this.status : 'FAILED') : 'SUCCEEDED';
    this.log.line(`Phase complete: ${phase} State: ${status}`);
    const code = phase === 'UPLOAD_ARTIFACTS' ? 'CLIENT_ERROR' : 'COMMAND_EXECUTION_ERROR';
    if (failure) this.log.line(`Phase context status code: ${code} Message: ${failure.message}`);
    const download = phase === 'DOWNLOAD_SOURCE' ? (this.plan.downloadSeconds ?? 0) : 0;
    this.emit({
      kind: 'build.phase.ended',
      ...this.key,
      phase,
      status,
      seconds: download + (performance.now() - started) / 1000,
      ...(failure ? { context: `${code}: ${failure.message}` } : {}),
    });
    return !failure;
  }

  /** The commands of a phase, then its `finally`, which runs whatever happened. */
  private async commandsOf(type: BuildPhaseType, phase: BuildspecPhase): Promise<Failure | undefined> {
    const failed = await this.commands(type, phase.commands, phase);
    if (this.over()) return failed;
    if (failed) this.shell.set('CODEBUILD_BUILD_SUCCEEDING', '0');
    const last = await this.commands(type, phase.finally, phase);
    return failed ?? last;
  }

  /** Runs a list of commands up to the first that fails. */
  private async commands(
    phase: BuildPhaseType,
    commands: readonly Command[],
    settings: BuildspecPhase,
  ): Promise<Failure | undefined> {
    for (const [index, { text: command, where }] of commands.entries()) {
      if (this.plan.buildspec.version === '0.1') this.shell.reset();
      const text = this.log.clean(command);
      this.log.line(`Running command ${text}`);
      this.log.startTail();
      const started = { ...this.key, phase, index, command: text, where: formatLocation(where) };
      this.emit({ kind: 'build.command.started', ...started });
      const user = this.plan.users?.get(settings.runAs ?? this.plan.buildspec.runAs ?? '');
      const { exitCode, seconds, ended } = await this.shell.run(command, this.log, {
        deadline: this.deadline,
        signal: this.plan.signal,
        ...(user ? { user } : {}),
      });
      this.commandSeconds += seconds;
      this.checkLog();
      this.emit({ kind: 'build.command.ended', ...this.key, phase, index, exitCode, seconds });
      if (ended === 'exited' && exitCode === 0) continue;
      const failure = { phase, command: text, exitCode, tail: this.log.lastLines(TAIL_LINES), where };
      if (ended === 'timed out') {
        this.status = 'TIMED_OUT';
        const message = `the build did not end within ${this.plan.timeoutMinutes} minutes`;
        return { code: 'TimeoutError', message, ...failure };
      }
      if (ended === 'stopped') {
        this.status = 'STOPPED';
        return { code: 'Stopped', message: 'the build was stopped', ...failure };
      }
      const first = text.split('\n')[0] ?? text;
      this.log.line(`Command did not exit successfully ${first} exit status ${exitCode}`);
      const message = `Error while executing command: ${first}. Reason: exit status ${exitCode}`;
      return { code: 'JobFailed', message, ...failure };
    }
    return undefined;
  }

  /** What later actions may see (CodeBuild User Guide, "env/exported-variables" of the build specification reference). */
  private async exported(): Promise<Record<string, string>> {
    const names = this.plan.buildspec.exportedVariables.filter(
      (name) => /^[A-Za-z_]\w*$/.test(name) && !name.startsWith('AWS_') && !this.plan.unexportable.has(name),
    );
    if (names.length === 0) return {};
    const values = await this.shell.read(names);
    for (const [name, value] of Object.entries(values)) {
      if (this.log.clean(value) === value) continue;
      this.emit({
        kind: 'message',
        level: 'warning',
        text: `${this.key.stage}/${this.key.action} exports a secret in the variable ${name}: CodePipeline shows it in clear in its console and API`,
        where: this.plan.project,
      });
    }
    return values;
  }

  /** Tells, once a run, which secrets the log shows in a form that CodeBuild does not mask either. */
  private warnOfExposures(): void {
    const { known } = this.plan;
    for (const { name, form } of this.log.exposures()) {
      if (known && !known.isNew(name, form)) continue;
      this.emit({
        kind: 'message',
        level: 'warning',
        text: `the log of ${this.key.stage}/${this.key.action} shows the secret of ${name} ${form}: CodeBuild masks values that the build looks up, as they are, and nothing else; a person who reads the log on AWS can read it`,
        where: this.plan.project,
      });
    }
  }

  /** Whether nothing of the build may run any more. */
  private over(): boolean {
    return this.status === 'TIMED_OUT' || this.status === 'STOPPED';
  }

  private fail(failure: Failure, status: BuildStatus): void {
    this.failure ??= failure;
    this.status = status;
  }
}
