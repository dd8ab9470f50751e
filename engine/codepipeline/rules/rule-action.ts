import type { ActionContext, ActionResult } from '../../ports/action';
import type { RuleContext, RuleResult } from '../../ports/rule';

/** A rule that runs a build or a function, as the action that it would be: rules and actions share CodeBuild and Lambda. */
export function actionOfRule(context: RuleContext): ActionContext {
  const { rule, pipeline, ruleExecutionId } = context;
  return {
    layout: context.layout,
    runId: context.runId,
    pipeline,
    executionId: context.executionId,
    actionExecutionId: ruleExecutionId,
    stage: context.stage,
    action: {
      name: rule.name,
      category: 'Build',
      owner: 'AWS',
      provider: 'CodeBuild',
      version: '1',
      runOrder: 1,
      configuration: rule.configuration,
      inputArtifacts: rule.inputArtifacts ?? [],
      outputArtifacts: [],
      region: rule.region ?? pipeline.region,
    },
    inputs: context.inputs,
    outputs: [],
    ledger: context.ledger,
    local: context.local,
    emit: context.emit,
    signal: context.signal,
    revisionOf: () => undefined,
  };
}

/** An action's end as a rule's: the criterion is that it succeeds. @param succeeded how that is said */
export function resultOfRule(result: ActionResult, succeeded: string): RuleResult {
  switch (result.status) {
    case 'Succeeded':
      return { status: 'Succeeded', summary: succeeded };
    case 'Failed':
      return { status: 'Failed', summary: result.failure.message, failure: result.failure };
    case 'NotRehearsed':
    case 'Abandoned':
      return result;
  }
}
