import type { ActionDefinition, GitFilter, PipelineDefinition, PipelineTrigger } from '../../../model/pipeline';
import { compileGlob } from '../../text/glob';

/** What a repository's host tells CodeConnections. */
export type GitEvent =
  | {
      readonly kind: 'push';
      readonly branch: string;
      /** The first push of the branch: the host gives no list of changed files then. */
      readonly newBranch?: boolean;
      /** Paths from the repository's root, with slashes. */
      readonly files: readonly string[];
    }
  | { readonly kind: 'tag'; readonly tag: string }
  | {
      readonly kind: 'pullRequest';
      /** `CLOSED` is a merge too, on GitHub. */
      readonly event: 'OPEN' | 'UPDATED' | 'CLOSED';
      /** The branch that is pulled into: filters look at that. */
      readonly branch: string;
      readonly files: readonly string[];
    };

/** Whether an event starts the pipeline, and by which filter and pattern; if not, what each filter said. */
export interface TriggerDecision {
  readonly fires: boolean;
  readonly reason: string;
}

/** A field's verdict on one value: passed by a pattern, or refused and why. */
type Verdict = { readonly passes: boolean; readonly why: string };

/**
 * Whether an event would start a pipeline through one of its connection sources (CodePipeline User Guide, "Automate starting pipelines using
 * triggers and filtering"). A trigger with filters replaces the detection of changes on the action's own branch; one without filters, or
 * none, leaves it (`DetectChanges`).
 */
export function triggersOn(pipeline: PipelineDefinition, source: ActionDefinition, event: GitEvent): TriggerDecision {
  const trigger = pipeline.triggers.find((one) => one.sourceActionName === source.name);
  if (trigger && (trigger.push.length > 0 || trigger.pullRequest.length > 0)) return triggerFires(trigger, event);
  if (!trigger && source.configuration.DetectChanges === 'false')
    return { fires: false, reason: `${source.name} has DetectChanges false and no trigger` };
  const branch = source.configuration.BranchName ?? '';
  if (event.kind !== 'push')
    return { fires: false, reason: `${source.name} has no filter: only a push to its branch ${branch} starts` };
  return event.branch === branch
    ? { fires: true, reason: `a push to ${branch}, the branch of ${source.name}` }
    : { fires: false, reason: `${source.name} looks at ${branch}, not at ${event.branch}` };
}

/**
 * Whether a trigger's filters let an event through: one filter is enough (OR), all of its fields have to pass (AND), in a field one include
 * is enough and no exclude may match; of the changed files, each judged alone, one is enough.
 */
export function triggerFires(trigger: PipelineTrigger, event: GitEvent): TriggerDecision {
  const kind = event.kind === 'pullRequest' ? 'pullRequest' : 'push';
  const filters = trigger[kind];
  if (filters.length === 0) return { fires: false, reason: `the trigger has no ${kind} filter` };
  const refusals: string[] = [];
  for (const [index, filter] of filters.entries()) {
    const verdict = filterPasses(filter, event);
    if (verdict.passes) return { fires: true, reason: `${kind} filter ${index + 1}: ${verdict.why}` };
    refusals.push(`${kind} filter ${index + 1}: ${verdict.why}`);
  }
  return { fires: false, reason: refusals.join('; ') };
}

function filterPasses(filter: GitFilter, event: GitEvent): Verdict {
  const verdicts: Verdict[] = [];
  if (event.kind === 'tag') {
    verdicts.push(
      filter.tags
        ? fieldPasses('tag', filter.tags, event.tag)
        : { passes: false, why: 'it looks at branches, not tags' },
    );
  } else {
    if (filter.tags && !filter.branches && !filter.filePaths)
      verdicts.push({ passes: false, why: 'it looks at tags, not branches' });
    if (event.kind === 'pullRequest' && filter.events && !filter.events.includes(event.event))
      verdicts.push({ passes: false, why: `the event ${event.event} is none of ${filter.events.join(', ')}` });
    if (filter.branches) verdicts.push(fieldPasses('branch', filter.branches, event.branch));
    if (filter.filePaths) verdicts.push(filesPass(filter.filePaths, event));
  }
  const refused = verdicts.find((one) => !one.passes);
  return refused ?? { passes: true, why: verdicts.map((one) => one.why).join(' and ') || 'it takes everything' };
}

function filesPass(patterns: NonNullable<GitFilter['filePaths']>, event: Exclude<GitEvent, { kind: 'tag' }>): Verdict {
  if (event.kind === 'push' && event.newBranch)
    return { passes: false, why: `the first push of ${event.branch} has no list of changed files to filter` };
  let last = 'no file changed';
  for (const file of event.files) {
    const verdict = fieldPasses('file', patterns, file);
    if (verdict.passes) return verdict;
    last = verdict.why;
  }
  return {
    passes: false,
    why: event.files.length > 1 ? `none of ${event.files.length} changed files passes (the last: ${last})` : last,
  };
}

function fieldPasses(
  field: string,
  { includes, excludes }: { readonly includes: readonly string[]; readonly excludes: readonly string[] },
  value: string,
): Verdict {
  const excluded = excludes.find((pattern) => compileGlob(pattern).matches(value));
  if (excluded !== undefined) return { passes: false, why: `the ${field} ${value} is excluded by ${excluded}` };
  if (includes.length === 0) return { passes: true, why: `the ${field} ${value} is not excluded` };
  const included = includes.find((pattern) => compileGlob(pattern).matches(value));
  return included === undefined
    ? { passes: false, why: `the ${field} ${value} is included by none of ${includes.join(', ')}` }
    : { passes: true, why: `the ${field} ${value} is included by ${included}` };
}
