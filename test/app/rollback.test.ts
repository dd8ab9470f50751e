import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ActionRunner, ActionRunners } from '../../engine/ports/action';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { ruleRunners } from '../../engine/codepipeline/rules/rule-providers';
import { Layout } from '../../model/layout';
import type { ExecutionState } from '../../model/run-state';
import { deployPipeline, openSession, plainMachine, type OpenSession } from '../scenario/pipeline-session';
import { synthesized } from './synthesized';

// The pipeline as it was synthesized, with its conditions, artifacts and variables, in the engine. Its actions are stand-ins: each writes down that it
// ran, hands its commit on, and fails where the test says so. What a rollback decides is real; what an action does is the rehearsal's matter.
// Without the rule of the bootstrap's version, which asks a parameter of the account.
const template = { Resources: synthesized()['saiondo-pipeline']?.Resources } as never;
const NAME = 'saiondo';
const SLOW = 60_000;

/** What ran: `execution's number stage/action commit of its first input`. */
class Delivery {
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-rollback-'));
  private readonly ran: { executionId: string; stage: string; action: string; commit: string; variables: string }[] =
    [];
  private readonly changeSets = new Map<string, string>();
  private readonly failing = new Set<string>();
  private open: OpenSession | undefined;
  private commit = '';

  async begin(): Promise<void> {
    const ledger = new DiskLedger(new Layout(this.root));
    await deployPipeline(template, ledger);
    this.open = openSession({
      root: this.root,
      runId: 'run-1',
      ledger,
      local: plainMachine({}, this.root),
      repository: this.root,
      rules: ruleRunners(),
      runners: this.runners(),
      approve: () => Promise.resolve({ status: 'Approved', by: 'somebody' }),
    });
    this.open.session.open();
  }

  async end(): Promise<void> {
    await this.open?.close();
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  /** Delivers a commit; `failing` are actions with the commit that they fail for. Ends when nothing more happens. @returns the executions, oldest first */
  async push(commit: string, ...failing: string[]): Promise<ExecutionState[]> {
    this.commit = commit;
    this.failing.clear();
    for (const action of failing) this.failing.add(action);
    this.open?.session.startPipelineExecution({ name: NAME });
    await this.open?.session.settled();
    return [...(this.open?.log.state.executions ?? [])];
  }

  /** `stage/action commit` of one execution, in the order of their starts. */
  of(execution: ExecutionState | undefined): string[] {
    return this.ran
      .filter(({ executionId }) => executionId === execution?.executionId)
      .map(({ stage, action, commit }) => `${stage}/${action} ${commit}`);
  }

  /** The variables that an action of an execution was given. */
  variablesOf(execution: ExecutionState | undefined, action: string): string | undefined {
    return this.ran.find((one) => one.executionId === execution?.executionId && one.action === action)?.variables;
  }

  private runners(): ActionRunners {
    const run: ActionRunner = ({ executionId, stage, action, inputs, outputs }) => {
      const [input] = inputs;
      // An action without input is a source, or executes the change set that its Prepare made.
      const { StackName: stack = '' } = action.configuration;
      const commit = input
        ? fs.readFileSync(path.join(input.path, 'commit'), 'utf8')
        : (this.changeSets.get(stack) ?? this.commit);
      if (input && stack) this.changeSets.set(stack, commit);
      const variables = action.configuration.EnvironmentVariables ?? '';
      this.ran.push({ executionId, stage, action: action.name, commit, variables });
      for (const output of outputs) fs.writeFileSync(path.join(output.path, 'commit'), commit);
      if (this.failing.has(`${stage}/${action.name} ${commit}`))
        return Promise.resolve({ status: 'Failed', failure: { code: 'BuildFailed', message: 'as the test says' } });
      const outputVariables = {
        CommitId: commit,
        IMAGE_TAG: commit,
        CARRIED: commit,
        SUMMARY: `changes of ${commit}`,
        LINK: 'https://example.com',
      };
      return Promise.resolve({ status: 'Succeeded', outputVariables });
    };
    return new Map(
      [
        'Source/AWS/CodeStarSourceConnection',
        'Build/AWS/CodeBuild',
        'Test/AWS/CodeBuild',
        'Deploy/AWS/CloudFormation',
      ].map((kind) => [kind, run]),
    );
  }
}

let delivery: Delivery;
beforeEach(async () => {
  delivery = new Delivery();
  await delivery.begin();
});
afterEach(() => delivery.end());

const stages = (execution: ExecutionState | undefined): Record<string, string> =>
  Object.fromEntries([...(execution?.stages ?? [])].map(([name, { status }]) => [name, status]));

test(
  'a dev that fails its smoke test goes back by itself to the commit that was good there, and prod is not asked',
  async () => {
    const [good] = await delivery.push('good');
    expect(good?.status).toBe('Succeeded');
    const [, bad, rollback, ...others] = await delivery.push('bad', 'Dev/SmokeTest bad');
    expect(others).toEqual([]);
    expect([bad?.status, stages(bad).Dev, stages(bad).Promote]).toEqual(['Failed', 'Failed', undefined]);
    expect(delivery.of(bad)).toContain('Dev/SmokeTest bad');
    expect([rollback?.mode, rollback?.status, stages(rollback)]).toEqual([
      'ROLLBACK',
      'Succeeded',
      { Dev: 'Succeeded' },
    ]);
    // Every action of the stage, with the artifacts of the good commit: the same that delivered it.
    const dev = delivery.of(good).filter((line) => line.startsWith('Dev/'));
    expect(dev.length).toBeGreaterThan(15);
    expect(delivery.of(rollback).sort()).toEqual(dev.sort());
    // What is written down as running is the good commit and its images again.
    expect(delivery.variablesOf(rollback, 'SmokeTest')).toBe(delivery.variablesOf(good, 'SmokeTest'));
    expect(delivery.variablesOf(good, 'SmokeTest')).toMatch(/"value":"good"/);
  },
  SLOW,
);

test(
  'a prod that fails goes back without asking anybody; dev keeps the new commit',
  async () => {
    const [good] = await delivery.push('good');
    const [, bad, rollback, ...others] = await delivery.push('bad', 'Prod/Services.Deploy bad');
    expect(others).toEqual([]);
    expect(stages(bad)).toMatchObject({ Dev: 'Succeeded', Promote: 'Succeeded', Prod: 'Failed' });
    expect(stages(rollback)).toEqual({ Prod: 'Succeeded' });
    expect(delivery.of(rollback).sort()).toEqual(
      delivery
        .of(good)
        .filter((line) => line.startsWith('Prod/'))
        .sort(),
    );
  },
  SLOW,
);

test(
  'where there is nothing to go back to, or it fails too, nothing follows: a person is asked',
  async () => {
    const [first, ...none] = await delivery.push('first', 'Dev/SmokeTest first');
    expect([first?.status, none]).toEqual(['Failed', []]);
    await delivery.push('good');
    // The environment itself is broken: the good commit fails there too.
    const [, , bad, rollback, ...others] = await delivery.push('bad', 'Dev/SmokeTest bad', 'Dev/SmokeTest good');
    expect([bad?.status, rollback?.status, others]).toEqual(['Failed', 'Failed', []]);
  },
  SLOW,
);
