import { SaiondoError } from '../../../model/errors';
import type { GitFilter, PipelineDefinition } from '../../../model/pipeline';
import type { DefinitionProblem } from './definition-problem';
import { actionProvider } from '../providers/action-providers';
import { compileGlob } from '../../text/glob';

/** Filters of one kind in a trigger, patterns of a field, characters of a pattern (API Reference, GitConfiguration and Git…FilterCriteria). */
const MOST_FILTERS = 3;
const MOST_PATTERNS = 8;
const MOST_CHARACTERS = 255;
const EVENTS = ['OPEN', 'UPDATED', 'CLOSED'];

/** What CodePipeline refuses in a pipeline's triggers, each problem with its place. */
export function checkTriggers(pipeline: PipelineDefinition): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const seen = new Set<string>();
  for (const [index, trigger] of pipeline.triggers.entries()) {
    const at = `Triggers.${index}.GitConfiguration`;
    const add = (path: string, message: string): number => problems.push({ path: `${at}.${path}`, message });
    const source = pipeline.stages[0]?.actions.find((action) => action.name === trigger.sourceActionName);
    if (pipeline.pipelineType !== 'V2')
      problems.push({ path: `Triggers.${index}`, message: 'triggers need a pipeline of type V2' });
    if (!source) add('SourceActionName', `no source action is named ${trigger.sourceActionName}`);
    else if (!actionProvider(source)?.watches)
      add('SourceActionName', `${source.name} is a ${source.provider} source; triggers are for connections`);
    if (seen.has(trigger.sourceActionName))
      add('SourceActionName', `${trigger.sourceActionName} has a trigger already; a source action takes one`);
    seen.add(trigger.sourceActionName);
    for (const [kind, filters] of [
      ['Push', trigger.push],
      ['PullRequest', trigger.pullRequest],
    ] as const) {
      if (filters.length > MOST_FILTERS) add(kind, `${filters.length} filters; CodePipeline takes ${MOST_FILTERS}`);
      filters.forEach((filter, position) =>
        checkFilter(filter, kind, (path, message) => add(`${kind}.${position}${path}`, message)),
      );
    }
  }
  return problems;
}

function checkFilter(
  filter: GitFilter,
  kind: 'Push' | 'PullRequest',
  add: (path: string, message: string) => void,
): void {
  if (filter.tags && kind === 'PullRequest') add('.Tags', 'a pull request has no tags to filter');
  if (filter.tags && (filter.branches || filter.filePaths))
    add('', 'a filter takes tags, or branches, or branches with file paths; not tags with the others');
  if (kind === 'PullRequest' && !filter.branches) add('', 'a pull request’s filter needs branches');
  else if (filter.filePaths && !filter.branches) add('.FilePaths', 'file paths are filtered together with branches');
  for (const event of filter.events ?? [])
    if (!EVENTS.includes(event)) add('.Events', `${event} is none of ${EVENTS.join(', ')}`);
  for (const [field, patterns] of [
    ['Tags', filter.tags],
    ['Branches', filter.branches],
    ['FilePaths', filter.filePaths],
  ] as const) {
    for (const [list, given] of [
      ['Includes', patterns?.includes ?? []],
      ['Excludes', patterns?.excludes ?? []],
    ] as const) {
      const at = `.${field}.${list}`;
      if (given.length > MOST_PATTERNS) add(at, `${given.length} patterns; CodePipeline takes ${MOST_PATTERNS}`);
      given.forEach((pattern, index) => {
        if (pattern.length === 0 || pattern.length > MOST_CHARACTERS)
          add(`${at}.${index}`, `a pattern has 1 to ${MOST_CHARACTERS} characters, this one ${pattern.length}`);
        else checkGlob(pattern, (message) => add(`${at}.${index}`, message));
      });
    }
  }
}

function checkGlob(pattern: string, add: (message: string) => void): void {
  try {
    compileGlob(pattern);
  } catch (error) {
    if (!(error instanceof SaiondoError)) throw error;
    add(error.message);
  }
}
