import type { Emit } from '../../model/events';
import { actionPath, type PipelineDefinition } from '../../model/pipeline';
import type { Limit } from '../codepipeline/checks/limits';
import { SOURCE_OPTION, type PlanFacts } from '../codepipeline/actions/action-provider';
import { describePlanned, planActions } from '../codepipeline/plan/plan';
import { actionProvider } from '../codepipeline/providers/action-providers';
import type { SourceRepositories } from '../ports/sources';
import { pushedEvent } from '../codepipeline/sources/pushed-event';
import { triggersOn } from '../codepipeline/triggers/trigger-filter';

/** The actions of a pipeline that will not be rehearsed here, and why: said before anything of it runs. */
export function unrehearsed(pipeline: PipelineDefinition, facts: PlanFacts): Limit[] {
  return planActions(pipeline, facts).flatMap((planned) => {
    const why = describePlanned(planned);
    // A source that nothing stands in for fails by itself, and says which option names it.
    if (!why || planned.missing.some((name) => name.startsWith(SOURCE_OPTION))) return [];
    const text = `${actionPath(planned.stage, planned.action.name)} will not be rehearsed: ${why}`;
    return [{ text, where: `stack ${pipeline.stackName}` }];
  });
}

/** Says whether the push that the rehearsal stands in for would have started the pipeline on AWS. It starts here in any case. */
export async function announceTriggers(
  pipeline: PipelineDefinition,
  sources: SourceRepositories,
  emit: Emit,
): Promise<void> {
  for (const action of pipeline.stages[0]?.actions ?? []) {
    const watched = actionProvider(action)?.watches?.(action);
    if (!watched) continue;
    const { repository, branch } = watched;
    const source = sources.get(repository);
    const event = source && (await pushedEvent(source, branch));
    if (!event) continue;
    const { fires, reason } = triggersOn(pipeline, action, event);
    const what = source.commit ?? 'the last commit';
    emit({
      kind: 'message',
      level: 'info',
      text: `${action.name}: on AWS a push of ${what} to ${branch} ${fires ? 'starts' : 'does not start'} this pipeline (${reason})`,
    });
  }
}
