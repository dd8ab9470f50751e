import { checkTriggers } from '../../../engine/codepipeline/checks/trigger-check';
import { triggerFires, triggersOn, type GitEvent } from '../../../engine/codepipeline/triggers/trigger-filter';
import type { GitFilter, PipelineDefinition, PipelineTrigger } from '../../../model/pipeline';

const only = (...includes: string[]) => ({ includes, excludes: [] });
const push = (...filters: GitFilter[]): PipelineTrigger => ({
  sourceActionName: 'App',
  push: filters,
  pullRequest: [],
});
const pushed = (branch: string, ...files: string[]): GitEvent => ({ kind: 'push', branch, files });

test('fields of a filter are joined by AND, and the reason names the patterns', () => {
  const trigger = push({ branches: only('feature/**'), filePaths: only('common/**/*.js') });
  expect(triggerFires(trigger, pushed('feature/triggers', 'common/app.js'))).toEqual({
    fires: true,
    reason:
      'push filter 1: the branch feature/triggers is included by feature/** and the file common/app.js is included by common/**/*.js',
  });
  expect(triggerFires(trigger, pushed('feature/triggers', 'src/Main.java'))).toEqual({
    fires: false,
    reason: 'push filter 1: the file src/Main.java is included by none of common/**/*.js',
  });
  expect(triggerFires(trigger, pushed('main', 'common/app.js')).fires).toBe(false);
});

test('excludes win, and each changed file is judged alone', () => {
  const trigger = push({
    branches: only('main'),
    filePaths: { includes: ['**'], excludes: ['**/*.md', 'docs/**'] },
  });
  expect(triggerFires(trigger, pushed('main', 'README.md')).fires).toBe(false);
  expect(triggerFires(trigger, pushed('main', 'README.md', 'docs/a.txt'))).toEqual({
    fires: false,
    reason: 'push filter 1: none of 2 changed files passes (the last: the file docs/a.txt is excluded by docs/**)',
  });
  expect(triggerFires(trigger, pushed('main', 'README.md', 'src/a.ts')).fires).toBe(true);
});

test('only excludes: what is not excluded passes', () => {
  const trigger = push({ branches: { includes: [], excludes: ['dependabot/**'] } });
  expect(triggerFires(trigger, pushed('main')).fires).toBe(true);
  expect(triggerFires(trigger, pushed('dependabot/npm/x')).fires).toBe(false);
});

test('filters are joined by OR: a tag passes the tag filter though branches are filtered too', () => {
  const trigger = push({ tags: only('release-*') }, { branches: { includes: ['main*'], excludes: ['feature*'] } });
  expect(triggerFires(trigger, { kind: 'tag', tag: 'release-1' }).fires).toBe(true);
  expect(triggerFires(trigger, { kind: 'tag', tag: 'v1' }).reason).toBe(
    'push filter 1: the tag v1 is included by none of release-*; push filter 2: it looks at branches, not tags',
  );
  expect(triggerFires(trigger, pushed('main-2')).fires).toBe(true);
  expect(triggerFires(trigger, pushed('feature-1')).fires).toBe(false);
});

test('the first push of a branch does not pass file paths, and passes branches alone', () => {
  const event: GitEvent = { kind: 'push', branch: 'feature/new', newBranch: true, files: ['src/a.ts'] };
  expect(triggerFires(push({ branches: only('**'), filePaths: only('**') }), event).fires).toBe(false);
  expect(triggerFires(push({ branches: only('**') }), event).fires).toBe(true);
});

test('a pull request is judged by its event and by the branch that it goes into', () => {
  const trigger: PipelineTrigger = {
    sourceActionName: 'App',
    push: [],
    pullRequest: [{ events: ['CLOSED', 'OPEN'], branches: { includes: ['main'], excludes: [] } }],
  };
  const request = (event: 'OPEN' | 'UPDATED' | 'CLOSED', branch: string): GitEvent => ({
    kind: 'pullRequest',
    event,
    branch,
    files: [],
  });
  expect(triggerFires(trigger, request('CLOSED', 'main')).fires).toBe(true);
  expect(triggerFires(trigger, request('UPDATED', 'main')).fires).toBe(false);
  expect(triggerFires(trigger, request('OPEN', 'develop')).fires).toBe(false);
  expect(triggerFires(trigger, pushed('main'))).toEqual({ fires: false, reason: 'the trigger has no push filter' });
});

const source = (configuration: Record<string, string>) => ({
  name: 'App',
  category: 'Source' as const,
  owner: 'AWS' as const,
  provider: 'CodeStarSourceConnection',
  version: '1',
  runOrder: 1,
  configuration,
  inputArtifacts: [],
  outputArtifacts: [{ name: 'Source' }],
  region: 'eu-west-1',
});
const pipelineWith = (triggers: PipelineTrigger[], configuration = {}): PipelineDefinition => ({
  name: 'p',
  account: '111111111111',
  region: 'eu-west-1',
  stackName: 'P',
  pipelineType: 'V2',
  executionMode: 'SUPERSEDED',
  restartExecutionOnUpdate: false,
  variables: [],
  triggers,
  stages: [{ name: 'Source', actions: [source({ BranchName: 'main', ...configuration })] }],
  disabledTransitions: {},
  structureVersion: '1',
});

test('without a trigger the action’s own branch is looked at, unless changes are not detected', () => {
  const fires = (pipeline: PipelineDefinition, event: GitEvent): boolean =>
    triggersOn(pipeline, pipeline.stages[0]?.actions[0] ?? source({}), event).fires;
  expect(fires(pipelineWith([]), pushed('main'))).toBe(true);
  expect(fires(pipelineWith([]), pushed('develop'))).toBe(false);
  expect(fires(pipelineWith([], { DetectChanges: 'false' }), pushed('main'))).toBe(false);
  expect(fires(pipelineWith([push({ branches: only('develop') })]), pushed('main'))).toBe(false);
  expect(fires(pipelineWith([push({ branches: only('develop') })]), pushed('develop'))).toBe(true);
});

test('what CodePipeline refuses in a trigger is named with its place', () => {
  const many = Array.from({ length: 9 }, (_, index) => `b${index}`);
  const problems = checkTriggers(
    pipelineWith([
      {
        sourceActionName: 'App',
        push: [
          { branches: only(...many) },
          { filePaths: only('src/**') },
          { tags: only('v*'), branches: only('main') },
          { branches: only('{a,{b}}', 'x'.repeat(256)) },
        ],
        pullRequest: [{ events: ['MERGED'], branches: only('main') }],
      },
      push({ branches: only('main') }),
    ]),
  );
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'Triggers.0.GitConfiguration.Push: 4 filters; CodePipeline takes 3',
    'Triggers.0.GitConfiguration.Push.0.Branches.Includes: 9 patterns; CodePipeline takes 8',
    'Triggers.0.GitConfiguration.Push.1.FilePaths: file paths are filtered together with branches',
    'Triggers.0.GitConfiguration.Push.2: a filter takes tags, or branches, or branches with file paths; not tags with the others',
    'Triggers.0.GitConfiguration.Push.3.Branches.Includes.0: the glob {a,{b}} cannot be read: groups cannot be nested',
    'Triggers.0.GitConfiguration.Push.3.Branches.Includes.1: a pattern has 1 to 255 characters, this one 256',
    'Triggers.0.GitConfiguration.PullRequest.0.Events: MERGED is none of OPEN, UPDATED, CLOSED',
    'Triggers.1.GitConfiguration.SourceActionName: App has a trigger already; a source action takes one',
  ]);
});
