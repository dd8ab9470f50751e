import * as os from 'node:os';
import type { Approver } from '../../engine/codepipeline/execution/approval';
import { writeAtomically } from '../../engine/files/write-atomically';
import type { PipelineControl } from '../../engine/ports/pipeline-control';
import { AWS_ENDPOINT } from '../../engine/rehearsal/local-machine';
import type { RunEvent } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { RunState } from '../../model/run-state';
import { outcomeLines } from '../../views/outcome';
import { jobSummary } from '../../views/job-summary';
import { junitXml } from '../../views/junit';
import { plainLine } from '../../views/plain';
import { renderReport } from '../../views/report/report';
import { promotionShape } from '../../model/promotion.shape';
import {
  approvalView,
  approver,
  askAboutApproval,
  type Answer,
  type ApprovalView,
  type ShownApproval,
} from '../operate/approver';
import { paintFor, redraws } from '../output/paint';
import { ask, print, printValue, say, type Answering } from '../output/print';
import { Terminal } from '../output/terminal';
import { liveKeys } from './live-keys';
import { notify, noticeOf } from './notify';
import type { InterruptionWords } from './interruption';
import type { Serving } from './serving';

/** What a rehearsal's screen is told. */
export interface ScreenOptions {
  readonly layout: Layout;
  /** One JSON object a line instead of words. */
  readonly json?: boolean;
  /** Lines in order, nothing redrawn, though there is a terminal. */
  readonly plain?: boolean;
  /** Every line that there is. */
  readonly verbose?: boolean;
  readonly serve?: boolean;
  readonly keep?: boolean;
  /** A command that is run when it waits or ends. */
  readonly notify?: string;
  readonly approve: readonly string[];
  readonly reject: readonly string[];
}

/** What the screen works with. */
export interface ScreenParts {
  readonly serving: Serving;
  readonly control: () => PipelineControl | undefined;
  /** Takes secrets out of what is shown. */
  readonly clean: (text: string) => string;
  readonly signal: AbortSignal;
}

/** What a person sees of a rehearsal in the terminal, and says there: lines, questions, keys, and the files that a run leaves for people. */
export class RunScreen implements InterruptionWords {
  readonly interactive: boolean;
  private readonly terminal: Terminal | undefined;
  private state: RunState | undefined;
  /** Questions that a key began, by execution, stage and action. */
  private readonly deciding = new Map<string, AbortController>();

  constructor(
    private readonly options: ScreenOptions,
    private readonly parts: ScreenParts,
  ) {
    this.interactive = isInteractive(options);
    if (this.interactive && !options.plain && redraws(process.stderr))
      this.terminal = new Terminal(process.stderr, {
        detail: options.verbose ? 'all' : 'few',
        input: process.stdin,
        keys: liveKeys({
          layout: options.layout,
          state: () => this.state,
          control: parts.control,
          served: () => parts.serving.hasPage,
          page: () => parts.serving.address(),
          user: os.userInfo().username,
          decide: async ({ stage, action, approval }, executionId) => {
            const view = await this.approvalView({
              executionId,
              stage,
              action,
              ...(approval?.message ? { message: approval.message } : {}),
            });
            return this.askUntilDecided(`${executionId}/${stage}/${action}`, (signal) =>
              askAboutApproval(`${stage}/${action}`, view, this.person, signal),
            );
          },
          ask: (question) => this.person.ask(question),
        }),
      });
  }

  /** Where the person is asked: below the lines that continue, or in plain lines. */
  private get person(): Answering {
    const { terminal } = this;
    return terminal
      ? { say: (text) => terminal.say(text), ask: (question, signal) => terminal.ask(question, signal) }
      : { say, ask };
  }

  /** Asks, until somebody decides elsewhere: on the page, or in another terminal. @returns undefined for later, and where nobody has to answer any more */
  private async askUntilDecided(
    asked: string,
    ask: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Exclude<Answer, 'later'> | undefined> {
    const decided = new AbortController();
    this.deciding.set(asked, decided);
    try {
      const answer = await ask(decided.signal);
      return answer === 'later' ? undefined : answer;
    } catch (error) {
      // The line that says who decided has been shown.
      if (decided.signal.aborted) return undefined;
      throw error;
    } finally {
      this.deciding.delete(asked);
    }
  }

  /** Shows an event as it happens. */
  readonly hear = (event: RunEvent, state: RunState): void => {
    const { options, terminal, parts } = this;
    this.state = state;
    if (event.kind === 'approval.decided' || event.kind === 'action.ended')
      this.deciding.get(`${event.executionId}/${event.stage}/${event.action}`)?.abort();
    // After a verdict the lines stand still; what is asked for then is shown again as it runs.
    if (event.kind === 'run.resumed') terminal?.resume();
    if (options.json) printValue(event);
    else if (terminal) terminal.show(event, state);
    else {
      const line = plainLine(event, state, options.verbose ? 'all' : 'few');
      if (line) say(line);
    }
    if (event.kind === 'pipeline.defined') parts.serving.writeConfig(event.definition);
    if (event.kind === 'process.started' && event.name === AWS_ENDPOINT && event.endpoint) {
      const page = parts.serving.announce(event.endpoint);
      if (page) for (const line of [`page: ${page}`, parts.serving.hint]) this.tell(line);
    }
    const notice = options.notify === undefined ? undefined : noticeOf(event);
    if (notice && options.notify) notify(options.notify, notice, state);
  };

  /** Decides about an approval: as was said beforehand, or asks here. */
  readonly approve: Approver = async (request) => {
    const { approve, reject } = this.options;
    const decide = approver({
      approve,
      reject,
      interactive: this.interactive,
      user: os.userInfo().username,
      view: (approval) => this.approvalView(approval),
      person: this.person,
    });
    return decide(request);
  };

  /** Writes the report, the tests and the summary of a run that has its verdict, and says how it ended. */
  async close(state: RunState): Promise<void> {
    const { layout, json, serve, keep } = this.options;
    const { signal, clean } = this.parts;
    const [run, report] = [layout.run(state.runId), layout.report(state.runId)];
    writeAtomically(report, renderReport(state, run, clean), { durable: false });
    writeAtomically(layout.junit(state.runId), junitXml(state, run, clean), { durable: false });
    writeAtomically(layout.summary(state.runId), jobSummary(state, clean), { durable: false });
    const served = serve === true && !signal.aborted;
    this.terminal?.end(served);
    if (!json) print(`\n${outcomeLines(state, { run, report, served }).join('\n')}`);
    if (served) {
      const page = this.parts.serving.address();
      say(`Still serving the page and the AWS API${page ? ` at ${page}` : ''}. Press Ctrl-C to stop`);
    }
    if (!served && keep && !signal.aborted) {
      say('Databases and services keep running. Press Ctrl-C to stop them');
      await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
    }
    // Keys work on what is being served; the lines come back when something is asked for.
    if (served) this.terminal?.resume();
  }

  end(): void {
    this.terminal?.end();
  }

  /** What runs is being ended, which can take seconds: the person is told, and that there is a quicker way. */
  readonly ending = (): void => {
    if (!this.options.json) this.tell('Ending what runs. Press Ctrl-C again to end at once');
  };

  /** Nothing is waited for any more: a run without a verdict is continued with this. */
  readonly leaving = (): void => {
    this.terminal?.end();
    if (this.options.json || !this.state) return;
    const { runId, verdict } = this.state;
    say(verdict ? 'Ended at once' : `Ended at once. Continue it: npx saiondo rehearse --resume ${runId}`);
  };

  private tell(text: string): void {
    if (this.terminal) this.terminal.say(text);
    else say(text);
  }

  /** What an approval gives, as `saiondo approve` shows it. Where that cannot be found out, the reason, and the pipeline's own words. */
  private async approvalView(approval: ShownApproval): Promise<ApprovalView> {
    const { serving } = this.parts;
    const pipeline = this.state?.definition?.name ?? this.state?.pipeline ?? '';
    const promotion = await serving.comparisons
      .promotion(pipeline, approval.stage, approval.action)
      .then((answer) => promotionShape.parse(answer))
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    return approvalView(approval, promotion, { paint: paintFor(process.stderr), page: serving.address() });
  }
}

/** Whether there is a person at a terminal who can be asked. */
export function isInteractive(options: Pick<ScreenOptions, 'json'>): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !options.json;
}
