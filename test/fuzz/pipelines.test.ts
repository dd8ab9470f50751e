import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import type { ActionContext, ActionResult } from '../../engine/ports/action';
import { namespacesOf } from '../../engine/codepipeline/definition/variables';
import { PipelineSession } from '../../engine/codepipeline/execution/session';
import type { StackLedger } from '../../engine/ports/ledger';
import type { LocalAws } from '../../engine/ports/local-aws';
import { summarize } from '../../engine/rehearsal/summary';
import { EVENT_VERSION, type RunEvent, type RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';
import { actionPath, type ActionDefinition } from '../../model/pipeline';
import { applyEvent } from '../../model/apply-event';
import { currentExecution, emptyRun, type RunState } from '../../model/run-state';
import { randomPipeline, type Behaviour, type RandomPipeline } from './random-pipeline';
import { PATIENCE, tries } from './settings';

// The real session, deciding from its events, over random pipelines whose actions are trivial. What has to come out is said by laws that
// know nothing of how it is done.

interface Ran {
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /** What the runners saw that they should not have. */
  readonly violations: readonly string[];
}

async function run(pipeline: RandomPipeline): Promise<Ran> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-fuzz-'));
  const events: RunEvent[] = [];
  const state = emptyRun();
  const violations: string[] = [];
  const emit = (body: RunEventBody): void => {
    const event = {
      v: EVENT_VERSION,
      sequence: events.length + 1,
      time: new Date(events.length).toISOString(),
      ...body,
    } as RunEvent;
    events.push(event);
    applyEvent(state, event);
  };
  const session = new PipelineSession({
    journal: { runId: 'run', state, emit },
    history: {
      executions: () => [],
      reopen: () => {
        throw new Error('there is no earlier run');
      },
    },
    layout: new Layout(root),
    ledger: {} as StackLedger,
    local: {} as LocalAws,
    runners: new Map(
      ['Source/Custom/Trivial', 'Test/Custom/Trivial'].map((kind) => [kind, trivial(pipeline, violations)]),
    ),
    rules: new Map(),
    approve: () => Promise.resolve(undefined),
    deployed: () => pipeline.definition,
    limits: () => [],
    signal: new AbortController().signal,
  });
  try {
    session.open();
    session.startPipelineExecution({ name: pipeline.definition.name });
    await session.settled();
    return { events, state, violations };
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

/** Takes some turns, looks at what it is given, leaves its mark in each output. */
function trivial({ behaviours, turns, definition }: RandomPipeline, violations: string[]) {
  const producers = new Map(
    definition.stages.flatMap((stage) =>
      stage.actions.flatMap((action) =>
        action.outputArtifacts.map(({ name }) => [name, actionPath(stage.name, action.name)] as const),
      ),
    ),
  );
  return async ({ stage, action, inputs, outputs }: ActionContext): Promise<ActionResult> => {
    const me = actionPath(stage, action.name);
    for (let turn = turns.get(me) ?? 0; turn > 0; turn--) await new Promise((done) => setImmediate(done));
    for (const input of inputs) {
      const mark = path.join(input.path, 'mark');
      const found = fs.existsSync(mark) ? fs.readFileSync(mark, 'utf8') : 'nothing';
      if (found !== producers.get(input.name)) violations.push(`${me} finds ${found} in ${input.name}`);
    }
    const read = action.configuration.Read ?? 'nothing';
    const asked = /^#\{(\w+)\./.exec(original(definition, me)?.configuration.Read ?? '')?.[1];
    if (asked ? read !== `${asked} was here` : read !== 'nothing' && stage !== 'Source')
      violations.push(`${me} reads ${read}`);
    for (const output of outputs) fs.writeFileSync(path.join(output.path, 'mark'), me);
    switch (behaviours.get(me) ?? 'Succeeded') {
      case 'Succeeded':
        return { status: 'Succeeded', outputVariables: { Who: `${stage}${action.name} was here` } };
      case 'Failed':
        return { status: 'Failed', failure: { code: 'JobFailed', message: 'as drawn' } };
      case 'NotRehearsed':
        return { status: 'NotRehearsed', missing: ['luck'], summary: 'as drawn' };
    }
  };
}

function original(definition: RandomPipeline['definition'], at: string): ActionDefinition | undefined {
  const [stage, name] = at.split('/');
  return definition.stages.find((one) => one.name === stage)?.actions.find((one) => one.name === name);
}

/** What each action comes to, worked out from the definition alone: undefined where it never starts. */
function oracle({ definition, behaviours }: RandomPipeline): Map<string, Behaviour> {
  const ended = new Map<string, Behaviour>();
  const lacking = new Set<string>();
  for (const stage of definition.stages) {
    for (const order of [...new Set(stage.actions.map((action) => action.runOrder))].sort((a, b) => a - b)) {
      for (const action of stage.actions.filter((one) => one.runOrder === order)) {
        const needs = [...action.inputArtifacts, ...namespacesOf(action)].some((name) => lacking.has(name));
        const behaviour = needs ? 'NotRehearsed' : (behaviours.get(actionPath(stage.name, action.name)) ?? 'Succeeded');
        ended.set(actionPath(stage.name, action.name), behaviour);
        if (behaviour !== 'NotRehearsed') continue;
        action.outputArtifacts.forEach(({ name }) => lacking.add(name));
        if (action.namespace) lacking.add(action.namespace);
      }
      if (stage.actions.some((one) => ended.get(actionPath(stage.name, one.name)) === 'Failed')) return ended;
    }
  }
  return ended;
}

const property = (law: (pipeline: RandomPipeline, ran: Ran) => void): Promise<void> =>
  fc.assert(
    fc.asyncProperty(randomPipeline, async (pipeline) => law(pipeline, await run(pipeline))),
    tries(60),
  );

test(
  'run orders: an action starts when every lower run order and every earlier stage is over, and runs once',
  async () => {
    await property(({ definition }, { events }) => {
      const over = new Set<string>();
      const started: string[] = [];
      for (const event of events) {
        if (event.kind === 'action.ended' && event.status !== 'Failed') over.add(actionPath(event.stage, event.action));
        if (event.kind !== 'action.started') continue;
        const at = definition.stages.findIndex((stage) => stage.name === event.stage);
        const before = definition.stages.flatMap((stage, index) =>
          stage.actions
            .filter((action) => index < at || (index === at && action.runOrder < event.runOrder))
            .map((action) => actionPath(stage.name, action.name)),
        );
        expect(before.filter((one) => !over.has(one))).toEqual([]);
        started.push(actionPath(event.stage, event.action));
      }
      expect(new Set(started).size).toBe(started.length);
    });
  },
  PATIENCE,
);

test(
  'data flow: each input is what its producer left, each variable what its namespace holds',
  async () => {
    await property((_pipeline, { violations }) => expect(violations).toEqual([]));
  },
  PATIENCE,
);

test(
  'failure: siblings finish, nothing later starts, and what needs the unrehearsed is not rehearsed',
  async () => {
    await property((pipeline, { state, events }) => {
      const execution = currentExecution(state);
      const statuses = new Map([...(execution?.actions ?? [])].map(([at, action]) => [at, action.status]));
      expect(statuses).toEqual(oracle(pipeline));
      const open = events.filter((event) => event.kind === 'action.started').length;
      expect(events.filter((event) => event.kind === 'action.ended')).toHaveLength(open);
    });
  },
  PATIENCE,
);

test(
  'verdict: passed means that every action succeeded; not rehearsed is never counted as passed',
  async () => {
    await property((pipeline, { state }) => {
      const wanted = [...oracle(pipeline).values()];
      const all = pipeline.definition.stages.flatMap((stage) => stage.actions).length;
      const failed = wanted.includes('Failed');
      const lacking = wanted.includes('NotRehearsed');
      const { verdict, exitCode } = summarize(state, { strict: true, interrupted: false });
      expect(verdict).toBe(failed ? 'failed' : lacking ? 'incomplete' : 'passed');
      expect(exitCode).toBe(failed ? 1 : lacking ? 3 : 0);
      expect(currentExecution(state)?.status).toBe(failed ? 'Failed' : 'Succeeded');
      if (verdict === 'passed') expect(wanted.filter((one) => one === 'Succeeded')).toHaveLength(all);
    });
  },
  PATIENCE,
);

test(
  'fold: the events as they lie on disk give the same state',
  async () => {
    await property((_pipeline, { events, state }) => {
      const read = events.map((event) => JSON.parse(JSON.stringify(event)) as RunEvent).reduce(applyEvent, emptyRun());
      expect(read).toEqual(state);
    });
  },
  PATIENCE,
);
