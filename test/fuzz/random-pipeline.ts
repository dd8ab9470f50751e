import * as fc from 'fast-check';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import type { DeployedResource, DeployedStack } from '../../engine/ports/ledger';
import type { PipelineDefinition } from '../../model/pipeline';

/** What a trivial action does when it runs. */
export type Behaviour = 'Succeeded' | 'Failed' | 'NotRehearsed';

/** A pipeline that CodePipeline would take, and what each of its actions will do. */
export interface RandomPipeline {
  readonly definition: PipelineDefinition;
  /** By `Stage/Action`. */
  readonly behaviours: ReadonlyMap<string, Behaviour>;
  /** How many turns of the event loop an action takes, by `Stage/Action`. */
  readonly turns: ReadonlyMap<string, number>;
}

interface Draft {
  readonly runOrder: number;
  readonly inputs: readonly number[];
  readonly outputs: number;
  readonly namespace: boolean;
  readonly refersTo: number | undefined;
  readonly behaviour: Behaviour;
  readonly turns: number;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  runOrder: fc.integer({ min: 1, max: 4 }),
  inputs: fc.array(fc.nat(), { maxLength: 3 }),
  outputs: fc.nat(2),
  namespace: fc.boolean(),
  refersTo: fc.option(fc.nat(), { nil: undefined }),
  behaviour: fc.oneof(
    { weight: 12, arbitrary: fc.constant('Succeeded' as const) },
    { weight: 1, arbitrary: fc.constant('Failed' as const) },
    { weight: 1, arbitrary: fc.constant('NotRehearsed' as const) },
  ),
  turns: fc.nat(6),
});

/** Pipelines of up to five stages of up to six actions, with artifacts and variables that come from where they may come from. */
export const randomPipeline: fc.Arbitrary<RandomPipeline> = fc
  .array(fc.array(draft, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 })
  .map(build);

function build(drafts: readonly (readonly Draft[])[]): RandomPipeline {
  const behaviours = new Map<string, Behaviour>();
  const turns = new Map<string, number>();
  const artifacts: { name: string; stage: number; runOrder: number }[] = [{ name: 'Source', stage: -1, runOrder: 1 }];
  const namespaces: { name: string; stage: number; runOrder: number }[] = [];
  const stages = drafts.map((actions, stage) => ({
    Name: `S${stage}`,
    // Lower run orders first, so that what they give is there to be taken.
    Actions: [...actions.entries()]
      .sort(([, a], [, b]) => a.runOrder - b.runOrder)
      .map(([index, one]) => {
        const name = `A${index}`;
        const earlier = <T extends { stage: number; runOrder: number }>(all: readonly T[]): T[] =>
          all.filter((from) => from.stage < stage || (from.stage === stage && from.runOrder < one.runOrder));
        const from = earlier(artifacts);
        const inputs = new Set(one.inputs.map((pick) => from[pick % from.length]?.name ?? 'Source'));
        const known = earlier(namespaces);
        const refers = one.refersTo === undefined ? undefined : known[one.refersTo % Math.max(1, known.length)]?.name;
        const outputs = Array.from({ length: one.outputs }, (_, output) => `S${stage}A${index}_${output}`);
        for (const output of outputs) artifacts.push({ name: output, stage, runOrder: one.runOrder });
        const namespace = `S${stage}A${index}`;
        if (one.namespace) namespaces.push({ name: namespace, stage, runOrder: one.runOrder });
        behaviours.set(`S${stage}/${name}`, one.behaviour);
        turns.set(`S${stage}/${name}`, one.turns);
        return {
          Name: name,
          ActionTypeId: { Category: 'Test', Owner: 'Custom', Provider: 'Trivial', Version: '1' },
          RunOrder: one.runOrder,
          Configuration: { Read: refers ? `#{${refers}.Who}` : 'nothing' },
          InputArtifacts: [...inputs].map((input) => ({ Name: input })),
          OutputArtifacts: outputs.map((output) => ({ Name: output })),
          ...(one.namespace ? { Namespace: namespace } : {}),
        };
      }),
  }));
  const source = {
    Name: 'Source',
    Actions: [
      {
        Name: 'Source',
        ActionTypeId: { Category: 'Source', Owner: 'Custom', Provider: 'Trivial', Version: '1' },
        OutputArtifacts: [{ Name: 'Source' }],
      },
    ],
  };
  const resource = {
    logicalId: 'Pipeline',
    type: 'AWS::CodePipeline::Pipeline',
    physicalId: 'random',
    properties: { PipelineType: 'V2', Stages: [source, ...stages] },
    attributes: {},
    standing: 'recorded',
  } satisfies DeployedResource;
  const stack = { stackName: 'Random', account: '111111111111', region: 'eu-west-1' } as DeployedStack;
  return { definition: readPipeline(resource, stack), behaviours, turns };
}
