import { actionProvider } from '../../engine/codepipeline/providers/action-providers';
import { SaiondoError } from '../../model/errors';
import { knownNames } from '../../model/nearest';
import type { PipelineDefinition } from '../../model/pipeline';
import { givenSource, type RehearseWords } from './rehearse-options';

/** The names that a rehearsal's options may use. */
export interface PlanNames {
  readonly pipeline: string;
  readonly stages: readonly string[];
  /** `Stage/Action` of every action. */
  readonly actions: readonly string[];
  /** Of manual approvals, the pipelines' that actions start among them: stage, action, `Stage/Action`. */
  readonly approvals: readonly string[];
  readonly sources: readonly string[];
  readonly variables: readonly string[];
}

/**
 * The names of a pipeline's plan.
 * @param others the pipelines that its actions may start
 * @param configured repositories that `saiondo.yaml` names
 */
export function planNames(
  pipeline: PipelineDefinition,
  others: readonly PipelineDefinition[],
  configured: readonly string[],
): PlanNames {
  const all = [pipeline, ...others];
  const actions = all.flatMap((one) =>
    one.stages.flatMap((stage) => stage.actions.map((action) => ({ stage: stage.name, action }))),
  );
  const approvals = actions
    .filter(({ action }) => action.category === 'Approval')
    .flatMap(({ stage, action }) => [stage, action.name, `${stage}/${action.name}`]);
  return {
    pipeline: pipeline.name,
    stages: pipeline.stages.map((stage) => stage.name),
    actions: pipeline.stages.flatMap((stage) => stage.actions.map((action) => `${stage.name}/${action.name}`)),
    approvals: [...new Set(approvals)],
    sources: [
      ...new Set([
        ...actions.flatMap(({ action }) => actionProvider(action)?.sourceName?.(action) ?? []),
        ...configured,
      ]),
    ],
    variables: all.flatMap((one) => one.variables.map((variable) => variable.name)),
  };
}

/** Refuses a name that the plan does not have. @throws SaiondoError `STAGE_MISSING`, `ACTION_MISSING`, `SOURCE_UNKNOWN`, `VARIABLE_UNKNOWN` */
export function checkPlanWords(words: RehearseWords, names: PlanNames): void {
  const later = '; one that self-mutation adds is there in the next rehearsal';
  const check = (
    option: string,
    given: string,
    known: readonly string[],
    kind: string,
    code: string,
    more = '',
  ): void => {
    if (known.includes(given)) return;
    throw new SaiondoError(`${option} ${given}: the pipeline ${names.pipeline} has no such ${kind}`, {
      code,
      next: `${knownNames(given, known)}${more}`,
    });
  };
  for (const given of words.source)
    check('--source', givenSource(given).name, names.sources, 'source', 'SOURCE_UNKNOWN');
  for (const [option, stages] of [
    ['--approve', words.approve],
    ['--reject', words.reject],
  ] as const)
    for (const stage of stages) check(option, stage, names.approvals, 'manual approval', 'STAGE_MISSING', later);
  if (words.until !== undefined) check('--until', words.until, names.stages, 'stage', 'STAGE_MISSING', later);
  if (words.from !== undefined) check('--from', words.from, names.stages, 'stage', 'STAGE_MISSING');
  if (words.only !== undefined) check('--only', words.only, names.actions, 'action', 'ACTION_MISSING');
  if (words.explain !== undefined) check('--explain', words.explain, names.actions, 'action', 'ACTION_MISSING');
  for (const given of words.variable)
    check('--variable', given.slice(0, given.indexOf('=')), names.variables, 'variable', 'VARIABLE_UNKNOWN');
}
