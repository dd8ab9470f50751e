import type { Emit } from '../../model/events';
import type { PipelineDefinition } from '../../model/pipeline';
import type { PipelineStarter } from '../codepipeline/actions/action-provider';
import type { Journal } from '../codepipeline/execution/journals';
import type { PipelineSession } from '../codepipeline/execution/session';

/** What pipelines that a pipeline starts are run with. */
export interface InvokedPipelinesHost {
  readonly find: (name: string) => PipelineDefinition | undefined;
  /** Begins the run of another pipeline, next to the one that starts it. */
  readonly begin: (pipeline: PipelineDefinition) => Journal;
  readonly open: (pipeline: PipelineDefinition, journal: Journal) => PipelineSession;
  /** Gives a run its verdict. */
  readonly end: (journal: Journal) => void;
  /** Where the run that starts them says what came of them. */
  readonly emit: Emit;
}

/** The pipelines that actions of a run start (Invoke/AWS/CodePipeline): each in a run of its own, whose end nobody but the run's own waits for. */
export class InvokedPipelines {
  private readonly ends: Promise<void>[] = [];

  constructor(private readonly host: InvokedPipelinesHost) {}

  /** Starts the target. @throws SaiondoError with the API's code */
  readonly start: PipelineStarter = (request) => {
    const pipeline = this.host.find(request.name);
    if (!pipeline) return undefined;
    const journal = this.host.begin(pipeline);
    const session = this.host.open(pipeline, journal);
    session.open();
    try {
      const { pipelineExecutionId } = session.startPipelineExecution(request);
      this.ends.push(this.follow(session, journal, request.name));
      return { pipelineExecutionId, runId: journal.runId };
    } catch (error) {
      const summary = error instanceof Error ? error.message : String(error);
      journal.emit({ kind: 'run.ended', verdict: 'failed', summary, exitCode: 2 });
      throw error;
    }
  };

  /** Waits until every one has come to its verdict, those too that are started meanwhile. */
  async ended(): Promise<void> {
    for (let end = this.ends.shift(); end; end = this.ends.shift()) await end;
  }

  private async follow(session: PipelineSession, journal: Journal, name: string): Promise<void> {
    await session.settled();
    if (!journal.state.verdict) this.host.end(journal);
    const { verdict, summary } = journal.state;
    this.host.emit({
      kind: 'message',
      level: verdict === 'passed' ? 'info' : 'warning',
      text: `${name}, run ${journal.runId}: ${verdict ?? 'not ended'}: ${summary ?? ''}`,
    });
  }
}
