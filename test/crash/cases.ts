import fc from 'fast-check';
import type { CrashCase } from './crash';

const SOURCE = { Name: 'Source', Actions: [{ Name: 'Source', Source: true, Namespace: 'Source' }] };
/** Says on the way out which processes it was. */
const note = 'echo $$ >> "$MARK/pids"';

/** Small pipelines, each with something that an engine must not lose. */
export const FIXED: readonly CrashCase[] = [
  {
    name: 'parallel actions, variables, artifacts, an approval',
    executions: 1,
    pipeline: {
      Variables: [{ Name: 'COLOUR', DefaultValue: 'blue' }],
      Stages: [
        SOURCE,
        {
          Name: 'Build',
          Actions: [
            {
              Name: 'Compile',
              Namespace: 'Compiled',
              Export: ['SIZE'],
              Run: [note, 'SIZE=$(wc -c < file.txt)', 'echo compiled > out.txt'],
              OutputArtifacts: [{ Name: 'Out' }],
            },
            // Waits for its sibling: an engine that is killed meanwhile leaves it behind.
            { Name: 'Slow', Run: [note, 'until [ -e "$MARK/compiled" ]; do sleep 0.02; done'] },
            { Name: 'Signal', Run: ['true', 'touch "$MARK/compiled"'] },
          ],
        },
        {
          Name: 'Prod',
          Actions: [
            { Name: 'Promote', Approval: true },
            {
              Name: 'Ship',
              RunOrder: 2,
              InputArtifacts: [{ Name: 'Out' }],
              Namespace: 'Shipped',
              Export: ['WHAT'],
              Run: ['WHAT="$(cat out.txt) $SIZE $COLOUR"'],
              Configuration: {
                EnvironmentVariables:
                  '[{"name":"SIZE","value":"#{Compiled.SIZE}"},{"name":"COLOUR","value":"#{variables.COLOUR}"}]',
              },
            },
          ],
        },
      ],
    },
  },
  {
    name: 'an automatic retry that fails again',
    executions: 1,
    pipeline: {
      Stages: [
        SOURCE,
        {
          Name: 'Flaky',
          OnFailure: { Result: 'RETRY', RetryConfiguration: { RetryMode: 'FAILED_ACTIONS' } },
          Actions: [
            { Name: 'Good', Run: ['true'] },
            { Name: 'Bad', Run: ['exit 1'] },
          ],
        },
      ],
    },
  },
  {
    name: 'an automatic rollback',
    executions: 1,
    pipeline: {
      Stages: [
        SOURCE,
        {
          Name: 'Broken',
          OnFailure: { Result: 'ROLLBACK' },
          Actions: [
            { Name: 'Fails', Run: ['exit 1'] },
            { Name: 'Never', RunOrder: 2, Run: ['true'] },
          ],
        },
      ],
    },
  },
  {
    name: 'two executions in a queue',
    executions: 2,
    pipeline: {
      ExecutionMode: 'QUEUED',
      Stages: [SOURCE, { Name: 'Build', Actions: [{ Name: 'Compile', Run: [note] }] }],
    },
  },
  {
    name: 'two executions at once, the pipeline in PARALLEL mode',
    executions: 2,
    pipeline: {
      ExecutionMode: 'PARALLEL',
      Stages: [
        SOURCE,
        {
          Name: 'Build',
          Actions: [
            { Name: 'Compile', Run: [note] },
            { Name: 'Fails', Run: ['exit 1'] },
          ],
        },
      ],
    },
  },
];

/** Random small pipelines: the seed makes them the same every time. */
export function randomCases(count: number, seed: number): CrashCase[] {
  const action = fc.record({
    order: fc.integer({ min: 1, max: 2 }),
    kind: fc.constantFrom('passes', 'passes', 'exports', 'fails', 'approval'),
  });
  const stage = fc.record({
    actions: fc.array(action, { minLength: 1, maxLength: 3 }),
    onFailure: fc.constantFrom(undefined, 'RETRY', 'ROLLBACK', 'SKIP'),
  });
  const pipeline = fc.record({
    stages: fc.array(stage, { minLength: 1, maxLength: 2 }),
    mode: fc.constantFrom('SUPERSEDED', 'QUEUED', 'PARALLEL'),
  });
  return fc.sample(pipeline, { numRuns: count, seed }).map(({ stages, mode }, index) => ({
    name: `random ${seed}/${index}`,
    executions: mode === 'QUEUED' && index % 2 === 0 ? 2 : 1,
    pipeline: {
      ExecutionMode: mode,
      Stages: [
        SOURCE,
        ...stages.map(({ actions, onFailure }, stageAt) => ({
          Name: `S${stageAt}`,
          ...(onFailure && (onFailure !== 'ROLLBACK' || mode !== 'PARALLEL')
            ? { OnFailure: { Result: onFailure } }
            : {}),
          Actions: actions.map(({ order, kind }, at) => ({
            Name: `A${at}`,
            RunOrder: order,
            ...(kind === 'approval'
              ? { Approval: true }
              : kind === 'exports'
                ? {
                    Namespace: `N${stageAt}${at}`,
                    Export: ['X'],
                    Run: ['X=$(cat file.txt)'],
                    OutputArtifacts: [{ Name: `O${stageAt}${at}` }],
                  }
                : { Run: [kind === 'fails' ? 'exit 3' : note] }),
          })),
        })),
      ],
    },
  }));
}
