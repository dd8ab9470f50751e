import { SaiondoError } from '../../../model/errors';
import { actionPath } from '../../../model/pipeline';
import type { ActionRunner } from '../../ports/action';
import { failureOf } from '../../ports/failure';
import { jsonList } from '../../text/json-list';
import type { PipelineControl } from '../../ports/pipeline-control';

/** Starts another pipeline; undefined where none of that name is deployed here. */
export type PipelineStarter = (
  request: Parameters<PipelineControl['startPipelineExecution']>[0],
) => { readonly pipelineExecutionId: string; readonly runId: string } | undefined;

/**
 * CodePipeline (CodePipeline User Guide, "AWS CodePipeline invoke action reference"): starts the target with variables and source revisions, and
 * has succeeded when it is started. It does not wait for the target's end: the page gives its role StartPipelineExecution and nothing to
 * look at an execution with.
 */
export function invokePipelineAction(start: PipelineStarter | undefined): ActionRunner {
  return async ({ action, pipeline, stage }) => {
    const { PipelineName: name = '', Variables: variables, SourceRevisions: revisions } = action.configuration;
    const notRehearsed = (missing: string) =>
      ({ status: 'NotRehearsed', missing: [missing], summary: `would start the pipeline ${name}` }) as const;
    if (!start) return notRehearsed('a pipeline that is started by a pipeline that was started itself');
    if (name === pipeline.name) return notRehearsed('a pipeline that starts itself');
    try {
      const started = start({
        name,
        variables: Object.fromEntries(
          list(variables, 'Variables', ['name', 'value']).map((one) => [one.name, one.value]),
        ),
        sourceRevisions: list(revisions, 'SourceRevisions', ['actionName', 'revisionValue']).map((one) => ({
          actionName: one.actionName ?? '',
          revisionValue: one.revisionValue ?? '',
        })),
        trigger: {
          type: 'StartPipelineExecution',
          detail: `${pipeline.name}, ${actionPath(stage, action.name)}`,
        },
      });
      if (!started) return notRehearsed(`the pipeline ${name}`);
      return {
        status: 'Succeeded',
        externalExecutionId: started.pipelineExecutionId,
        summary: `started ${name} as run ${started.runId}`,
      };
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  };
}

/** @throws SaiondoError `ConfigurationError` */
function list(text: string | undefined, key: string, keys: readonly string[]): Record<string, string>[] {
  if (text === undefined || text === '') return [];
  if (jsonList(text, keys) === true) return JSON.parse(text) as Record<string, string>[];
  throw new SaiondoError(`${key} is no JSON list of objects with ${keys.join(', ')}`, {
    code: 'ConfigurationError',
    next: 'see "AWS CodePipeline invoke action reference"',
  });
}
