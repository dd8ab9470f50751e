import { formatLocation, SaiondoError, type Location } from '../../../model/errors';
import type { PipelineDefinition } from '../../../model/pipeline';
import { checkActions } from './action-check';
import type { DefinitionProblem } from './definition-problem';
import { checkQuotas } from './quota-check';
import { checkConditions } from './rule-check';
import { checkTriggers } from './trigger-check';

/** Everything in a pipeline that CodePipeline refuses, or that this package's references do not know (`limit`). */
export function checkPipeline(pipeline: PipelineDefinition): DefinitionProblem[] {
  return [
    ...checkQuotas(pipeline),
    ...checkActions(pipeline),
    ...checkConditions(pipeline),
    ...checkTriggers(pipeline),
  ];
}

/**
 * Refuses a pipeline as CodePipeline does when it is created or updated: all that is wrong at once, each with its place.
 * @param at the pipeline's resource: `{ file: 'Pipeline.template.json', path: 'Resources.Pipeline.Properties' }`
 * @throws SaiondoError `PIPELINE_INVALID`
 */
export function refuseInvalid(pipeline: PipelineDefinition, at: Location): void {
  const problems = checkPipeline(pipeline).filter((problem) => !problem.limit);
  const [first] = problems;
  if (!first) return;
  const where = (problem: DefinitionProblem): Location => ({
    ...at,
    path: [at.path, problem.path].filter(Boolean).join('.'),
  });
  throw new SaiondoError(
    problems.length === 1
      ? first.message
      : `${problems.length} problems:\n${problems.map((one) => `${formatLocation(where(one))}: ${one.message}`).join('\n')}`,
    {
      code: 'PIPELINE_INVALID',
      where: where(first),
      next: 'AWS refuses the same when it creates or updates the pipeline',
    },
  );
}
