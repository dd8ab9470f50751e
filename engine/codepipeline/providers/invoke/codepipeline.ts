import { SaiondoError } from '../../../../model/errors';
import { actionPath, type ActionDefinition } from '../../../../model/pipeline';
import { failureOf } from '../../../ports/failure';
import { jsonList } from '../../../text/json-list';
import { optional, required, type ActionProvider, type AddProblem } from '../../actions/action-provider';

const SELF = 'a pipeline that starts itself';

/**
 * CodePipeline: starts the target with variables and source revisions, and has succeeded when it is started. It does not wait for the target's
 * end: the page gives its role StartPipelineExecution and nothing to look at an execution with.
 */
export const invokePipeline: ActionProvider = {
  kinds: ['Invoke/AWS/CodePipeline'],
  reference: 'AWS CodePipeline invoke action reference',
  configuration: { PipelineName: required, SourceRevisions: optional, Variables: optional },
  inputs: [0, 0],
  outputs: [0, 0],
  onlyV2: true,
  check,
  needs: ({ configuration: { PipelineName: name = '' } }, { pipeline, ledger }) => {
    if (name === pipeline.name) return [SELF];
    const deployed = ledger.resources('AWS::CodePipeline::Pipeline').some((one) => one.physicalId === name);
    return deployed || name.includes('#{') ? [] : [`the pipeline ${name}`];
  },
  run: async ({ action, pipeline, stage }, { startPipeline }) => {
    const { PipelineName: name = '', Variables: variables, SourceRevisions: revisions } = action.configuration;
    const notRehearsed = (missing: string) =>
      ({ status: 'NotRehearsed', missing: [missing], summary: `would start the pipeline ${name}` }) as const;
    if (!startPipeline) return notRehearsed('a pipeline that is started by a pipeline that was started itself');
    if (name === pipeline.name) return notRehearsed(SELF);
    try {
      const started = startPipeline({
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
  },
};

function check({ configuration }: ActionDefinition, add: AddProblem): void {
  if (jsonList(configuration.Variables, ['name', 'value']) === false)
    add('.Configuration.Variables', 'it is not a JSON list of objects with name and value');
  if (jsonList(configuration.SourceRevisions, ['actionName', 'revisionType', 'revisionValue']) === false)
    add(
      '.Configuration.SourceRevisions',
      'it is not a JSON list of objects with actionName, revisionType and revisionValue',
    );
}

/** @throws SaiondoError `ConfigurationError` */
function list(text: string | undefined, key: string, keys: readonly string[]): Record<string, string>[] {
  if (text === undefined || text === '') return [];
  if (jsonList(text, keys) === true) return JSON.parse(text) as Record<string, string>[];
  throw new SaiondoError(`${key} is not a JSON list of objects with ${keys.join(', ')}`, {
    code: 'ConfigurationError',
    next: 'see "AWS CodePipeline invoke action reference"',
  });
}
