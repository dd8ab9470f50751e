import type { Emit } from '../../model/events';
import { actionPath, type PipelineDefinition } from '../../model/pipeline';
import { checkPipeline } from '../codepipeline/pipeline-check';
import { describePlanned, planActions, SOURCE_OPTION, type PlanFacts } from '../codepipeline/plan';
import { pushedEvent } from '../codepipeline/pushed-event';
import { triggersOn } from '../codepipeline/trigger-filter';

/**
 * Says, before an execution starts, what of the pipeline will not be rehearsed and what it is passed over, and whether the push that the
 * rehearsal stands for would have started the pipeline on AWS. Nothing of it keeps the execution from running.
 */
export async function announce(pipeline: PipelineDefinition, facts: PlanFacts, emit: Emit): Promise<void> {
  const at = `stack ${pipeline.stackName}`;
  for (const { path, message } of checkPipeline(pipeline).filter((problem) => problem.limit))
    emit({ kind: 'message', level: 'limit', text: message, where: `${at} (${path})` });
  for (const planned of planActions(pipeline, facts)) {
    const why = describePlanned(planned);
    // A source that nothing stands for fails by itself, and says which option names it.
    if (why && !planned.missing.some((name) => name.startsWith(SOURCE_OPTION)))
      emit({
        kind: 'message',
        level: 'limit',
        text: `${actionPath(planned.stage, planned.action.name)} will not be rehearsed: ${why}`,
      });
  }
  await announceTriggers(pipeline, facts, emit);
}

async function announceTriggers(pipeline: PipelineDefinition, { sources }: PlanFacts, emit: Emit): Promise<void> {
  for (const action of pipeline.stages[0]?.actions ?? []) {
    if (action.provider !== 'CodeStarSourceConnection') continue;
    const { FullRepositoryId: repository = '', BranchName: branch = 'main' } = action.configuration;
    const source = sources.get(repository);
    const event = source && (await pushedEvent(source, branch));
    if (!event) continue;
    const { fires, reason } = triggersOn(pipeline, action, event);
    const what = source.commit ?? 'the last commit';
    emit({
      kind: 'message',
      level: 'info',
      text: `${action.name}: a push of ${what} to ${branch} ${fires ? 'would start' : 'would not start'} this pipeline on AWS: ${reason}`,
    });
  }
}
