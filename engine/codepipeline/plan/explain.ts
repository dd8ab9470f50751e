import { accountOf, actionPath, type ActionDefinition, type PipelineDefinition } from '../../../model/pipeline';
import { NO_ACTION, type ActionExplanation } from '../../../model/explanation';
import { givenBy, takenBy } from '../providers/dependencies';
import { actionKind, actionProvider } from '../providers/action-providers';
import type { PlanFacts } from '../actions/action-provider';
import { describePlanned, planActions } from './plan';

/** Explains one action of a pipeline. @throws SaiondoError where its build would not start */
export function explainAction(
  pipeline: PipelineDefinition,
  stage: string,
  action: ActionDefinition,
  facts: PlanFacts,
): ActionExplanation {
  const path = actionPath(stage, action.name);
  const all = pipeline.stages.flatMap((one) =>
    one.actions.map((other) => ({ path: actionPath(one.name, other.name), action: other })),
  );
  const planned = planActions(pipeline, facts).find((one) => actionPath(one.stage, one.action.name) === path);
  const notRehearsed = planned && describePlanned(planned);
  const build = actionProvider(action)?.explain?.(action, { pipeline, stage, ledger: facts.ledger });
  return {
    action: path,
    kind: actionKind(action),
    runOrder: action.runOrder,
    account: accountOf(action, pipeline),
    region: action.region,
    ...(action.roleArn ? { roleArn: action.roleArn } : {}),
    ...(action.timeoutInMinutes === undefined ? {} : { timeoutInMinutes: action.timeoutInMinutes }),
    takes: takenBy(action).map((what) => ({
      what,
      from: all.find((one) => givenBy(one.action).includes(what))?.path ?? NO_ACTION,
    })),
    gives: givenBy(action).map((what) => ({
      what,
      takenBy: all.filter((one) => takenBy(one.action).includes(what)).map((one) => one.path),
    })),
    configuration: action.configuration,
    ...(action.commands?.length ? { commands: action.commands } : {}),
    ...(notRehearsed ? { notRehearsed } : {}),
    ...(build ? { build } : {}),
  };
}
